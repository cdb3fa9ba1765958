"""Data in, out and converted."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from mlstudio.components import ComponentError
from mlstudio.components.core import store
from mlstudio.components.core.declaring import ANY, TABLE
from tests.components.helpers import DATA, one, run, table


def entered(data, **parameters):
    return run("enter_data_manually", data=data, **parameters)["dataset"]


def test_a_typed_table_has_the_types_of_its_values():
    found = entered("id, price, name, sold\n1, 2.5, 'a', true\n2, , b, false\n\n\n").frame
    assert found.schema == {"id": pl.Int64, "price": pl.Float64, "name": pl.String, "sold": pl.Boolean}
    assert found["price"].to_list() == [2.5, None]
    assert found.height == 2


def test_without_a_header_columns_are_numbered():
    assert entered("1\t2\n3\t4", data_format="TSV", has_header=False).frame.to_dict(as_series=False) == {
        "Col1": [1, 3],
        "Col2": [2, 4],
    }


def test_arff():
    head = "% pets\n@relation pets\n@attribute 'pet name' string\n@attribute kind {cat, dog}\n@attribute age numeric\n"
    text = head + "@data\nTom,cat,3\n'Rex, jr',dog,?"
    found = entered(text, data_format="ARFF")
    assert found.frame.rows() == [("Tom", "cat", 3), ("Rex, jr", "dog", None)]
    assert [column.categorical for column in found.schema] == [False, True, False]


def test_svmlight():
    found = entered("1 1:0.5 3:2 # a\n-1 2:1", data_format="SVMLight")
    assert found.frame.rows() == [(0.5, 0.0, 2.0, 1.0), (0.0, 1.0, 0.0, -1.0)]
    assert found.label() == "Labels"


@pytest.mark.parametrize(
    ("data", "parameters", "code", "says"),
    [
        ("a,b\n1,2\n1", {}, 61, "Line 3"),
        ("\n \n", {}, 3, "Data"),
        ("1 a:b", {"data_format": "SVMLight"}, 49, "Line 1"),
        ("@relation x\n@data\n1", {"data_format": "ARFF"}, 61, "Line 3"),
    ],
)
def test_text_that_is_no_table(data, parameters, code, says):
    with pytest.raises(ComponentError, match=says) as caught:
        entered(data, **parameters)
    assert caught.value.code == code


def test_files_of_a_folder_follow_each_other(tmp_path: Path):
    (tmp_path / "2").mkdir()
    (tmp_path / "1.csv").write_text("a,b\n1,x\n")
    (tmp_path / "2" / "2.csv").write_text("a,b\n2.5,y\n")
    (tmp_path / "notes.md").write_text("not read")
    found = run("import_data", {"files": tmp_path}, datastore="main", path="in/**")["dataset"].frame
    assert found.rows() == [(1.0, "x"), (2.5, "y")]
    (tmp_path / "3.csv").write_text("a,c\n1,x\n")
    with pytest.raises(ComponentError, match=r"3\.csv.* different columns: b, c"):
        run("import_data", {"files": tmp_path}, datastore="main", path="in/**")


def test_parsing_options_and_kept_columns(tmp_path: Path):
    (tmp_path / "a.csv").write_bytes("made by hand\nn;cafés;2026-01-31\n1;é;2026-01-31\n".encode("latin-1"))
    options = {"separator": "Semicolon", "encoding": "ISO-8859-1", "skip_lines": 1, "columns": ["cafés"]}
    found = run("import_data", {"files": tmp_path}, datastore="main", path="a.csv", **options)["dataset"].frame
    assert found.rows() == [("é",)]
    unnamed = run(
        "import_data",
        {"files": tmp_path},
        datastore="m",
        path="a.csv",
        **{**options, "has_header": False, "columns": ["Col1"]},
    )
    assert unnamed["dataset"].frame.columns == ["Col1"]


def test_an_address_has_to_be_one():
    with pytest.raises(ComponentError, match="no web address") as caught:
        run("import_data", source="URL via HTTP", url="ftp://x/y.csv")
    assert caught.value.code == 29


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet", "jsonl"])
def test_exported_files_read_the_same_again(kind: str, tmp_path: Path):
    given = table({"a": [1, None, 3], "b": ["x", "y, z", None]})
    fill = run("export_data", {"dataset": given}, datastore="main", path="out/prices", file_format=kind)["exported"]
    store.write(ANY, fill, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"prices.{kind}"]
    assert store.read(TABLE, tmp_path).frame.rows() == given.frame.rows()


@pytest.mark.parametrize("path", ["https://x/y.csv", "/etc/x.csv", "../x.csv", "."])
def test_export_goes_into_the_datastore_only(path: str):
    with pytest.raises(ComponentError, match="not a relative path"):
        run("export_data", {"dataset": table({"a": [1]})}, datastore="main", path=path)


def test_question_marks_become_missing_and_columns_numeric():
    raw = store.read(TABLE, DATA)
    assert raw.frame.schema["horsepower"] == pl.String
    found = one("convert_to_dataset", raw, action="SetMissingValue").frame
    assert found.schema["horsepower"] == pl.Int64
    assert found["normalized-losses"].null_count() == 41
    assert found["make"].null_count() == 0


def test_values_are_replaced_where_they_match_as_a_whole():
    given = table({"n": [1, 10, None], "t": ["a", "ab", None]})
    assert one(
        "convert_to_dataset", given, action="ReplaceValues", replace="Custom", custom_value="1", new_value="7"
    ).frame["n"].to_list() == [7, 10, None]
    missing = one("convert_to_dataset", given, action="ReplaceValues", new_value="0").frame
    assert missing.rows() == [(1, "a"), (10, "ab"), (0, "0")]
    assert one("convert_to_dataset", given).frame.rows() == given.frame.rows()


def test_a_table_keeps_all_it_knows_on_disk(tmp_path: Path):
    given = table(
        {"a": [1, 2], "y": ["u", "v"], "t": [datetime.fromisoformat("2026-01-01"), None]}, label="y", categorical=("a",)
    )
    given = one("partition_and_sample", given, mode="Assign to Folds", folds=2, randomized=False)
    store.write(TABLE, given, tmp_path)
    found = store.read(TABLE, tmp_path)
    assert found.schema == given.schema
    assert found.frame.equals(given.frame)
    assert found.folds.to_list() == [1, 2]

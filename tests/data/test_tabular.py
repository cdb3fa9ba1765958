"""Tables out of files: what is guessed, what is wrong, which rows there are. No database."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.errors import InvalidInput
from apps.data.tabular import reading
from apps.data.tabular.faults import TableFault
from apps.data.tabular.settings import ParserSettings
from apps.data.tabular.sources import SourceFile
from apps.data.tabular.types import type_of


def source(data: bytes, path: str = "data.csv", local: Path | None = None) -> SourceFile:
    """A file of these bytes, given in small chunks, so that every border within it is met."""

    def read(start: int, end: int | None):
        part = data[start:end]
        size = max(1, min(len(part), 7 if len(part) < 5000 else 4096))
        return iter([part[at : at + size] for at in range(0, len(part), size)])

    return SourceFile(path, len(data), read, local)


def guessed(data: bytes, path: str = "data.csv") -> ParserSettings:
    return reading.guess(source(data, path))


# --- What files seem to be ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found(encoding, delimiter):
    rows = [["Stadt", "Größe", "Preis"], *([f"Köln {n}", f"{n}.5", str(n)] for n in range(50))]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    found = guessed(text.encode(encoding))
    assert (found.encoding, found.delimiter, found.has_header) == (encoding, delimiter, True)
    page = reading.read_page(source(text.encode(encoding)), found)
    assert [column.name for column in page.columns] == rows[0]
    assert page.rows == rows[1:]


def test_a_decimal_comma_is_found_and_numbers_are_numbers():
    found = guessed(b"a;b\n1,5;x\n-2,25;y\n")
    assert (found.delimiter, found.decimal_comma) == (";", True)
    page = reading.read_page(source(b"a;b\n1,5;x\n-2,25;y\n"), found)
    assert [column.type for column in page.columns] == ["decimal", "string"]
    assert not guessed(b"a;b\n1.5;x\n2.5;y\n").decimal_comma


@pytest.mark.parametrize(
    ("text", "has_header"),
    [
        ("name,age\nAnn,3\nBob,4\n", True),
        ("Ann,3\nBob,4\n", False),
        ("name,city\nAnn,Rome\nBob,Oslo\n", True),
        ("1,2\n3,4\n", False),
        ("a,b\n", True),
        ("1,2\n", False),
        ("x\n1\n2\n", True),
    ],
)
def test_headers_are_told_from_rows(text, has_header):
    assert guessed(text.encode()).has_header is has_header


def test_json_lines_are_found():
    data = b'{"a": 1, "b": "x"}\n\n{"a": 2.5, "c": {"d": [1]}}\n'
    found = guessed(data)
    assert found.format == "json_lines"
    page = reading.read_page(source(data), found)
    assert [(column.name, column.type) for column in page.columns] == [
        ("a", "decimal"),
        ("b", "string"),
        ("c", "string"),
    ]
    assert page.rows == [["1", "x", None], ["2.5", None, '{"d":[1]}']]
    assert reading.inspect([source(data)], found).row_count == 2


def test_quotes_hold_delimiters_and_lines():
    data = b'a,b\n"x, y","two\nlines"\n"say ""hi""",z\n'
    page = reading.read_page(source(data), guessed(data))
    assert page.rows == [["x, y", "two\nlines"], ['say "hi"', "z"]]


def test_quotes_within_a_value_are_read_as_most_programs_do():
    data = b'a,b\n5" disk,x\n"b"c,y\n'
    page = reading.read_page(source(data), ParserSettings())
    assert page.rows == [['5" disk', "x"], ["bc", "y"]]


def test_lines_can_be_skipped_and_old_line_ends_are_read():
    data = b"Report of May\rdrawn up by hand\ra,b\r1,2\r"
    page = reading.read_page(source(data), ParserSettings(skip_lines=2))
    assert [column.name for column in page.columns] == ["a", "b"]
    assert page.rows == [["1", "2"]]


def test_types_are_the_narrowest_that_fit():
    assert type_of(["1", "-20", ""]) == "integer"
    assert type_of(["1", "2.5"]) == "decimal"
    assert type_of(["007", "1"]) == "string"
    assert type_of(["true", "FALSE", None]) == "boolean"
    assert type_of(["2024-02-29", "NA"]) == "date"
    assert type_of(["2024-02-29T10:00:00Z", "2024-02-29 10:00"]) == "datetime"
    assert type_of(["", "NA", None]) == "string"


# --- What is wrong ---


def fault_of(data: bytes, settings: ParserSettings | None = None, path: str = "data.csv") -> TableFault:
    file = source(data, path)
    try:
        reading.inspect([file], settings or reading.guess(file))
    except TableFault as fault:
        return fault
    raise AssertionError("Nothing is wrong with it.")


@pytest.mark.parametrize(
    ("data", "code", "line", "column", "words"),
    [
        (b"", "table_empty", 0, 0, "data.csv is empty"),
        (b"\n\r\n  \n", "table_empty", 0, 0, "is empty"),
        (b"a,b\n", "table_without_rows", 0, 0, "a header and no rows"),
        (b"a,b,c\n1,2,3\n4,5\n", "table_ragged", 3, 3, "line 3: there are 2 values, but 3 columns"),
        (b"a,b\n1,2\n\n3,4,5\n", "table_ragged", 4, 3, "line 4: there are 3 values, but 2 columns"),
        (b'a,b\n"x\ny",2\n1\n', "table_ragged", 4, 2, "line 4: there is 1 value"),
        (b'a,b\n1,2\n3,"never closed\n4,5\n', "table_truncated", 3, 0, "begins in line 3"),
        (b"a,b,a,c,b\n1,2,3,4,5\n", "table_duplicate_columns", 1, 3, "“a” is the name of columns 1, 3; “b”"),
        (b"PK\x03\x04" + bytes(50), "table_binary", 0, 0, "zip archive"),
        (bytes(range(256)) * 20, "table_binary", 0, 0, "no text"),
    ],
)
def test_each_fault_says_where_it_is(data, code, line, column, words):
    fault = fault_of(data)
    assert (fault.code, fault.line, fault.column) == (code, line, column)
    assert words in str(fault)


def test_a_wrong_byte_is_named_with_line_and_character():
    data = b"name,city\n" + b"Ann,Rome\n" * 1000 + "Jürgen,Köln\n".encode("latin-1")
    fault = fault_of(data, ParserSettings(encoding="utf-8"))
    assert (fault.code, fault.line, fault.column) == ("table_encoding", 1002, 2)
    assert "0xFC" in str(fault)


def test_json_lines_that_are_none_are_named():
    data = b'{"a": 1}\n{"a": 2\n{"a": 3}\n'
    fault = fault_of(data, ParserSettings(format="json_lines"))
    assert (fault.code, fault.line) == ("table_json", 2)
    assert fault_of(b"[1]\n", ParserSettings(format="json_lines")).line == 1


def test_all_files_of_a_table_have_the_same_columns():
    one, other = source(b"a,b\n1,2\n", "one.csv"), source(b"a,c\n1,2\n", "other.csv")
    with pytest.raises(TableFault, match=r"other.csv has other columns than one.csv: column 2 is “c” and not “b”"):
        reading.inspect([one, other], ParserSettings())


def test_settings_that_contradict_each_other_are_refused():
    for given_ in (
        {"delimiter": ",,"},
        {"encoding": "ebcdic"},
        {"decimal_comma": True},
        {"skip_lines": -1},
        {"format": "x"},
    ):
        with pytest.raises(InvalidInput):
            ParserSettings.from_json(given_)
    assert ParserSettings.from_json({"delimiter": "tab", "encoding": "iso-8859-1"}).encoding == "latin-1"


def test_fifty_thousand_columns_are_read_a_page_at_a_time():
    names = [f"f{number}" for number in range(50_000)]
    data = ("\n".join([",".join(names), *([",".join("1" * 50_000)] * 3)])).encode()
    page = reading.read_page(source(data), guessed(data), first_column=49_950, columns=100)
    assert len(page.columns) == 50_000
    assert [len(row) for row in page.rows] == [50, 50, 50]


# --- Parquet ---


@pytest.fixture
def parquet(tmp_path) -> Path:
    import polars

    path = Path(tmp_path) / "data.parquet"
    columns = {"n": range(1000), "x": [number / 2 for number in range(1000)], "s": ["é"] * 999 + [None]}
    polars.DataFrame(columns).write_parquet(path)
    return path


@pytest.mark.parametrize("is_local", [True, False])
def test_parquet_is_read_where_it_lies_or_from_a_copy(parquet, is_local):
    file = source(parquet.read_bytes(), "data.parquet", parquet if is_local else None)
    found = reading.guess(file)
    inspection = reading.inspect([file], found)
    assert (inspection.row_count, [column.type for column in inspection.columns]) == (
        1000,
        ["integer", "decimal", "string"],
    )
    page = reading.read_page(file, found, first_row=998, rows=100, first_column=1, columns=2)
    assert page.rows == [["499.0", "é"], ["499.5", None]]
    assert page.is_all


def test_parquet_cut_off_or_damaged_is_told(parquet):
    data = parquet.read_bytes()
    assert fault_of(data[:-10], path="data.parquet").code == "table_truncated"
    assert fault_of(data[:4] + bytes(len(data) - 8) + b"PAR1", path="data.parquet").code == "table_parquet"
    assert fault_of(b"a,b\n1,2\n", path="data.parquet").code == "table_parquet"


# --- Whatever is written comes back ---

plain = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(plain, min_size=width, max_size=width), min_size=1, max_size=6)
)


@settings(max_examples=60, deadline=None)
@given(rows=tables, delimiter=st.sampled_from([",", ";", "\t", "|"]), end=st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_is_read_again(rows, delimiter, end):
    out = io.StringIO(newline="")
    header = [f"column {place}" for place in range(len(rows[0]))]
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    page = reading.read_page(source(out.getvalue().encode()), ParserSettings(delimiter=delimiter))
    missing = {"", "NA", "N/A", "NaN", "nan", "null", "NULL"}
    assert page.rows == [[None if cell in missing else cell for cell in row] for row in rows]


numbers = st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9).map(lambda value: round(value, 4)))


@settings(max_examples=40, deadline=None)
@given(
    columns=st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=2, max_size=4),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_polars_writes_is_guessed_and_read_again(columns, delimiter):
    import polars

    frame = polars.DataFrame({f"c{place}": [float(value) for value in cells] for place, cells in enumerate(columns)})
    out = io.BytesIO()
    frame.write_csv(out, separator=delimiter, float_scientific=False)
    found = guessed(out.getvalue())
    assert (found.delimiter, found.has_header, found.encoding) == (delimiter, True, "utf-8")
    page = reading.read_page(source(out.getvalue()), found)
    assert [[float(cell or "nan") for cell in row] for row in page.rows] == [list(row) for row in frame.rows()]

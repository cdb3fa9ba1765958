"""Components that change columns, against pandas and by hand."""

from datetime import datetime

import pandas as pd
import polars as pl
import pytest

from mlstudio.components import Column, ComponentError, get, propagate
from tests.components.helpers import one, run, table

PEOPLE = {"name": ["Ann", "Bo", "Cy"], "age": [30, 41, None], "city": ["Rome", "Oslo", "Rome"]}


def test_selected_columns_keep_what_is_known_of_them():
    given = table(PEOPLE, label="age", categorical=("city",))
    chosen = {
        "mode": "rules",
        "begin": "none",
        "keep_order": True,
        "rules": [{"action": "include", "by": "names", "values": ["city", "age", "city"]}],
    }
    found = one("select_columns_in_dataset", given, columns=chosen)
    assert [(column.name, column.role, column.categorical) for column in found.schema] == [
        ("city", "feature", True),
        ("age", "label", False),
        ("city (1)", "feature", True),
    ]
    known, wrong = propagate(get("select_columns_in_dataset"), {"dataset": given.schema}, {"columns": chosen})
    assert (known["results"], wrong) == (found.schema, [])


def test_a_column_that_no_longer_exists_is_named_while_drawing_and_when_run():
    known, wrong = propagate(get("select_columns_in_dataset"), {"dataset": table(PEOPLE).schema}, {"columns": ["wage"]})
    assert known == {"results": None}
    assert "“wage”" in str(wrong[0])
    with pytest.raises(ComponentError, match="Error 0001: The column “wage” is not in the dataset"):
        one("select_columns_in_dataset", table(PEOPLE), columns=["wage"])


def test_the_same_columns_of_later_data():
    made = run("select_columns_transform", {"dataset": table(PEOPLE)}, columns=["age", "city"])["transformation"]
    later = table({"city": ["Bern"], "age": [5], "more": [1]})
    assert run("apply_transformation", {"transformation": made, "dataset": later})["transformed"].frame.rows() == [
        (5, "Bern")
    ]


def test_columns_side_by_side():
    found = run(
        "add_columns", {"left": table(PEOPLE), "right": table({"age": [1, 2, 3], "pet": ["cat", "dog", None]})}
    )["combined"]
    assert found.frame.columns == ["name", "age", "city", "age (1)", "pet"]
    with pytest.raises(ComponentError, match="has 3 rows and the right one 1") as caught:
        run("add_columns", {"left": table(PEOPLE), "right": table({"x": [1]})})
    assert caught.value.code == 27


@pytest.mark.parametrize(
    ("values", "kind", "more", "expected"),
    [
        (["1", " 2 ", None], "Integer", {}, [1, 2, None]),
        (["1.5", "2"], "Double", {}, [1.5, 2.0]),
        ([1.0, 2.5], "String", {}, ["1.0", "2.5"]),
        ([1.0, 2.0], "String", {}, ["1", "2"]),
        ([1, 0, None], "Boolean", {}, [True, False, None]),
        (["Yes", "false"], "Boolean", {}, [True, False]),
        ([3.0, None], "Integer", {}, [3, None]),
        (["31/01/2026"], "DateTime", {"date_format": "%d/%m/%Y"}, [datetime.fromisoformat("2026-01-31")]),
        (["2026-01-31 12:30:00"], "DateTime", {}, [datetime.fromisoformat("2026-01-31T12:30")]),
    ],
)
def test_types_are_changed(values, kind, more, expected):
    found = one("edit_metadata", table({"c": values}), columns=["c"], data_type=kind, **more)
    assert found.frame["c"].to_list() == expected
    assert found.column("c").type == kind


@pytest.mark.parametrize(
    ("values", "kind"), [(["1", "x"], "Integer"), ([1.5], "Integer"), (["maybe"], "Boolean"), (["soon"], "DateTime")]
)
def test_a_value_that_is_not_of_the_type_is_named(values, kind):
    with pytest.raises(ComponentError, match=rf"“c” has the value “{values[-1]}”, which is no {kind}"):
        one("edit_metadata", table({"c": values}), columns=["c"], data_type=kind)


def test_roles_and_names_are_changed():
    given = table(PEOPLE)
    marked = one("edit_metadata", given, columns=["age"], fields="Labels", new_names="years")
    assert marked.label() == "years"
    assert one("edit_metadata", marked, columns=["years"], fields="Clear label").column("years").role == ""
    assert one("edit_metadata", given, columns=["city"], categorical="Categorical").column("city").categorical
    known, _ = propagate(
        get("edit_metadata"), {"dataset": given.schema}, {"columns": ["age"], "fields": "Labels", "new_names": "years"}
    )
    assert known["results"] == marked.schema
    for names, code in (("a, b", 22), ("name", 28)):
        with pytest.raises(ComponentError) as caught:
            one("edit_metadata", given, columns=["age"], new_names=names)
        assert caught.value.code == code


def test_indicators_are_those_of_pandas_and_stay_the_same_later():
    given = table({"city": ["Rome", "Oslo", None, "Rome"], "n": [1, 2, 3, 4]}, categorical=("city",))
    made = run("convert_to_indicator_values", {"dataset": given}, columns=["city"], overwrite=True)
    expected = pd.get_dummies(given.frame.to_pandas()["city"], prefix="city", prefix_sep="-", dummy_na=True, dtype=int)
    assert made["results"].frame.columns == ["n", "city-Oslo", "city-Rome", "city-Missing"]
    assert made["results"].frame.drop("n").to_numpy().tolist() == expected.to_numpy().tolist()
    later = run(
        "apply_transformation", {"transformation": made["transformation"], "dataset": table({"city": ["Bern", "Oslo"]})}
    )
    assert later["transformed"].frame.rows() == [(0, 0, 0), (1, 0, 0)]


def test_only_categorical_columns_become_indicators():
    _, wrong = propagate(get("convert_to_indicator_values"), {"dataset": table(PEOPLE).schema}, {"columns": ["city"]})
    assert [(error.code, error.parameter) for error in wrong] == [(56, "columns")]
    many = table({"c": [str(number) for number in range(10_001)]}, categorical=("c",))
    with pytest.raises(ComponentError, match="“c” has 10,001 different values"):
        one("convert_to_indicator_values", many, columns=["c"])


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"basic_operation": "Sqrt", "columns": ["b"]}, {"Sqrt(b)": [2.0, None, 3.0]}),
        ({"basic_operation": "Pow", "columns": ["a"], "constant": 2}, {"Pow(a_$2)": [1.0, 4.0, None]}),
        ({"basic_operation": "Factorial", "columns": ["a"]}, {"Factorial(a)": [1.0, 2.0, None]}),
        (
            {"basic_operation": "Ln", "columns": ["b"]},
            {"Ln(b)": [pytest.approx(1.3862943611), None, pytest.approx(2.1972245773)]},
        ),
        (
            {
                "category": "Operations",
                "operations_operation": "Add",
                "columns": ["a"],
                "second": "ColumnSet",
                "second_columns": ["b"],
            },
            {"Add(b_a)": [5.0, 1.0, None]},
        ),
        (
            {"category": "Operations", "operations_operation": "Divide", "columns": ["b"], "constant": 0},
            {"Divide(b_$0)": [None, None, None]},
        ),
        (
            {"category": "Compare", "compare_operation": "EqualTo", "columns": ["a"], "constant": 2},
            {"Equals(a_$2)": [False, True, None]},
        ),
        (
            {"category": "Compare", "compare_operation": "PairMax", "columns": ["b"], "constant": 5.5},
            {"PairMax(b_$5.5)": [5.5, 5.5, 9.0]},
        ),
        (
            {"category": "Rounding", "rounding_operation": "RoundDigits", "columns": ["c"], "constant": 1},
            {"RoundDigits(c_$1)": [2.6, -2.6, 0.1]},
        ),
        ({"category": "Rounding", "rounding_operation": "ToOdd", "columns": ["c"]}, {"ToOdd(c)": [3.0, -3.0, 1.0]}),
        ({"category": "Special", "special_operation": "Gamma", "columns": ["a"]}, {"Gamma(a)": [1.0, 1.0, None]}),
        (
            {"category": "Trigonometric", "trigonometric_operation": "CosDegree", "columns": ["d"]},
            {"CosDegree(d)": [pytest.approx(0, abs=1e-12), -1.0, 1.0]},
        ),
    ],
)
def test_math(parameters, expected):
    given = table({"a": [1, 2, None], "b": [4.0, -1.0, 9.0], "c": [2.55, -2.56, 0.05], "d": [90, 180, 0]})
    found = one("apply_math_operation", given, output="ResultOnly", **parameters)
    assert found.frame.to_dict(as_series=False) == expected
    known, wrong = propagate(
        get("apply_math_operation"), {"dataset": given.schema}, {"output": "ResultOnly", **parameters}
    )
    assert (known["results"], wrong) == (found.schema, [])


def test_math_appends_or_replaces():
    given = table({"a": [1, 2], "t": ["x", "y"]})
    assert one("apply_math_operation", given, basic_operation="Exp").frame.columns == ["a", "t", "Exp(a)"]
    assert one("apply_math_operation", given, basic_operation="Square", output="Inplace").frame["a"].to_list() == [1, 4]
    with pytest.raises(ComponentError, match="Error 0017: Exp needs numbers, and the column “t” holds String values"):
        one("apply_math_operation", given, basic_operation="Exp", columns=["t"])


def test_wrong_types_into_arithmetic_show_while_drawing():
    _, wrong = propagate(get("apply_math_operation"), {"dataset": (Column("t", "String"),)}, {"columns": ["t"]})
    assert [(error.code, error.parameter) for error in wrong] == [(17, "columns")]


def test_every_operation_calculates():
    component = get("apply_math_operation")
    given = table({"x": [0.3, 0.6], "y": [1.0, 2.0]})
    for parameter in component.parameters:
        for operation in parameter.choices if parameter.name.endswith("_operation") else ():
            found = one(
                "apply_math_operation",
                given,
                category=parameter.when[0][1][0],
                output="ResultOnly",
                columns=["x"],
                **{parameter.name: operation},
            )
            assert found.frame.columns[0].endswith(("(x)", "(x_$1)")), operation
            assert found.frame.schema[found.frame.columns[0]] in (pl.Float64, pl.Boolean)

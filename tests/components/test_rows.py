"""Components that change rows, against pandas and by hand."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from mlstudio.components import ComponentError, get, propagate
from tests.components.helpers import one, run, table

LEFT = table({"id": [1, 2, 2, None], "x": ["a", "b", "c", "d"]})
RIGHT = table({"key": [2.0, 3.0, None], "x": ["R2", "R3", "R?"]})


def test_rows_are_appended_by_place():
    found = run("add_rows", {"first": table({"a": [1], "b": ["x"]}), "second": table({"c": [2.5], "d": ["y"]})})[
        "results"
    ]
    assert found.frame.rows(named=True) == [{"a": 1.0, "b": "x"}, {"a": 2.5, "b": "y"}]
    for second, code in (({"c": [1]}, 22), ({"c": ["1"], "d": ["y"]}, 16)):
        with pytest.raises(ComponentError) as caught:
            run("add_rows", {"first": table({"a": [1], "b": ["x"]}), "second": table(second)})
        assert caught.value.code == code


def test_duplicates():
    given = table({"k": [1, 1, 2], "v": ["a", "b", "c"]})
    assert one("remove_duplicate_rows", given, key_columns=["k"]).frame["v"].to_list() == ["a", "c"]
    assert one("remove_duplicate_rows", given, key_columns=["k"], retain_first=False).frame["v"].to_list() == ["b", "c"]
    assert one("remove_duplicate_rows", given).height == 3


@pytest.mark.parametrize(
    ("kind", "how"), [("Inner Join", "inner"), ("Left Outer Join", "left"), ("Full Outer Join", "outer")]
)
def test_joins_are_those_of_pandas(kind: str, how: str):
    found = run("join_data", {"left": LEFT, "right": RIGHT}, left_keys=["id"], right_keys=["key"], join_type=kind)[
        "results"
    ].frame
    one_side, other = (side.frame.to_pandas() for side in (LEFT, RIGHT))
    known = one_side.dropna().merge(
        other.dropna().rename(columns={"x": "x (1)"}), left_on="id", right_on="key", how=how
    )
    assert found.columns == ["id", "x", "key", "x (1)"]
    matched = found.filter(pl.col("id").is_not_null() | (pl.col("key") == 3)).sort("x", nulls_last=True)
    assert matched.rows() == [tuple(None if pd.isna(value) else value for value in row) for row in known.to_numpy()]
    # Missing keys match nothing, and are kept by outer joins.
    assert found.height - matched.height == {"inner": 0, "left": 1, "outer": 2}[how]


def test_join_options():
    keys = {"left_keys": ["id"], "right_keys": ["key"]}
    semi = run("join_data", {"left": LEFT, "right": RIGHT}, join_type="Left Semi-Join", **keys)["results"]
    assert semi.frame.rows() == [(2, "b"), (2, "c")]
    assert run("join_data", {"left": LEFT, "right": RIGHT}, keep_right_keys=False, **keys)["results"].frame.columns == [
        "id",
        "x",
        "x (1)",
    ]
    words = {"left": table({"k": ["A"], "n": [1]}), "right": table({"k": ["a"], "m": [2]})}
    assert run("join_data", words, left_keys=["k"], right_keys=["k"])["results"].height == 0
    assert run("join_data", words, left_keys=["k"], right_keys=["k"], match_case=False)["results"].frame.rows() == [
        ("A", 1, "a", 2)
    ]
    two = table({"a": [1, 1], "b": ["x", "y"]})
    both = run("join_data", {"left": two, "right": two}, left_keys=["a", "b"], right_keys=["a", "b"])["results"]
    assert both.height == 2
    known, _ = propagate(
        get("join_data"), {"left": LEFT.schema, "right": RIGHT.schema}, {**keys, "keep_right_keys": False}
    )
    assert [column.name for column in known["results"] or ()] == ["id", "x", "x (1)"]


def test_keys_have_to_fit():
    _, wrong = propagate(
        get("join_data"), {"left": LEFT.schema, "right": RIGHT.schema}, {"left_keys": ["id"], "right_keys": ["x"]}
    )
    assert [error.code for error in wrong] == [16]
    _, wrong = propagate(
        get("join_data"),
        {"left": LEFT.schema, "right": RIGHT.schema},
        {"left_keys": ["id"], "right_keys": ["key", "x"]},
    )
    assert [error.code for error in wrong] == [22]


def test_sql():
    script = """create table t as select x, count(*) as n from t1 group by x;
        select t.x, t.n, ';' as s from t join t2 on t.n = t2.n -- end"""
    tables = {"t1": table({"x": ["a", "b", "a"]}), "t2": table({"n": [2]})}
    found = run("apply_sql_transformation", tables, script=script)
    assert found["result"].frame.rows(named=True) == [{"x": "a", "n": 2, "s": ";"}]


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("select * from nowhere", 69, "no such table: nowhere"),
        ("select wage from t1", 69, "no such column: wage"),
        ("selekt", 69, "syntax error"),
        ("create table z (a)", 69, "gives no result"),
        ("select x, x from t1", 28, "“x”"),
    ],
)
def test_sql_that_fails_says_why(script: str, code: int, says: str):
    with pytest.raises(ComponentError, match=says) as caught:
        run("apply_sql_transformation", {"t1": table({"x": [1]})}, script=script)
    assert caught.value.code == code


HUNDRED = table({"n": list(range(100)), "c": ["a"] * 80 + ["b"] * 20})


def test_samples():
    assert one("partition_and_sample", HUNDRED, mode="Head", rows=3).frame["n"].to_list() == [0, 1, 2]
    drawn = one("partition_and_sample", HUNDRED, rate=0.2, seed=4, stratified=True, stratification="c")
    assert drawn.frame["c"].value_counts(sort=True)["count"].to_list() == [16, 4]
    assert drawn.frame.equals(
        one("partition_and_sample", HUNDRED, rate=0.2, seed=4, stratified=True, stratification="c").frame
    )


@pytest.mark.parametrize(
    ("parameters", "sizes"),
    [
        ({"folds": 4}, [25, 25, 25, 25]),
        ({"method": "Partition with customized proportions", "proportions": "0.2; 0.3"}, [20, 30, 50]),
        ({"folds": 2, "stratified": True, "stratification": "c"}, [50, 50]),
        ({"folds": 4, "replacement": True}, [25, 25, 25, 25]),
    ],
)
def test_folds(parameters, sizes):
    folded = one("partition_and_sample", HUNDRED, mode="Assign to Folds", seed=1, **parameters)
    picked = [one("partition_and_sample", folded, mode="Pick Fold", fold=fold + 1) for fold in range(len(sizes))]
    assert [part.height for part in picked] == sizes
    rest = one("partition_and_sample", folded, mode="Pick Fold", fold=1, complement=True)
    assert rest.height == folded.height - sizes[0]
    if "replacement" not in parameters:
        assert sorted(np.concatenate([part.frame["n"] for part in picked])) == list(range(100))
        assert not set(rest.frame["n"]) & set(picked[0].frame["n"])


def test_a_fold_that_is_not_there():
    with pytest.raises(ComponentError, match="not divided into folds"):
        one("partition_and_sample", HUNDRED, mode="Pick Fold")
    folded = one("partition_and_sample", HUNDRED, mode="Assign to Folds", folds=2)
    with pytest.raises(ComponentError, match="Fold 3 is wanted, and there are 2"):
        one("partition_and_sample", folded, mode="Pick Fold", fold=3)


def test_random_splits():
    parts = run("split_data", {"dataset": HUNDRED}, fraction=0.7, seed=5)
    assert [parts[side].height for side in ("left", "right")] == [70, 30]
    assert sorted([*parts["left"].frame["n"], *parts["right"].frame["n"]]) == list(range(100))
    assert parts["left"].frame["n"].to_list() != list(range(70))
    assert run("split_data", {"dataset": HUNDRED}, fraction=0.7, randomized=False)["left"].frame["n"].to_list() == list(
        range(70)
    )
    even = run("split_data", {"dataset": HUNDRED}, stratified=True, stratification="c")["left"]
    assert even.frame["c"].value_counts(sort=True)["count"].to_list() == [40, 10]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"relative": '\\"n" > 97'}, [98, 99]),
        ({"relative": "(\\0)<=3 & !=2"}, [0, 1, 3]),
        ({"relative": '\\"n" < 1 | > 97 & != 99'}, [0, 98]),
        ({"relative": '\\"c" = b'}, list(range(80, 100))),
        ({"mode": "Regular Expression", "regex": '\\"n" ^9[0-2]$'}, [90, 91, 92]),
        ({"mode": "Regular Expression", "regex": "(\\1) ^[b-f]"}, list(range(80, 100))),
    ],
)
def test_expressions_split(parameters, expected):
    parts = run("split_data", {"dataset": HUNDRED}, **{"mode": "Relative Expression", **parameters})
    assert parts["left"].frame["n"].to_list() == expected
    assert parts["right"].height == 100 - len(expected)


@pytest.mark.parametrize(
    ("expression", "code"),
    [("n > 3", 2), ('\\"gone" > 3', 1), ('\\"n" > many', 2), ('\\"n" (> 3)', 2), ("(\\7) > 1", 60)],
)
def test_expressions_that_cannot_be(expression: str, code: int):
    with pytest.raises(ComponentError) as caught:
        run("split_data", {"dataset": HUNDRED}, mode="Relative Expression", relative=expression)
    assert caught.value.code == code


def test_smote_adds_rows_between_rows_of_the_rarer_class():
    draw = np.random.default_rng(0)
    rare = draw.normal(5, 1, (10, 2))
    points = np.vstack([draw.normal(0, 1, (40, 2)), rare])
    given = table({"x": points[:, 0], "y": points[:, 1], "kind": ["big"] * 40 + ["small"] * 10})
    found = one("smote", given, label="kind", percentage=200, neighbours=3, seed=1).frame
    assert found["kind"].value_counts(sort=True)["count"].to_list() == [40, 30]
    made = found.tail(20).select("x", "y").to_numpy()
    for point in made:
        # Each lies on the line between two of the rare points: the distances to them add up to that between them.
        sums = np.linalg.norm(rare[:, None] - point, axis=2) + np.linalg.norm(rare[None] - point, axis=2)
        between = np.linalg.norm(rare[:, None] - rare[None], axis=2)
        assert np.isclose(sums, between, atol=1e-9)[~np.eye(10, dtype=bool)].any()
    assert one("smote", given, label="kind", percentage=0).height == 50


@pytest.mark.parametrize(
    ("parameters", "code"), [({"percentage": 150}, 8), ({"neighbours": 20}, 21), ({"label": "x"}, 23)]
)
def test_smote_that_cannot_be(parameters, code):
    given = table({"x": list(range(12)), "kind": ["a"] * 8 + ["b"] * 4})
    with pytest.raises(ComponentError) as caught:
        one("smote", given, **{"label": "kind", "seed": 1, **parameters})
    assert caught.value.code == code

"""What was collected, as rows of a table."""

import json

import pytest

from apps.endpoints.collected import rows_of

OURS = {"correlation_id", "request_row", "request_time", "deployment", "model"}
FLOWERS = [{"width": 1.5, "kind": "a"}, {"width": 2.5, "kind": "b"}]
SPLIT = {"columns": ["width", "kind"], "data": [[1.5, "a"], [2.5, "b"]]}


def cells(value, side="input", **more):
    record = {"id": "one", "at": "2026-01-01T00:00:00.000+00:00", "model": "iris:1", side: value, **more}
    rows = list(rows_of(record, side, "iris-blue"))
    assert all(row["correlation_id"] == "one" for row in rows)
    assert [row["request_row"] for row in rows] == list(range(len(rows)))
    return [{name: value for name, value in row.items() if name not in OURS} for row in rows]


@pytest.mark.parametrize(
    "body",
    [
        FLOWERS,
        {"dataframe_records": FLOWERS},
        {"dataframe_split": SPLIT},
        {"input_data": SPLIT},
        {"instances": FLOWERS},
        {"inputs": {"width": [1.5, 2.5], "kind": ["a", "b"]}},
        {"inputs": [{"name": "width", "datatype": "FP64", "shape": [2], "data": [1.5, 2.5]},
                    {"name": "kind", "datatype": "BYTES", "shape": [2], "data": ["a", "b"]}]},
        {"Inputs": {"data": FLOWERS}, "GlobalParameters": {"method": "predict"}},
        {"data": FLOWERS},
    ],
)  # fmt: skip
def test_tables_in_all_the_ways_they_are_sent_give_the_same_rows(body):
    assert cells(json.dumps(body)) == FLOWERS


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ([[1, 2], [3, 4]], [{"column_1": 1, "column_2": 2}, {"column_1": 3, "column_2": 4}]),
        ([0, 1], [{"value": 0}, {"value": 1}]),
        ({"predictions": [0, 1]}, [{"value": 0}, {"value": 1}]),
        ({"Results": ["yes"]}, [{"value": "yes"}]),
        ({"label": "cat", "score": 0.9}, [{"label": "cat", "score": 0.9}]),
        ([list(range(3000))], [{"value": list(range(3000))}]),
    ],
)
def test_answers_are_rows_too(body, rows):
    assert cells(json.dumps(body), "output") == rows


@pytest.mark.parametrize("body", ["", "not JSON", "NaN,", "3", '"text"', "[]", "[" * 5000, None])
def test_what_is_no_table_is_kept_as_it_came(body):
    assert cells(body) == [{"body": body}]


def test_nobody_can_pretend_to_another_request():
    (row,) = rows_of({"id": "mine", "at": "now", "input": '{"correlation_id": "yours"}'}, "input", "iris-blue")
    assert row["correlation_id"] == "mine"

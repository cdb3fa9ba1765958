"""Parts of the server and of its runner that need no process: values as JSON, the layout of models."""

import datetime
import decimal
import enum
import json
import uuid
from typing import Any

import pytest

from mlstudio.runner.replica_models import lay_out
from mlstudio.serving.answers import NotJson, as_json
from mlstudio.serving.bodies import BadInput
from mlstudio.serving.tensors import outputs_of, read


class Colour(enum.IntEnum):
    RED = 1


class Array:
    """Behaves as arrays do."""

    dtype = "float32"

    def tolist(self):
        return [1.5, float("inf")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, {}),
        ([1, 2.5, "ñ", True, None], [1, 2.5, "ñ", True, None]),
        ({"a": float("nan")}, {"a": None}),
        ({1: "x", Colour.RED: "y", (1, 2): "z"}, {"1": "y", "[1, 2]": "z"}),
        ((1, {2}), [1, [2]]),
        (Colour.RED, 1),
        (Array(), [1.5, None]),
        (datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC), "2026-01-31T12:00:00+00:00"),
        (datetime.timedelta(seconds=1.5), 1.5),
        (decimal.Decimal("1.25"), 1.25),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"\x00\xff", "AP8="),
    ],
)
def test_values_as_json(value, expected):
    assert json.loads(as_json(value)) == expected


def test_values_that_have_no_json():
    endless: list[Any] = []
    endless.append(endless)
    for value, words in ((object(), "builtins.object"), ({"a": [print]}, "builtin_function"), (endless, "deep")):
        with pytest.raises(NotJson, match=words):
            as_json(value)


def test_tensors():
    tensor, taken = read({"name": "x", "shape": [2, 2], "datatype": "INT64", "data": [[1, 2], [3, 4]]}, memoryview(b""))
    assert (tensor.nested(), taken) == ([[1, 2], [3, 4]], 0)
    raw = memoryview(b"\x02\0\0\0ab\x00\0\0\0rest")
    given = {"name": "s", "shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": 10}}
    tensor, taken = read(given, raw)
    assert (tensor.data, taken) == (["ab", ""], 10)
    assert outputs_of({"a": [[1, 2], [3, 4]], "b": [True]}, []) == [
        {"name": "a", "datatype": "INT64", "shape": [2, 2], "data": [1, 2, 3, 4]},
        {"name": "b", "datatype": "BOOL", "shape": [1], "data": [True]},
    ]
    with pytest.raises(NotJson, match="'output' is no tensor"):
        outputs_of([[1], [2, 3]], [])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"shape": [1]}, "name"),
        ({"name": "x", "shape": [-1], "datatype": "FP32", "data": []}, "shape of the input 'x'"),
        ({"name": "x", "shape": [1], "datatype": "COMPLEX", "data": [1]}, "no datatype"),
        ({"name": "x", "shape": [3], "datatype": "FP32", "data": [1, 2]}, "has 2 values"),
        ({"name": "x", "shape": [1], "datatype": "INT8", "data": ["1"]}, "Value 0 of the input 'x' is no INT8"),
        ({"name": "x", "shape": [1], "datatype": "INT8", "data": 1}, "not a list"),
        ({"name": "x", "shape": [1], "datatype": "FP32", "parameters": {"binary_data_size": 4}}, "does not hold"),
    ],
)
def test_tensors_that_contradict_themselves(given, words):
    with pytest.raises(BadInput, match=words):
        read(given, memoryview(b"ab"))


def test_where_scripts_look_for_their_models(tmp_path):
    stored = tmp_path / "stored"
    (stored / "deep").mkdir(parents=True)
    (stored / "model.pkl").write_text("weights")
    one = tmp_path / "one"
    given = {"churn": {"reference": "churn:3", "root": "model"}}
    assert lay_out(one, given, {"churn": str(stored)}) == "churn/3"
    assert (one / "churn/3/model/model.pkl").read_text() == "weights"
    file = tmp_path / "file"
    given = {"churn": {"reference": "churn:3", "root": "", "single": ""}}
    assert lay_out(file, given, {"churn": str(stored)}) == "churn/3"
    assert (file / "churn/3/model.pkl").read_text() == "weights"
    single = tmp_path / "single"
    given = {"churn": {"reference": "churn:3", "single": "model.pkl"}}
    assert lay_out(single, given, {"churn": str(stored / "model.pkl")}) == "churn/3"
    assert (single / "churn/3/model.pkl").read_text() == "weights"
    several = tmp_path / "several"
    given = {"a": {"reference": "a:1", "root": "m"}, "b": {"reference": "b:2", "root": "m"}}
    assert lay_out(several, given, {"a": str(stored), "b": str(stored)}) == ""
    assert (several / "b/2/m/model.pkl").exists()
    assert lay_out(several, given, {"a": str(stored), "b": str(stored)}) == ""  # by the next runner, again

"""Models that MLflow wrote, and schemas of scripts, with the real libraries."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.serving.servers import serving

pytestmark = [pytest.mark.servers, pytest.mark.exhaustive]

SAVE = """
import sys
import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression
folder = sys.argv[1]
none = {"pip_requirements": []}  # to find them out takes minutes
table = pd.DataFrame({"age": [1.0, 2.0, 3.0, 4.0], "visits": [1, 5, 2, 7]})
model = LinearRegression().fit(table, 2 * table["age"] + table["visits"])
mlflow.sklearn.save_model(model, folder + "/columns", signature=infer_signature(table, model.predict(table)), **none)
rows = table.to_numpy(dtype="float64")
model = LinearRegression().fit(rows, rows.sum(axis=1))
mlflow.sklearn.save_model(model, folder + "/tensor", signature=infer_signature(rows, model.predict(rows)), **none)
mlflow.sklearn.save_model(model, folder + "/bare", serialization_format="cloudpickle", **none)
class Upper(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return pd.DataFrame({"name": model_input["name"].str.upper(), "n": range(len(model_input))})
names = pd.DataFrame({"name": ["a"]})
mlflow.pyfunc.save_model(folder + "/python", python_model=Upper(), signature=infer_signature(names, names), **none)
"""


@pytest.fixture(scope="module")
def models(science, tmp_path_factory):
    """A folder with models."""
    folder = tmp_path_factory.mktemp("models")
    done = subprocess.run([science, "-c", SAVE, str(folder)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def columns(science, models):
    """A server of the model with named columns."""
    with serving({}, "--model", str(models / "columns"), "--name", "churn", python=science) as server:
        yield server


ROW = {"columns": ["age", "visits"], "data": [[1.5, 2]]}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"dataframe_split": ROW}, {"predictions": [5.0]}),
        ({"dataframe_split": {"columns": ["visits", "age"], "data": [[2, 1.5]]}}, {"predictions": [5.0]}),
        ({"dataframe_records": [{"age": 1.5, "visits": 2}]}, {"predictions": [5.0]}),
        ({"instances": [[1.5, 2], [1, 1]]}, {"predictions": [5.0, 3.0]}),
        ({"inputs": {"age": [1.5], "visits": [2]}}, {"predictions": [5.0]}),
        ({"input_data": ROW}, [5.0]),
        ({"input_data": [[1.5, 2]]}, [5.0]),
        ({"data": [[1.5, 2]]}, [5.0]),
        ({"data": [{"age": 1.5, "visits": 2, "more": "x"}]}, [5.0]),
    ],
)
def test_bodies_of_all_dialects(columns, body, answer):
    status, got, _headers = columns.ask("/score", body)
    assert status == 200, got
    assert json.loads(json.dumps(got), parse_float=lambda text: round(float(text), 6)) == answer
    assert columns.ask("/invocations", body)[1]["predictions"] == (got["predictions"] if isinstance(got, dict) else got)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "empty"),
        (b'{"data": [[1, 2', 400, "could not be decoded as JSON"),
        (b'{"data": [[NaN, 2]]}', 400, "NaN is not JSON"),
        (b"[" * 5000, 400, "nested too deep"),
        ({"rows": [[1, 2]]}, 400, "it has 'rows'"),
        ({"data": [[1, 2]], "inputs": [[1, 2]]}, 400, "exactly one of"),
        ({"data": []}, 422, "no rows"),
        ({"data": [[1, 2, 3]]}, 422, "Row 0 has 3 values; there are 2 columns."),
        ({"data": [["old", 2]]}, 422, "The column 'age' takes numbers (double); row 0 has 'old'."),
        ({"data": [[1, 2.5]]}, 422, "The column 'visits' takes whole numbers (long); row 0 has 2.5."),
        ({"data": [[1, None]]}, 422, "The column 'visits' takes whole numbers (long); row 0 has none."),
        ({"data": [[None, 2]]}, 400, "no value in 'age'"),
        (
            {"dataframe_records": [{"age": 1}]},
            422,
            "The column 'visits' is missing. The model takes age (double), visits (long).",
        ),
        ({"inputs": {"age": [1], "visits": [1, 2]}}, 400, "'age' has 1, 'visits' has 2"),
        ({"dataframe_split": {"columns": "age", "data": [[1]]}}, 400, "no list of names"),
    ],
)
def test_bodies_that_do_not_fit(columns, body, status, words):
    got = columns.ask("/score", body)
    assert (got[0], words in got[1]["message"]) == (status, True), got
    assert columns.ask("/score", {"data": [[1, 2]]})[0] == 200


def test_tables_as_csv_and_other_types(columns):
    status, got, _headers = columns.ask("/invocations", b"age,visits\n1.5,2\n", Content_Type="text/csv")
    assert (status, round(got["predictions"][0], 6)) == (200, 5.0)
    status, got, _headers = columns.ask("/score", b"x", Content_Type="application/xml")
    assert (status, "application/json or text/csv" in got["message"]) == (415, True)
    assert columns.ask("/invocations")[0] == 405


def test_what_it_tells_of_itself(columns):
    schema = columns.status["schema"]
    assert [each["name"] for each in schema["inputs"]] == ["age", "visits"]
    assert columns.ask("/score", schema["sample"])[0] == 200
    assert columns.ask("/swagger.json")[1]["definitions"]["ServiceInput"]["example"] == schema["sample"]


def test_other_kinds_of_models(science, models):
    with serving({}, "--model", str(models / "tensor"), python=science) as server:
        assert round(server.ask("/score", {"data": [[1, 2]]})[1][0], 6) == 3.0
        assert server.ask("/score", {"data": [[1, 2, 3]]})[1]["message"].endswith("the model takes [-1, 2].")
        body = {"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP64", "data": [[1, 2]]}]}
        assert server.ask("/v2/models/model/infer", body)[1]["outputs"][0]["shape"] == [1]
    with serving({}, "--model", str(models / "bare"), python=science) as server:
        assert round(server.ask("/score", {"data": [[1, 2]]})[1][0], 6) == 3.0
        assert server.ask("/score", {"data": [[1, 2, 3]]})[0] == 400
    with serving({}, "--model", str(models / "python"), python=science) as server:
        assert server.ask("/score", {"data": [{"name": "ada"}]})[1] == [{"name": "ADA", "n": 0}]
        outputs = server.ask(
            "/v2/models/model/infer",
            {"inputs": [{"name": "name", "shape": [2], "datatype": "BYTES", "data": ["a", "b"]}]},
        )[1]["outputs"]
        assert [(each["name"], each["datatype"], each["data"]) for each in outputs] == [
            ("name", "BYTES", ["A", "B"]),
            ("n", "INT64", [0, 1]),
        ]


def test_a_model_that_cannot_be_loaded(science, models, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "MLmodel").write_text("flavors: {python_function: {loader_module: not_there}}")
    with serving({}, "--model", str(broken), python=science, until_ready=False) as server:
        assert server.process.wait(60) == 3
        assert server.status["reason"].startswith("The model cannot be loaded: No module named 'not_there'")


def test_the_open_inference_client(columns, science):
    """Tritonclient speaks only TCP: the server listens on a port for it."""
    client = """
import sys
import numpy as np
import tritonclient.http as http
client = http.InferenceServerClient(sys.argv[1])
assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("churn")
told = client.get_model_metadata("churn")
inputs = []
for each in told["inputs"]:
    tensor = http.InferInput(each["name"], [2, 1], each["datatype"])
    kind = {"FP64": "float64", "INT64": "int64"}[each["datatype"]]
    tensor.set_data_from_numpy(np.array([[1], [2]], dtype=kind), binary_data=each["name"] == "age")
    inputs.append(tensor)
print(client.infer("churn", inputs).as_numpy(told["outputs"][0]["name"]).round(6).tolist())
try:
    client.infer("other", inputs)
except http.InferenceServerException as error:
    print(error)
"""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    from tests.serving.servers import relay

    with relay(port, columns.socket):
        done = subprocess.run([science, "-c", client, f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "[3.0, 6.0]"
    assert "only 'churn'" in lines[1]


SCHEMA = """
import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.schema_decorators import input_schema, output_schema
def init(): pass
@input_schema("data", PandasParameterType(pd.DataFrame({"age": [1], "weight": [2.5]})))
@output_schema(NumpyParameterType(np.array([1.0])))
def run(data):
    return data.sum(axis=1).to_numpy()
"""


def test_a_script_with_a_schema(science):
    with serving({"score.py": SCHEMA}, python=science) as server:
        assert server.ask("/score", {"data": [{"age": 1, "weight": 2}]})[1] == [3.0]
        assert server.status["schema"]["sample"] == {"data": [{"age": 1, "weight": 2.5}]}
        for body, words in (
            ({"data": [{"age": "old", "weight": 2}]}, "old"),
            ({"data": [{"age": 1}]}, "dimension #1"),
            ({"data": 5}, "unable to convert"),
        ):
            status, got, _headers = server.ask("/score", body)
            assert (status, words in got["message"]) == (422, True), got
        tensor = {"inputs": [{"name": "x", "shape": [1], "datatype": "BYTES", "data": ["a"]}]}
        assert server.ask("/v2/models/model/infer", tensor)[0] == 422


def test_the_check_before_traffic(science, models, tmp_path):
    def check(sample: str, *options: str):
        (tmp_path / "sample.json").write_text(sample)
        command = [science, "-m", "mlstudio.serving", "--check", str(tmp_path / "sample.json"), *options]
        sdk = Path(__file__).resolve().parents[2] / "sdk"
        done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(sdk)}, timeout=120)
        return done.returncode, json.loads(done.stdout)

    model = ("--model", str(models / "columns"))
    code, result = check("", *model)
    assert (code, result["ok"], len(result["output"])) == (0, True, 1)
    code, result = check('{"data": [[1]]}', *model)
    assert (code, result["ok"], result["line"]) == (1, False, "Row 0 has 1 values; there are 2 columns.")
    (tmp_path / "score.py").write_text("def init(): print('hi')\ndef run(data):\n    return data.missing\n")
    code, result = check("[1]", "--entry-script", "score.py", "--app-root", str(tmp_path))
    assert (code, result["line"]) == (
        1,
        "score.py, line 3: return data.missing: AttributeError: 'str' object has no attribute 'missing'",
    )
    assert "Traceback" in result["traceback"]

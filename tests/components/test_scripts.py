"""Scripts of users: what they get, what they may return, and how they fail."""

import zipfile
from pathlib import Path

import joblib
import pytest

from mlstudio.components import ComponentError, get, propagate
from tests.components.helpers import run, scored, table

GIVEN = table({"x": [1, 2, None], "t": ["a", "b", None]}, categorical=("t",))


def script(body: str, **inputs):
    return run("execute_python_script", {"dataset1": GIVEN, **inputs}, script=body)


def test_the_default_script_gives_back_its_input():
    found = run("execute_python_script", {"dataset1": GIVEN})
    assert found["result1"].frame.equals(GIVEN.frame)
    assert "result2" not in found


def test_two_frames_in_and_out():
    body = """
def azureml_main(dataframe1=None, dataframe2=None):
    assert dataframe1.t.dtype == "category"
    return dataframe1.assign(z=dataframe1.x * 2).set_index("x"), dataframe2.astype({"k": "category"})
"""
    found = script(body, dataset2=table({"k": ["u", "v"]}))
    assert found["result1"].frame["z"].to_list() == [2.0, 4.0, None]
    assert found["result2"].column("k").categorical


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("def azureml_main(a, b):\n    return a['wage'],", r"raised KeyError in line 2: 'wage'"),
        ("x = 1 / 0", r"raised ZeroDivisionError in line 1"),
        ("def azureml_main(a, b) return a", r"not valid Python: .* in line 1"),
        ("def main(): pass", r"defines no function azureml_main"),
        ("def azureml_main(a, b): return 5", r"returned a int"),
        ("def azureml_main(a, b): return a, a, a", r"returned 3 values"),
        ("def azureml_main(a, b): return [1]", r"returned a int"),
        (
            "import pandas as pd\ndef azureml_main(a, b): return pd.DataFrame([[1, 2]], columns=['c', 'c'])",
            r"two columns “c”",
        ),
        (
            "import pandas as pd\ndef azureml_main(a, b): return pd.DataFrame({'m': [1, 'x', [2]]})",
            r"column “m” mixes values",
        ),
        ("import sys\ndef azureml_main(a, b): raise SystemExit(3)", r"ended the process"),
    ],
)
def test_a_script_that_raises_or_returns_the_wrong_thing(body: str, says: str):
    with pytest.raises(ComponentError, match=says):
        script(body)


def test_a_script_that_is_no_python_shows_while_drawing():
    _, wrong = propagate(get("execute_python_script"), {}, {"script": "def ("})
    assert [(error.code, error.parameter) for error in wrong] == [(85, "script")]


def test_a_bundle_is_imported_and_lies_in_its_folder(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("mine_for_designer.py", "def add(n): return n + 1")
        archive.writestr("data/words.txt", "hello")
    body = """
import pandas as pd
from mine_for_designer import add

def azureml_main(dataframe1=None, dataframe2=None):
    return pd.DataFrame({"n": [add(1)], "w": [open("./Script Bundle/data/words.txt").read()]})
"""
    before = Path.cwd()
    assert script(body, bundle=tmp_path)["result1"].frame.rows() == [(2, "hello")]
    assert Path.cwd() == before
    (tmp_path / "code.zip").write_bytes(b"no zip")
    with pytest.raises(ComponentError, match=r"code\.zip is no zip file"):
        script(body, bundle=tmp_path)


MODEL = """
import pandas as pd

class AzureMLModel:
    def __init__(self):
        self.model = {}

    def train(self, df_train, df_label):
        self.model = {"mean": float(df_label.mean()), "columns": list(df_train.columns)}

    def predict(self, df):
        return pd.DataFrame({"Scored Labels": [self.model["mean"]] * len(df)})
"""


def test_a_model_of_a_script_outlives_its_process(tmp_path: Path):
    given = table({"x": [1, 2, 3], "y": [2.0, 4.0, 6.0]})
    untrained = run("create_python_model", script=MODEL)["untrained"]
    model = run("train_model", {"untrained": untrained, "dataset": given}, label="y")["model"]
    joblib.dump(model, tmp_path / "model")
    again = joblib.load(tmp_path / "model")
    assert again.model.model == {"mean": 4.0, "columns": ["x"]}
    assert scored(again, given).frame["Scored Labels"].to_list() == [4.0] * 3
    with pytest.raises(ComponentError, match="built-in algorithms only"):
        run("cross_validate_model", {"untrained": untrained, "dataset": given}, label="y")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("x = 1", "no class AzureMLModel"),
        (MODEL.replace("df_label.mean()", "df_label.wage"), "raised AttributeError in line 9"),
    ],
)
def test_a_model_that_cannot_be_trained(body: str, says: str):
    untrained = run("create_python_model", script=body)["untrained"]
    with pytest.raises(ComponentError, match=says):
        run("train_model", {"untrained": untrained, "dataset": table({"x": [1, 2], "y": [1, 2]})}, label="y")

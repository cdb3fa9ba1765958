"""What is read of a model's ``MLmodel``: of files that MLflow wrote, and of files that somebody made up."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from apps.registry.manifest import LARGEST_BYTES, read_manifest

SAVED = Path(__file__).parent / "mlmodels"
"""What ``mlflow.sklearn.save_model`` wrote, without the models themselves."""


def read(files: Mapping[str, bytes | str]) -> dict[str, Any]:
    """The manifest of a model with these files."""

    def open_file(path: str) -> io.BytesIO:
        contents = files[path]
        return io.BytesIO(contents.encode() if isinstance(contents, str) else contents)

    return read_manifest(files.keys(), open_file)


def saved(name: str, folder: str = "") -> dict[str, bytes | str]:
    files: dict[str, bytes | str] = {f"{folder}{path.name}": path.read_bytes() for path in (SAVED / name).iterdir()}
    return files | {
        f"{folder}model.pkl": b"\x80\x04c__builtin__\nexec\n(S'raise SystemExit'\ntR.",
        f"{folder}input_example.json": "{}",
    }


def test_a_model_of_a_data_frame():
    manifest = read(saved("v3_frame"))
    names = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
    assert manifest["signature"] == {
        "inputs": [{"name": name, "type": "double", "required": True} for name in names],
        "outputs": [{"name": "", "type": "int64", "required": True, "shape": [-1]}],
        "params": [
            {"name": "threshold", "type": "double", "required": False, "default": 0.5},
            {"name": "labels", "type": "string", "required": False, "default": ["a"], "shape": [-1]},
        ],
    }
    assert manifest["flavors"]["sklearn"]["sklearn_version"] == "1.9.1"
    assert manifest["flavors"]["python_function"]["loader_module"] == "mlflow.sklearn"
    assert manifest["requirements"] == ["mlflow==3.17.2", "pandas==3.1.1", "scikit-learn==1.9.1", "skops==0.16.0"]
    assert (manifest["python_version"], manifest["mlflow_version"]) == ("3.11.7", "3.17.2")
    assert manifest["input_example"] == "input_example.json"
    assert manifest["model_uuid"] == "76fdc6e559804d998bf35c94290592e7"


def test_a_model_of_an_array_in_a_folder():
    manifest = read(saved("v3_array", "model/"))
    assert manifest["signature"]["inputs"] == [{"name": "", "type": "float64", "required": True, "shape": [-1, 4]}]
    assert manifest["signature"]["params"] == []
    assert manifest["input_example"] == "model/input_example.json"
    assert "scikit-learn==1.9.1" in manifest["requirements"]


def test_a_model_of_an_earlier_client_without_a_signature():
    manifest = read(saved("v2_bare"))
    assert (manifest["signature"], manifest["input_example"]) == (None, "")
    assert (manifest["mlflow_version"], set(manifest["flavors"])) == ("2.22.5", {"python_function", "sklearn"})


def test_packages_and_python_of_a_conda_file():
    conda = "dependencies:\n- python=3.10.2\n- pip:\n  - torch==2.4.0\n"
    manifest = read({"MLmodel": "flavors: {pytorch: {}}", "conda.yaml": conda})
    assert (manifest["python_version"], manifest["requirements"]) == ("3.10.2", ["torch==2.4.0"])


def test_only_packages_are_taken_from_requirements():
    text = "# made by hand\n-r other.txt\n--index-url https://example.org\n\nnumpy==2.0  # pinned\nscipy\n"
    assert read({"MLmodel": "flavors: {}", "requirements.txt": text})["requirements"] == ["numpy==2.0", "scipy"]


def test_columns_that_hold_columns():
    columns = [
        {"type": "array", "items": {"type": "string"}, "name": "words", "required": False},
        {
            "type": "object",
            "name": "o",
            "properties": {"x": {"type": "long"}, "y": {"type": "long", "required": False}},
        },
        {"type": "map", "values": {"type": "double"}, "name": "m"},
        {"type": "string", "name": "old", "optional": True},
    ]
    read_columns = read({"MLmodel": json.dumps({"signature": {"inputs": json.dumps(columns)}})})["signature"]["inputs"]
    assert [(column["type"], column["required"]) for column in read_columns] == [
        ("Array(string)", False),
        ("{x: long, y: long (optional)}", True),
        ("Map(str -> double)", True),
        ("string", False),
    ]


def test_no_manifest_of_other_models():
    assert read({"model.pkl": b"x", "notes/MLmodel": "flavors: {}"}) == {}
    assert read({}) == {}


# Nine times nine times nine … values, by names for what stands above.
BOMB = "b0: &b0 [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"b{level}: &b{level} [{', '.join([f'*b{level - 1}'] * 9)}]" for level in range(1, 9)
)


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ("a: !!python/name:os.system ''", "not read"),
        ("flavors: [unclosed", "not YAML"),
        ("just a text", "no names"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("a: " + "x" * LARGEST_BYTES, "larger than"),
        ("a: " + "[" * 5000, "nested"),
        ("signature: {inputs: '[{'}", "not JSON"),
        ("signature: {inputs: '" + "[" * 100_000 + "'}", "not JSON"),
        ("signature: {inputs: '{\"a\": 1}'}", "no list"),
        (BOMB, "too many"),
    ],
)
def test_what_cannot_be_read_is_told(contents, words):
    manifest = read({"MLmodel": contents})
    assert set(manifest) == {"problem"}
    assert words in manifest["problem"]


@pytest.mark.parametrize(
    "document",
    [
        {"flavors": [1], "signature": "x", "saved_input_example_info": 3, "model_uuid": ["a"]},
        {"flavors": {"sklearn": None}, "signature": {"inputs": [1, None, {"type": 3, "name": ["x"]}]}},
        {"saved_input_example_info": {"artifact_path": "../../etc/passwd"}},
        {"signature": {"outputs": [{"tensor-spec": {"dtype": None, "shape": "wide"}}]}},
        {"signature": {"params": '[{"name": "\\ud800\\u0000", "default": NaN}, {"default": 1e999, "shape": [1e3]}]'}},
    ],
)
def test_what_is_odd_leaves_what_can_be_stored(document):
    broken: dict[str, bytes | str] = {
        "requirements.txt": b"\xff",
        "python_env.yaml": "[",
        "conda.yaml": "dependencies: 3",
    }
    manifest = read({"MLmodel": json.dumps(document), **broken})
    assert manifest["input_example"] == ""
    assert json.loads(json.dumps(manifest, allow_nan=False).encode()) == manifest
    assert "\\u0000" not in json.dumps(manifest)
    assert "\\ud800" not in json.dumps(manifest)

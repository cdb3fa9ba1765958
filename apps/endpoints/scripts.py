"""Entry scripts: what can be told of one without running it, and a first one for a model that has none. No models, no I/O."""

import ast
from collections.abc import Collection

from django.utils.translation import gettext as _

from apps.registry.states import Framework

NAME = "score.py"
_NEEDED = ("init", "run")
_LONGEST_SHOWN = 200

_START = """import json
import os
from pathlib import Path

{imports}
model = None


def init():
    \"\"\"Called once, when a replica starts: load the model.\"\"\"
    global model
    folder = Path(os.environ["AZUREML_MODEL_DIR"])
    {load}


def run(data):
    \"\"\"Called with the body of each request, as text. What is returned must be JSON.\"\"\"
    rows = json.loads(data)["data"]
    {predict}
"""
# By framework: what is imported, how the model at ``path`` is loaded, and what is answered.
_WAYS = {
    Framework.SCIKIT_LEARN: ("import joblib\n", "model = joblib.load(path)", "return model.predict(rows).tolist()"),
    Framework.LIGHTGBM: (
        "import lightgbm\nimport numpy\n",
        "model = lightgbm.Booster(model_file=str(path))",
        "return model.predict(numpy.asarray(rows)).tolist()",
    ),
    Framework.XGBOOST: (
        "import numpy\nimport xgboost\n",
        "model = xgboost.Booster(model_file=str(path))",
        "return model.predict(xgboost.DMatrix(numpy.asarray(rows))).tolist()",
    ),
    Framework.ONNX: (
        "import numpy\nimport onnxruntime\n",
        "model = onnxruntime.InferenceSession(str(path))",
        (
            "batch = numpy.asarray(rows, dtype=numpy.float32)\n"
            "    return model.run(None, {model.get_inputs()[0].name: batch})[0].tolist()"
        ),
    ),
    Framework.PYTORCH: (
        "import torch\n",
        "model = torch.jit.load(str(path)).eval()",
        "with torch.no_grad():\n        return model(torch.tensor(rows)).tolist()",
    ),
}


def first_fault(text: str, name: str) -> str:
    """Return why a script cannot serve, with its first failing line; empty where nothing can be told without running it.

    What it says is worded as the server does that loads it: that one finds the rest.
    """
    try:
        tree = ast.parse(text, name)
    except SyntaxError as error:
        line = (error.text or "").strip()[:_LONGEST_SHOWN]
        return _("%(name)s, line %(number)s: %(line)s: %(problem)s") % {
            "name": name, "number": error.lineno or 1, "line": line, "problem": f"{type(error).__name__}: {error.msg}",
        }  # fmt: skip
    except (ValueError, RecursionError, MemoryError):
        return _("%(name)s cannot be read as Python.") % {"name": name}
    names = _names_of(tree.body)
    if names is not None:
        for needed in _NEEDED:
            if needed not in names:
                return _("%(name)s has no function %(function)s().") % {"name": name, "function": needed}
    return ""


def first_script(framework: str, paths: Collection[str]) -> str:
    """Return an entry script for a model: one that serves it where its framework is known, else one to fill in.

    Args: paths: of the model's files.
    """
    shown = sorted(paths, key=lambda path: (path.count("/"), path))
    found = _WAYS.get(Framework(framework)) if framework in Framework.values else None
    largest = next(
        (path for path in shown if not path.endswith((".md", ".yaml", ".yml", ".json"))), next(iter(shown), "")
    )
    pattern = largest.rpartition("/")[2] or "*"
    find = f'path = next(folder.rglob("{pattern}"))'
    if found is None:
        return _START.format(
            imports="",
            load=f"{find}\n    model = path.read_bytes()  # load it as your library does",
            predict="return rows  # and answer what it predicts",
        )
    imports, load, predict = found
    return _START.format(imports=imports, load=f"{find}\n    {load}", predict=predict)


def _names_of(body: list[ast.stmt]) -> set[str] | None:
    """Return what a module defines at its top level, in branches too; None where that cannot be told."""
    names: set[str] = set()
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                if any(alias.name == "*" for alias in aliases):
                    return None
                names |= {alias.asname or alias.name for alias in aliases}
            case ast.Assign() | ast.AnnAssign():
                names |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
                inner = _names_of(
                    [node for node in ast.walk(statement) if isinstance(node, ast.stmt) and node is not statement]
                )
                if inner is None:
                    return None
                names |= inner
            case ast.Expr(value=ast.Call()):
                continue
    return names

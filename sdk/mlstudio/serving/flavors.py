"""Loading what MLflow wrote. Models of scikit-learn are read as MLflow reads them, but without importing it: that takes
longer than all the rest, and its own checks of every request repeat those of :mod:`mlstudio.serving.frames`."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlstudio.serving import failures
from mlstudio.serving.failures import StartFailed

FILE = "MLmodel"
Predict = Callable[[Any, dict[str, Any]], Any]


@dataclass
class Flavored:
    """A model in memory. ``predict``: takes the input and parameters; ``inputs`` and ``outputs``: of its signature."""

    predict: Predict
    inputs: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[dict[str, Any]] = field(default_factory=list)


def load(folder: Path) -> Flavored:
    """Load a model.

    Raises:
        StartFailed: it cannot be loaded here.
    """
    if not (folder / FILE).is_file():
        raise StartFailed("The model's folder has no file MLmodel; deploy it with an entry script.")
    try:
        return _of_sklearn(folder) or _of_pyfunc(folder)
    except StartFailed:
        raise
    except BaseException as error:
        words = " ".join(str(error).split())[:500] or type(error).__name__
        raise StartFailed(f"The model cannot be loaded: {words}", failures.story(error)) from error


def _of_sklearn(folder: Path) -> Flavored | None:
    """Return a model of scikit-learn; None where it is another, or has something that only MLflow knows of."""
    try:
        import yaml
    except ImportError:
        return None
    told = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
    pyfunc, sklearn = (told["flavors"].get(name) or {} for name in ("python_function", "sklearn"))
    form = sklearn.get("serialization_format")
    is_plain = pyfunc.get("loader_module") == "mlflow.sklearn" and not pyfunc.get("code") and not pyfunc.get("config")
    if not is_plain or form not in ("pickle", "cloudpickle", "skops"):
        return None
    path = folder / pyfunc["model_path"]
    if form == "skops":
        import skops.io

        model = skops.io.load(path, trusted=sklearn.get("skops_trusted_types"))
    else:
        # Pickles of cloudpickle name it, so that it is imported on the way.
        with path.open("rb") as file:
            model = pickle.load(file)  # noqa: S301 - the model is the user's own, and so is the sandbox
    function = getattr(model, pyfunc.get("predict_fn") or "predict")
    signature = told.get("signature") or {}
    inputs, outputs = (json.loads(signature.get(name) or "[]") for name in ("inputs", "outputs"))
    return Flavored(lambda value, _params: function(value), inputs, outputs)


def _of_pyfunc(folder: Path) -> Flavored:
    try:
        import mlflow.pyfunc
    except ImportError as error:
        sentence = f"The environment cannot import MLflow, which this model needs: {error}"
        raise StartFailed(sentence, failures.story(error)) from error
    model = mlflow.pyfunc.load_model(str(folder))
    signature = model.metadata.signature

    def predict(value: Any, params: dict[str, Any]) -> Any:
        return model.predict(value, params=params) if params else model.predict(value)

    return Flavored(predict, _specs(signature and signature.inputs), _specs(signature and signature.outputs))


def _specs(schema: Any) -> list[dict[str, Any]]:
    return list(schema.to_dict()) if schema is not None else []

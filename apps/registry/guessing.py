"""What a model seems to be, by the names of its files. Neither models nor I/O."""

from collections.abc import Iterable

from apps.registry.states import Framework, ModelType

# By ending; the first that matches decides, so what could be anything comes last.
_ENDINGS = (
    (".onnx", Framework.ONNX),
    (".pt", Framework.PYTORCH), (".pth", Framework.PYTORCH), (".torchscript", Framework.PYTORCH),
    (".keras", Framework.TENSORFLOW), (".h5", Framework.TENSORFLOW), (".tflite", Framework.TENSORFLOW),
    (".lgb", Framework.LIGHTGBM), (".lightgbm", Framework.LIGHTGBM),
    (".xgb", Framework.XGBOOST), (".ubj", Framework.XGBOOST),
    (".joblib", Framework.SCIKIT_LEARN), (".pkl", Framework.SCIKIT_LEARN), (".pickle", Framework.SCIKIT_LEARN),
)  # fmt: skip
_FLAVORS = {
    "sklearn": Framework.SCIKIT_LEARN, "lightgbm": Framework.LIGHTGBM, "xgboost": Framework.XGBOOST, "onnx": Framework.ONNX,
    "pytorch": Framework.PYTORCH, "tensorflow": Framework.TENSORFLOW, "keras": Framework.TENSORFLOW,
}  # fmt: skip
_VERSION_KEYS = {
    "sklearn": "sklearn_version", "lightgbm": "lgb_version", "xgboost": "xgb_version", "onnx": "onnx_version",
    "pytorch": "pytorch_version", "keras": "keras_version",
}  # fmt: skip


def guess_type(paths: Iterable[str]) -> ModelType:
    """Return how a model of these files is read. Args: paths: relative to the model's folder."""
    names = set(paths)
    if "MLmodel" in names:
        return ModelType.MLFLOW
    return ModelType.TRITON if any(path.rpartition("/")[2] == "config.pbtxt" for path in names) else ModelType.CUSTOM


def guess_framework(paths: Iterable[str], manifest: dict[str, object]) -> tuple[Framework, str]:
    """Return what made a model, and in which version as far as its manifest says.

    Args: paths: relative to the model's folder. manifest: as ``ModelVersion.manifest``; empty where there is none.
    """
    flavors = manifest.get("flavors")
    if isinstance(flavors, dict):
        for flavor, framework in _FLAVORS.items():
            if flavor in flavors:
                said = flavors[flavor] if isinstance(flavors[flavor], dict) else {}
                return framework, str(said.get(_VERSION_KEYS.get(flavor, ""), ""))[:40]
        return Framework.MLFLOW, str(manifest.get("mlflow_version") or "")[:40]
    names = [path.rpartition("/")[2].lower() for path in paths]
    if "config.pbtxt" in names:
        return Framework.TRITON, ""
    if "saved_model.pb" in names:
        return Framework.TENSORFLOW, ""
    for ending, framework in _ENDINGS:
        if any(name.endswith(ending) for name in names):
            return framework, ""
    if any(name.endswith(".txt") and ("lgb" in name or "lightgbm" in name) for name in names):
        return Framework.LIGHTGBM, ""
    return Framework.CUSTOM, ""

"""What models can be, and how far a version of one is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ModelType(models.TextChoices):
    """How the files of a model are read."""

    CUSTOM = "custom_model", _("Custom")
    MLFLOW = "mlflow_model", _("MLflow")
    TRITON = "triton_model", _("Triton")


class Framework(models.TextChoices):
    """What made a model, as registration names it."""

    CUSTOM = "Custom", _("Custom")
    MLFLOW = "MLflow", _("MLflow")
    ONNX = "ONNX", _("ONNX")
    SCIKIT_LEARN = "ScikitLearn", _("scikit-learn")
    TENSORFLOW = "TensorFlow", _("TensorFlow")
    PYTORCH = "PyTorch", _("PyTorch")
    LIGHTGBM = "LightGBM", _("LightGBM")
    XGBOOST = "XGBoost", _("XGBoost")
    TRITON = "Triton", _("Triton")


class VersionState(models.TextChoices):
    """How far a version is: its files are copied by a task after it was registered."""

    PENDING = "Pending", _("Copying files")
    READY = "Ready", _("Ready")
    FAILED = "Failed", _("Failed")


class Stage(models.TextChoices):
    """Where a version stands, as the MLflow client says it. Aliases say the same better; stages are kept for what uses them."""

    NONE = "None", _("None")
    STAGING = "Staging", _("Staging")
    PRODUCTION = "Production", _("Production")
    ARCHIVED = "Archived", _("Archived")

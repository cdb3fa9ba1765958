"""What MLflow's clients log beside runs: models, what runs read of them, and data sets in their own words."""

from django.db import models
from django.db.models.functions import Lower

from apps.core.models import BaseModel
from apps.experiments.models import Experiment, Run
from apps.experiments.models.data import Direction
from apps.workspaces.models import Workspace


class LoggedStatus(models.TextChoices):
    """How far a logged model is; what clients call it."""

    PENDING = "LOGGED_MODEL_PENDING"
    READY = "LOGGED_MODEL_READY"
    FAILED = "LOGGED_MODEL_UPLOAD_FAILED"


class LoggedModel(BaseModel):
    """A model that a client logged: a folder among the files of a run, with what was said about it.

    ``folder`` is where its files are; of two models of the same name in a run, the second gets one of its own. ``params`` and
    ``tags`` are texts by name. ``has_own_run``: it was logged outside of a run, and ``run`` was made to hold its files.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="logged_models", db_index=False)
    has_own_run = models.BooleanField(default=False)
    name = models.CharField(max_length=255)
    folder = models.CharField(max_length=300)
    status = models.CharField(max_length=40, choices=LoggedStatus, default=LoggedStatus.PENDING)
    type = models.CharField(max_length=255, blank=True)
    params = models.JSONField(default=dict, blank=True)
    tags = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("run", Lower("folder"), name="logged_model_folder_once")]
        indexes = [
            models.Index(fields=["experiment", "-created_at", "id"], name="logged_models_by_age"),
            models.Index(fields=["experiment", "name", "-created_at", "id"], name="logged_models_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class LoggedModelMetric(models.Model):
    """The last value of a metric that was logged for a model, over one data set or over none that was named.

    ``value`` is None where it is not finite; ``text`` then says what it was.
    """

    model = models.ForeignKey(LoggedModel, on_delete=models.CASCADE, related_name="metrics", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    dataset_name = models.CharField(max_length=500, blank=True)
    dataset_digest = models.CharField(max_length=36, blank=True)
    value = models.FloatField(null=True)
    text = models.CharField(max_length=10, blank=True)
    step = models.BigIntegerField(default=0)
    at_ms = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("model", "name", "dataset_name", "dataset_digest", name="logged_model_metric_once")
        ]

    def __str__(self) -> str:
        return self.name


class RunModel(models.Model):
    """That a run read a logged model, or wrote it. ``step`` is that of the run, for checkpoints."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tracked_models", db_index=False)
    model = models.ForeignKey(LoggedModel, on_delete=models.CASCADE, related_name="+")
    direction = models.CharField(max_length=10, choices=Direction)
    step = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("run", "model", "direction", name="run_model_once")]

    def __str__(self) -> str:
        return f"{self.direction} {self.model_id}"


class RunDataset(models.Model):
    """A data set that a run read, as its client described it. The studio keeps none of its data.

    ``source``, ``schema`` and ``profile`` are JSON as the client wrote it; ``tags`` texts by name, with
    ``mlflow.data.context`` among them ("training").
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tracked_datasets", db_index=False)
    name = models.CharField(max_length=500)
    digest = models.CharField(max_length=36)
    source_type = models.CharField(max_length=36, blank=True)
    source = models.TextField(blank=True)
    schema = models.TextField(blank=True)
    profile = models.TextField(blank=True)
    tags = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("run", "name", "digest", name="run_dataset_once")]

    def __str__(self) -> str:
        return self.name

"""Our rows in the words of MLflow's REST interface, and its words in ours."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from apps.experiments.metrics.points import text_of
from apps.experiments.models import Experiment, MetricSummary, Run
from apps.experiments.models.data import Direction
from apps.experiments.states import RunStatus
from apps.tracking.errors import AlreadyThere
from apps.tracking.models import LoggedModel, LoggedModelMetric, RunDataset

DEFAULT_EXPERIMENT_ID = "0"
"""What clients call the experiment of runs for which none was named."""

STATUSES = {
    RunStatus.NOT_STARTED: "SCHEDULED",
    RunStatus.PREPARING: "SCHEDULED",
    RunStatus.QUEUED: "SCHEDULED",
    RunStatus.STARTING: "SCHEDULED",
    RunStatus.RUNNING: "RUNNING",
    RunStatus.FINALIZING: "RUNNING",
    RunStatus.NOT_RESPONDING: "RUNNING",
    RunStatus.CANCEL_REQUESTED: "RUNNING",
    RunStatus.COMPLETED: "FINISHED",
    RunStatus.FAILED: "FAILED",
    RunStatus.CANCELED: "KILLED",
}
ENDS = {"FINISHED": RunStatus.COMPLETED, "FAILED": RunStatus.FAILED, "KILLED": RunStatus.CANCELED}

RUN_NAME_TAG = "mlflow.runName"
PARENT_TAG = "mlflow.parentRunId"

# The client takes these names apart; all else it shows as it is.
_CODES = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    405: "ENDPOINT_NOT_FOUND",
    409: "RESOURCE_CONFLICT",
    413: "REQUEST_LIMIT_EXCEEDED",
    429: "REQUEST_LIMIT_EXCEEDED",
    503: "TEMPORARILY_UNAVAILABLE",
}


def error_of(problem: dict[str, Any]) -> dict[str, Any]:
    """Return a problem document as MLflow's clients read errors."""
    status = problem["status"]
    other = "INTERNAL_ERROR" if status >= 500 else "INVALID_PARAMETER_VALUE"
    code = "RESOURCE_ALREADY_EXISTS" if problem["code"] == AlreadyThere.code else _CODES.get(status, other)
    sentences = [sentence for found in problem.get("errors", {}).values() for sentence in found]
    message = " ".join(sentences or [problem["detail"]])
    if reference := problem.get("reference"):
        message = f"{message} ({reference})"
    return {"error_code": code, "message": message}


def experiment_of(experiment: Experiment) -> dict[str, Any]:
    """Return an experiment."""
    return {
        "experiment_id": str(experiment.pk),
        "name": experiment.name,
        "artifact_location": "mlflow-artifacts:/",
        "lifecycle_stage": "deleted" if experiment.archived_at else "active",
        "creation_time": _ms(experiment.created_at),
        "last_update_time": _ms(experiment.updated_at),
        "tags": _pairs(experiment.tags),
    }


def run_of(run: Run) -> dict[str, Any]:
    """Return a run with its last metrics, parameters and tags; related rows should have been fetched with it."""
    tags = {tag.name: tag.value for tag in run.tags.all()} | {RUN_NAME_TAG: str(run)}
    if run.parent_id:
        tags[PARENT_TAG] = str(run.parent_id)
    models = list(run.tracked_models.all())
    return {
        "info": info_of(run),
        "data": {
            "metrics": [metric_of(metric) for metric in run.metrics.all()],
            "params": [{"key": parameter.name, "value": parameter.value} for parameter in run.parameters.all()],
            "tags": _pairs(tags),
        },
        "inputs": {
            "dataset_inputs": [dataset_of(dataset) for dataset in run.tracked_datasets.all()],
            "model_inputs": [
                {"model_id": model_id(one.model_id)} for one in models if one.direction == Direction.INPUT
            ],
        },
        "outputs": {
            "model_outputs": [
                {"model_id": model_id(one.model_id), "step": one.step}
                for one in models
                if one.direction == Direction.OUTPUT
            ]
        },
    }


def info_of(run: Run) -> dict[str, Any]:
    """Return what a run is, without what it logged."""
    started = run.started_at or run.created_at
    return {
        "run_id": str(run.pk),
        "run_uuid": str(run.pk),
        "run_name": str(run),
        "experiment_id": str(run.experiment_id),
        "user_id": run.submitted_by.username if run.submitted_by else "",
        "status": STATUSES[RunStatus(run.status)],
        "start_time": _ms(started),
        "end_time": _ms(run.ended_at) if run.ended_at else None,
        "artifact_uri": artifact_uri(run.pk),
        "lifecycle_stage": "deleted" if run.archived_at else "active",
    }


def artifact_uri(run_id: UUID, path: str = "") -> str:
    """Return what clients put a run's files under, or those of one of its folders."""
    return f"mlflow-artifacts:/{run_id}/{quote(path)}" if path else f"mlflow-artifacts:/{run_id}"


def dataset_of(dataset: RunDataset) -> dict[str, Any]:
    """Return a data set that a run read, as its client described it."""
    names = ("name", "digest", "source_type", "source", "schema", "profile")
    return {"tags": _pairs(dataset.tags), "dataset": {name: getattr(dataset, name) for name in names}}


def logged_model_of(model: LoggedModel) -> dict[str, Any]:
    """Return a model that a client logged; its metrics should have been fetched with it."""
    return {
        "info": {
            "model_id": model_id(model.pk),
            "experiment_id": str(model.experiment_id),
            "name": model.name,
            "creation_timestamp_ms": _ms(model.created_at),
            "last_updated_timestamp_ms": _ms(model.updated_at),
            "artifact_uri": artifact_uri(model.run_id, model.folder),
            "status": model.status,
            "model_type": model.type,
            "source_run_id": str(model.run_id),
            "tags": _pairs(model.tags),
        },
        "data": {"params": _pairs(model.params), "metrics": [_model_metric(one) for one in model.metrics.all()]},
    }


def model_id(key: UUID) -> str:
    """Return how clients call a logged model: ``m-`` and 32 letters, by which they know it from a registered one."""
    return f"m-{key.hex}"


def _model_metric(metric: LoggedModelMetric) -> dict[str, Any]:
    return {
        "key": metric.name,
        "value": metric.text if metric.value is None else metric.value,
        "timestamp": metric.at_ms,
        "step": metric.step,
        "dataset_name": metric.dataset_name,
        "dataset_digest": metric.dataset_digest,
        "model_id": model_id(metric.model_id),
        "run_id": str(metric.run_id),
    }


def metric_of(metric: MetricSummary) -> dict[str, Any]:
    """Return the last value of a series."""
    value = metric.last_text if metric.last is None else metric.last
    return {"key": metric.name, "value": value, "timestamp": metric.last_at_ms, "step": metric.last_step}


def point_of(name: str, step: int, at_ms: int, value: float) -> dict[str, Any]:
    """Return one value of a series."""
    return {"key": name, "value": text_of(value) or value, "timestamp": at_ms, "step": step}


def _pairs(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": name, "value": value} for name, value in texts.items()]


def _ms(moment: Any) -> int:
    return int(moment.timestamp() * 1000)

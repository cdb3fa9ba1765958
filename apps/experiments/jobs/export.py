"""From a run back to the YAML that would submit it again."""

from typing import Any

from apps.experiments.jobs.command import SCHEMA
from apps.experiments.jobs.yaml_text import write_yaml
from apps.experiments.models import Run
from apps.experiments.services.config import is_data, job_of


def job_file_of(run: Run) -> str:
    """Return a command run as a job file, with the versions that it was given."""
    job = job_of(run)
    tree: dict[str, Any] = {
        "$schema": SCHEMA,
        "type": "command",
        "command": job.command,
        "code": "." if run.snapshot_id else None,
        "environment": _environment(job.environment),
        "inputs": {name: _input(given) for name, given in (run.config.get("inputs") or {}).items()},
        "outputs": job.outputs,
        "environment_variables": job.variables,
        "compute": f"azureml:{job.compute}",
        "limits": {"timeout": job.limits.timeout_s} if job.limits.timeout_s else None,
        "experiment_name": run.experiment.name if run.experiment else None,
        "display_name": job.display_name,
        "description": job.description,
        "tags": job.tags,
        "properties": job.properties,
        **job.extras,
    }
    return write_yaml({name: value for name, value in tree.items() if value not in (None, "", {}, [])})


def _input(given: dict[str, Any]) -> Any:
    """Return a literal, or data with the version that it was."""
    if not is_data(given):
        return given.get("value")
    named = given["kind"] in {"dataset", "model"}
    path = f"azureml:{given['reference']}" if named else given["path"]
    return {"type": given["type"], "path": path, "mode": given["mode"]}


def _environment(reference: Any) -> Any:
    return f"azureml:{reference.removeprefix('azureml:')}" if isinstance(reference, str) else reference

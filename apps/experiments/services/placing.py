"""From runs to work orders."""

from typing import Any

from apps.compute.models import WorkKind
from apps.compute.services import orders
from apps.experiments.hooks import ResolvedEnvironment
from apps.experiments.models import Run, Snapshot
from apps.experiments.services.config import is_data, rendered_command

SPEC_VERSION = 1
LOG = "user_logs/std_log.txt"


def place(run: Run, *, kind: str, spec: dict[str, Any], title: str) -> None:
    """Put the work of a run into its target's queue, which brings the run to where its order is."""
    assert run.target is not None
    order = orders.place(
        workspace=run.workspace,
        target=run.target,
        kind=kind,
        subject_id=run.pk,
        title=title[:255],
        spec=spec,
        requested_by=run.submitted_by,
    )
    Run.objects.filter(pk=run.pk).update(order=order)
    run.refresh_from_db()


def place_command(run: Run, environment: ResolvedEnvironment | None) -> None:
    """Put a command run into the queue of its target. Its environment, if it has one, is ready."""
    place(run, kind=WorkKind.RUN, spec=command_spec(run, environment), title=str(run))


def command_spec(run: Run, environment: ResolvedEnvironment | None) -> dict[str, Any]:
    """Return what the runner reads: all of it resolved, so that the work starts the same however often it is started."""
    config = run.config
    snapshot = run.snapshot
    inputs = {
        name: given for name, given in config["inputs"].items() if is_data(given) or given.get("value") is not None
    }
    limits = config.get("limits") or {}
    return {
        "version": SPEC_VERSION,
        "run": {
            "id": str(run.pk),
            "name": run.name,
            "workspace": run.workspace.name,
            "experiment": run.experiment.name if run.experiment else "",
            "display_name": run.display_name,
        },
        "command": rendered_command(config["command"], config["inputs"]),
        "code": _code_of(snapshot, config.get("code_folder", "")) if snapshot else None,
        "environment": environment.spec if environment else None,
        "variables": {**(environment.variables if environment else {}), **config.get("variables", {})},
        "inputs": inputs,
        "outputs": config.get("outputs") or {},
        "limits": {name: limits.get(name) for name in ("timeout_s", "memory_mb", "processes")},
        "log": LOG,
    }


def _code_of(snapshot: Snapshot, folder: str) -> dict[str, Any]:
    """Return what the runner reads of the code. ``folder``: the one in it that the command begins in, where all of it lies."""
    said = {"zip_sha256": snapshot.zip_sha256, "size": snapshot.size}
    return {**said, "folder": folder} if folder else said

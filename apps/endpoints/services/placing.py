"""From a revision to a server: its run and its work order."""

import json
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.compute.models import LOCAL
from apps.compute.services import find_target
from apps.core.crypto import token_hash
from apps.endpoints.models import Deployment, Replica, Revision
from apps.endpoints.states import LARGEST_BODY_MB, LOG_ROTATE_MB, MOST_QUEUED
from apps.endpoints.tokens import door_token
from apps.experiments.hooks import ResolvedEnvironment
from apps.experiments.models import Run, RunKind
from apps.experiments.services import create_system_run
from apps.registry.models import ModelVersion
from apps.registry.services import open_file

SPEC_VERSION: Final = 1
LOG: Final = "logs/replica.txt"
MLMODEL: Final = "MLmodel"
EXAMPLE: Final = "serving_input_example.json"
LARGEST_EXAMPLE_BYTES: Final = 256 * 1024


def start_replica(deployment: Deployment, revision: Revision, environment: ResolvedEnvironment) -> Replica:
    """Have one more server of a revision started. Its environment and its model are ready."""
    endpoint = deployment.endpoint
    workspace = endpoint.workspace
    replica = Replica(deployment=deployment, revision=revision)
    title = _("Endpoint %(endpoint)s, %(deployment)s") % {"endpoint": endpoint.name, "deployment": deployment.name}
    run = create_system_run(
        workspace=workspace,
        kind=RunKind.REPLICA,
        display_name=title,
        spec=_spec(replica, environment),
        target=find_target(workspace, LOCAL),
        requested_by=revision.created_by,
        title=title,
    )
    # What the runner fetches as its code is that of the run.
    Run.objects.filter(pk=run.pk).update(snapshot=revision.snapshot)
    replica.run = run
    replica.save()
    return replica


def _spec(replica: Replica, environment: ResolvedEnvironment) -> dict[str, Any]:
    """Return what the runner reads: all of it resolved."""
    deployment, revision = replica.deployment, replica.revision
    endpoint, snapshot, model = deployment.endpoint, revision.snapshot, revision.model
    settings = revision.requests
    return {
        "version": SPEC_VERSION,
        "replica": {
            "id": str(replica.pk),
            "endpoint": endpoint.name,
            "deployment": deployment.name,
            "workspace": endpoint.workspace.name,
        },
        "environment": environment.spec,
        "code": {"zip_sha256": snapshot.zip_sha256, "size": snapshot.size} if snapshot else None,
        "entry_script": revision.entry_script,
        "inputs": {model.model.name: _input(model)} if model else {},
        "variables": revision.variables,
        "limits": {
            "memory_mb": revision.memory_mb,
            "cpus": None if revision.cpus is None else float(revision.cpus),
        },
        "server": {
            "workers": 1,
            "max_concurrent": settings["max_concurrent"],
            "timeout_ms": settings["timeout_ms"],
            "max_queue": MOST_QUEUED,
            "queue_wait_ms": settings["max_queue_wait_ms"],
            "silence_s": settings["silence_s"],
            "max_body_mb": LARGEST_BODY_MB,
            # Where the gateway is on another machine, this is what it shows; the order has but the hash.
            "door": token_hash(door_token(replica.pk)),
        },
        "sample": _sample_of(revision),
        "log": LOG,
        "log_rotate_mb": LOG_ROTATE_MB,
    }


def _input(model: ModelVersion) -> dict[str, Any]:
    return {
        "type": model.type,
        "mode": "download",
        "kind": "model",
        "id": str(model.pk),
        "reference": model.reference,
        "path": f"azureml:{model.reference}",
        "sha256": model.sha256,
        "files": model.file_count,
        "bytes": model.size,
        "single": "",
        "root": model.root,
    }


def _sample_of(revision: Revision) -> Any:
    """Return the request that a server must answer before it gets any other; None where nothing is known that it takes."""
    if revision.sample is not None:
        return revision.sample
    return example_of(revision.model) if revision.model and not revision.entry_script else None


def example_of(model: ModelVersion) -> Any:
    """Return the request that MLflow keeps beside a model which was logged with an example; None where there is none."""
    folder = next(
        (path.removesuffix(MLMODEL) for path in (MLMODEL, f"{model.root}/{MLMODEL}") if _has(model, path)), None
    )
    if folder is None or not _has(model, f"{folder}{EXAMPLE}"):
        return None
    contents = b"".join(open_file(model, f"{folder}{EXAMPLE}", 0, LARGEST_EXAMPLE_BYTES))
    try:
        return json.loads(contents)
    except ValueError:  # cut, or damaged
        return None


def _has(model: ModelVersion, path: str) -> bool:
    return model.files.filter(path=path).exists()

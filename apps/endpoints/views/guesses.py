"""What the forms of deployments begin with: everything that can be guessed of a model."""

import contextlib
import re
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.endpoints import services
from apps.endpoints.file_parts import cores_written
from apps.endpoints.forms import (
    KEPT,
    NO_SCRIPT,
    SCRIPT,
    DeploymentForm,
    settings_initial,
)
from apps.endpoints.models import Deployment, Endpoint, Revision
from apps.endpoints.samples import written
from apps.endpoints.scripts import first_fault, first_script
from apps.endpoints.services.placing import example_of
from apps.environments.services import choices
from apps.experiments.models import Snapshot
from apps.experiments.snapshots.reading import file_of
from apps.experiments.views.kept_code import sign_kept
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.states import ModelType
from apps.workspaces.models import Workspace

MOST_NAMES = 200
MOST_PATHS = 2000
COLOURS = ("blue", "green", "yellow", "red", "purple")


def choices_for(workspace: Workspace, model: ModelVersion | None) -> dict[str, Any]:
    """Return what a form is made with: the environments to choose from, and what is taken if none is."""
    guessed = services.guessed(model)
    if isinstance(guessed, str):
        is_known = model is not None and model.environment
        guess = _("As the model was trained: %(name)s") % {"name": guessed} if is_known else guessed
    else:
        guess = _("The packages that the model asks for")
    return {"model": model, "environments": choices(workspace), "guess": guess}


def names_for(workspace: Workspace, model_name: str, given: str = "") -> dict[str, Any]:
    """Return what a new deployment is called: an endpoint named like the model, or the next colour in the one that is given."""
    plain = re.sub(r"[^a-z0-9]+", "-", model_name.lower()).strip("-")[:28].strip("-")
    name = plain if len(plain) >= 3 and plain[0].isalpha() else f"model-{plain}".strip("-")[:32]
    rows = Endpoint.objects.filter(workspace=workspace, name=given or name)
    taken = set(rows.values_list("deployments__name", flat=True)) - {None}
    free = next((colour for colour in COLOURS if colour not in taken), f"deployment-{len(taken) + 1}")
    return {"endpoint": given or name, "deployment": free, "all_traffic": not taken}


def start_of(model: ModelVersion, paths: list[str] | None = None) -> dict[str, Any]:
    """Return what a new deployment of a model begins with. Args: paths: of its files, where they are not stored with it yet."""
    if model.type == ModelType.MLFLOW:
        example = example_of(model) if paths is None and model.is_ready else None
        return {"code_from": NO_SCRIPT, "sample": written(example) if example is not None else ""}
    if paths is None:
        paths = list(model.files.order_by("path").values_list("path", flat=True)[:MOST_PATHS])
    return {"code_from": SCRIPT, "script": first_script(model.framework, paths)}


def start_of_update(deployment: Deployment, shown: Revision, model: ModelVersion | None) -> dict[str, Any]:
    """Return what the form of an update begins with: what is served."""
    start: dict[str, Any] = {**shown.requests}
    start |= {"memory_mb": shown.memory_mb, "cpus": cores_written(shown.cpus)}
    start |= {"instance_count": deployment.instance_count, "variables": shown.variables}
    start |= {"environment": shown.environment_name if model is None or shown.model_id == model.pk else ""}
    start |= {"sample": written(shown.sample) if shown.sample is not None else ""}
    start |= settings_initial(deployment.scaling, deployment.collection)
    if not shown.entry_script or shown.snapshot is None:
        return start | (start_of(model) if model else {})
    return start | code_of_snapshot(shown.snapshot, shown.entry_script)


def code_of_snapshot(snapshot: Snapshot, entry_script: str) -> dict[str, Any]:
    """Return the code that is there: to be changed in place where it is one file, else to be kept."""
    start: dict[str, Any] = {"code_from": KEPT, "kept": sign_kept(snapshot), "entry_script": entry_script}
    if len(snapshot.files) == 1:
        with contextlib.suppress(UserError, UnicodeDecodeError):
            start |= {"script": file_of(snapshot, entry_script).decode(), "code_from": SCRIPT}
    return start


def endpoint_names(workspace: Workspace) -> QuerySet[Endpoint, Any]:
    """Return the names of endpoints to which a deployment can be added."""
    return Endpoint.objects.filter(workspace=workspace).order_by("name").values_list("name", flat=True)[:MOST_NAMES]


def model_names(workspace: Workspace) -> QuerySet[RegisteredModel, Any]:
    """Return the names of models of which a further version can be registered, those of late first."""
    rows = RegisteredModel.objects.filter(workspace=workspace, archived_at=None).order_by("-latest_at")
    return rows.values_list("name", flat=True)[:MOST_NAMES]


def check_entry_script(form: DeploymentForm, snapshot: Snapshot | None) -> None:
    """Look into code that was uploaded or kept: whether its entry script can be one.

    Raises:
        UserError: it cannot; the message has its first failing line.
    """
    name = form.cleaned_data["entry_script"]
    if snapshot is None or not name or form.cleaned_data["code_from"] == SCRIPT:
        return
    if name not in {file["path"] for file in snapshot.files}:
        return  # the service says so
    if fault := first_fault(file_of(snapshot, name).decode("utf-8", "replace"), name):
        raise UserError(fault, field="entry_script")

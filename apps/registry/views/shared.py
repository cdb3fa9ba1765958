"""What the pages of a model have in common."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import events
from apps.registry import hooks, services
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.states import VersionState
from apps.registry.text import framework_of, status_of
from apps.workspaces.access import WorkspaceRequest
from apps.workspaces.events import workspace_topic
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_VERSIONS = 200


@dataclass(frozen=True)
class Tab:
    """A tab of a model's page."""

    label: str
    url: str
    is_current: bool


def find_model(request: WorkspaceRequest, name: str) -> RegisteredModel:
    """Return a model of the workspace by its name.

    Raises:
        ModelUnknown: there is none.
    """
    model = services.get_model(request.workspace, name)
    model.workspace = request.workspace
    return model


def find_version(request: WorkspaceRequest, name: str) -> ModelVersion:
    """Return the version that the address names: that of ``?version=``, or the latest.

    Raises:
        ModelUnknown, VersionUnknown: there is none.
    """
    return services.find_version(find_model(request, name), request.GET.get("version", "") or "latest")


def page_context(request: WorkspaceRequest, model: RegisteredModel, version: ModelVersion, tab: str) -> dict[str, Any]:
    """Return what every tab of a model's page needs."""
    cursor = events.last_seq(
        workspace_topic(request.workspace.pk)
    )  # before more is read, so that no news falls between
    chosen = f"?version={version.number}" if request.GET.get("version") else ""
    address = [request.workspace.name, model.name]
    tabs = [
        Tab(label, f"{reverse(f'registry:{name}', args=address)}{chosen}", name == tab)
        for name, label in (
            ("model", _("Details")),
            ("versions", _("Versions")),
            ("files", _("Files")),
            ("lineage", _("Lineage")),
            ("consume", _("Consume")),
        )
    ]
    versions = ModelVersion.objects.filter(model=model).only("pk", "number", "created_at", "archived_at")
    return {
        **version_context(request, model, version),
        "tabs": tabs,
        "cursor": cursor,
        "versions": versions.order_by("-number")[:MOST_VERSIONS],
        "actions": actions_of(request, version),
    }


def version_context(request: WorkspaceRequest, model: RegisteredModel, version: ModelVersion) -> dict[str, Any]:
    """Return what the parts of a model's page that load themselves need."""
    return {
        "workspace": request.workspace,
        "model": model,
        "version": version,
        "is_latest": version.pk == model.latest_id,
        "status": status_of(version),
        "framework": framework_of(version),
        "may_write": may(request.membership, Action.MODELS_WRITE),
        "api": api_of(request, version),
    }


def api_of(request: WorkspaceRequest, version: ModelVersion) -> str:
    """Return where programs find a version."""
    name = quote(version.model.name, safe="")
    return f"/api/v1/workspaces/{request.workspace.name}/models/{name}/versions/{version.number}/"


def actions_of(request: WorkspaceRequest, version: ModelVersion) -> list[hooks.ModelAction]:
    """Return what this reader can do with a version in other parts of the studio, such as deploying it."""
    if version.state != VersionState.READY:
        return []
    found = [action for answer in hooks.model_actions(version) for action in answer]
    return [action for action in found if may(request.membership, action.action)]


def lead_to(request: WorkspaceRequest, model: RegisteredModel) -> None:
    """Leave the way to a page below a model's on the request."""
    request.breadcrumbs = [(model.name, model.get_absolute_url())]  # type: ignore[attr-defined]

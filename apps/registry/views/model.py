"""The page of a model in one of its versions, tab by tab."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.content import serving
from apps.core.markdown import render_markdown
from apps.experiments import services as experiments
from apps.experiments.models import Direction, Run
from apps.registry.errors import VersionUnknown
from apps.registry.hooks import uses_of
from apps.registry.models import ModelVersion
from apps.registry.snippets import snippets_of
from apps.registry.states import VersionState
from apps.registry.views.example import example_of
from apps.registry.views.shared import find_model, find_version, page_context, version_context
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_COLUMNS = 100
MOST_REQUIREMENTS = 200
MOST_USES = 100
MOST_METRICS = 30


@dataclass(frozen=True)
class SignaturePart:
    """Inputs, outputs or parameters of a model; ``more`` of them are not shown."""

    title: str
    columns: list[dict[str, Any]]
    more: int


@workspace_page(get=Action.MODELS_READ)
def details(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """What the version is: facts, description, aliases, tags, and what it takes and gives."""
    model = find_model(request, model_name)
    if model.latest_id is None:
        if request.GET.get("version"):
            raise VersionUnknown(model.name, request.GET["version"], 0)
        context = {
            "workspace": request.workspace,
            "model": model,
            "description": render_markdown(model.description),
            "may_write": may(request.membership, Action.MODELS_WRITE),
        }
        return render(request, "registry/model_without_version.html", context)
    version = find_version(request, model_name)
    requirements = version.manifest.get("requirements") or []
    own = version.description if version.description != model.description else ""
    context = {
        "description": render_markdown(version.description),
        "lead": model.description.strip().splitlines()[0] if model.description.strip() and own else "",
        "aliases": version.aliases.order_by("name"),
        "environment_url": _environment_url(request, version.environment),
        "signature": _signature(version),
        "example": example_of(version),
        "flavors": _flavors(version),
        "requirements": requirements[:MOST_REQUIREMENTS],
        "more_requirements": max(0, len(requirements) - MOST_REQUIREMENTS),
    }
    return render(request, "registry/details.html", page_context(request, model, version, "model") | context)


@workspace_page(get=Action.MODELS_READ)
def progress(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """How far the copy of the files is; once it is over, the whole page is loaded again."""
    version = find_version(request, model_name)
    if version.state != VersionState.PENDING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "registry/_progress.html", version_context(request, version.model, version))


@workspace_page(get=Action.MODELS_READ)
def files(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """The files of the version."""
    version = find_version(request, model_name)
    context = page_context(request, version.model, version, "files")
    context["files_props"] = {
        "api": f"{context['api']}files/",
        "zip": f"{context['api']}zip/",
        "canPreview": serving.may_be_shown(),
    }
    return render(request, "registry/files.html", context)


@workspace_page(get=Action.MODELS_READ)
def lineage(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """What made the version, with its data and code, and what uses it."""
    version = find_version(request, model_name)
    run = version.run if version.run and version.run.deleted_at is None else None
    uses = uses_of([version.pk], MOST_USES)
    readers = [use for use in experiments.runs_that_used([version.pk], MOST_USES) if use.direction == Direction.INPUT]
    is_cut = MOST_USES in {len(uses), len(readers)}
    context: dict[str, Any] = {"run": run, "uses": uses, "readers": readers, "is_cut": is_cut}
    if run is not None:
        run.workspace = request.workspace
        context |= {
            "data": experiments.data_of(run),
            "metrics": _metrics(run),
            "parameters": run.parameters.order_by("name")[:MOST_METRICS],
            "git": {name.rpartition(".")[2]: run.properties.get(name) for name in GIT_PROPERTIES},
        }
    return render(request, "registry/lineage.html", page_context(request, version.model, version, "lineage") | context)


@workspace_page(get=Action.MODELS_READ)
def consume(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """What to write to use the version."""
    version = find_version(request, model_name)
    context = {"snippets": snippets_of(version)}
    return render(request, "registry/consume.html", page_context(request, version.model, version, "consume") | context)


GIT_PROPERTIES = ("azureml.git.repository_uri", "azureml.git.branch", "azureml.git.commit")


def _signature(version: ModelVersion) -> list[SignaturePart]:
    signature = version.manifest.get("signature") or {}
    parts = (("inputs", _("Inputs")), ("outputs", _("Outputs")), ("params", _("Parameters")))
    return [
        SignaturePart(title, columns[:MOST_COLUMNS], max(0, len(columns) - MOST_COLUMNS))
        for name, title in parts
        if (columns := signature.get(name) or [])
    ]


def _flavors(version: ModelVersion) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each flavor with what it says of itself in one word."""
    flavors = version.manifest.get("flavors") or {}
    return [
        (name, [(key, str(value)) for key, value in said.items() if isinstance(value, str | int | float)])
        for name, said in sorted(flavors.items())
    ]


def _metrics(run: Run) -> list[tuple[str, str]]:
    """Return the last values of a run's metrics as texts."""
    rows = run.metrics.filter(is_system=False).order_by("name")[:MOST_METRICS]
    return [(row.name, row.last_text or ("–" if row.last is None else f"{row.last:.6g}")) for row in rows]


def _environment_url(request: WorkspaceRequest, reference: str) -> str:
    """Return the page of a version of an environment, by ``name:version``."""
    name, colon, number = reference.rpartition(":")
    if not colon:
        return ""
    return f"{reverse('environments:environment', args=[request.workspace.name, name])}?version={number}"

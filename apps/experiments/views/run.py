"""The page of a run, tab by tab, and the parts of it that load themselves again."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.content import serving
from apps.core.lists import Empty
from apps.core.markdown import render_markdown
from apps.core.times import duration
from apps.experiments.hooks import run_links
from apps.experiments.lists import ChildRunList
from apps.experiments.metrics.query import cursor_of
from apps.experiments.models import MetricSummary, Run
from apps.experiments.services import data_of
from apps.experiments.text import warnings_of
from apps.experiments.views.failure import failure_of
from apps.experiments.views.records import groups_of
from apps.experiments.views.run_data import inputs_of, outputs_of
from apps.experiments.views.shared import (
    actions_of,
    api_of,
    find_run,
    head_context,
    page_context,
    pages_of,
    socket_of,
    wants_part,
)
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.models import Workspace
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MIB = 2**20
MOST_PARAMETERS = 100
MOST_METRICS = 15
GROUPS_ON_A_PAGE = 24


@dataclass(frozen=True)
class Numbers:
    """The last, lowest and highest value of a metric, as texts."""

    name: str
    last: str
    step: int
    minimum: str
    maximum: str


@workspace_page(get=Action.RUNS_READ)
def front(request: WorkspaceRequest, run_id: UUID) -> HttpResponseBase:
    """What a run's page begins with: its overview, or what another app has for runs of its kind."""
    run = find_run(request, run_id)
    pages = pages_of(run)
    return pages.front(request, run) if pages and not wants_part(request) else _overview(request, run)


@workspace_page(get=Action.RUNS_READ)
def overview(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """The overview of a run whose page begins with something else."""
    return _overview(request, find_run(request, run_id))


def _overview(request: WorkspaceRequest, run: Run) -> HttpResponse:
    """Show what was run, by whom, where and with what; for htmx the part that changes while it runs."""
    cursor = cursor_of(run.pk)  # before the metrics are read, so that none falls between
    parameters = list(run.parameters.order_by("name")[: MOST_PARAMETERS + 1])
    metrics = list(run.metrics.filter(is_system=False).order_by("name")[: MOST_METRICS + 1])
    environment, limits = run.config.get("environment") or {}, run.config.get("limits") or {}
    shown_data = data_of(run) if run.config.get("inputs") or run.config.get("outputs") else []
    facts: dict[str, Any] = {
        "warnings": warnings_of(run),
        "environment": str(environment.get("name") or environment.get("reference") or ""),
        "environment_url": environment_url(request.workspace, str(environment.get("name") or "")),
        "time_limit": duration(limits["timeout_s"]) if limits.get("timeout_s") else "",
        "memory_limit": filesizeformat(limits["memory_mb"] * MIB) if limits.get("memory_mb") else "",
        "inputs": inputs_of(run, shown_data),
        "outputs": outputs_of(run, shown_data),
        "variables": run.config.get("variables") or {},
        "parameters": parameters[:MOST_PARAMETERS],
        "has_more_parameters": len(parameters) > MOST_PARAMETERS,
        "numbers": [numbers_of(metric) for metric in metrics[:MOST_METRICS]],
        "has_more_metrics": len(metrics) > MOST_METRICS,
        "metrics_cursor": cursor,
        "links": [link for links in run_links(run) for link in links],
    }
    if wants_part(request):
        part = {**head_context(request, run), **facts, "is_part": True, "socket": socket_of(request, run)}
        return render(request, "experiments/_facts.html", part)
    context = {
        **_page(request, run, "run"),
        **facts,
        "description": render_markdown(run.description),
        "tags": run.tags.order_by("name"),
    }
    return render(request, "experiments/run_overview.html", context)


@workspace_page(get=Action.RUNS_READ)
def head(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """The run's state, what can be done with it, its stages and its failure: they change while it runs."""
    run = find_run(request, run_id)
    context = {**head_context(request, run), "failure": failure_of(run), "is_part": True}
    return render(request, "experiments/_head.html", context)


@workspace_page(get=Action.RUNS_READ)
def metrics(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """The run's metrics as charts."""
    return _charts(request, find_run(request, run_id), "run-metrics", system=False)


@workspace_page(get=Action.RUNS_READ)
def monitoring(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """What the run used of its machine."""
    return _charts(request, find_run(request, run_id), "run-monitoring", system=True)


@workspace_page(get=Action.RUNS_READ)
def images(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """What the run logged that is no number."""
    run = find_run(request, run_id)
    context = _page(request, run, "run-images")
    groups = groups_of(run, after=request.GET.get("after", ""), count=GROUPS_ON_A_PAGE + 1)
    context["groups"] = groups[:GROUPS_ON_A_PAGE]
    context["more"] = groups[GROUPS_ON_A_PAGE - 1].cursor if len(groups) > GROUPS_ON_A_PAGE else ""
    for group in context["groups"]:
        group.figure_props = {"url": f"{context['api']}records/{group.latest.pk}/figure/"}
    return render(request, "experiments/run_images.html", context)


@workspace_page(get=Action.RUNS_READ)
def children(request: WorkspaceRequest, run_id: UUID) -> HttpResponseBase:
    """The runs that belong to this one."""
    run = find_run(request, run_id)
    list_ = ChildRunList(
        request,
        Run.objects.filter(parent=run, deleted_at=None),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(
            _("No child runs"),
            _("A program can split its work into child runs, each with metrics and files of its own."),
            icon="experiment",
        ),
    )
    return list_.respond("experiments/run_children.html", _page(request, run, "run-children"))


@workspace_page(get=Action.RUNS_READ)
def logs(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """What the run printed, and the files it left."""
    run = find_run(request, run_id)
    context = _page(request, run, "run-logs")
    context["log_props"] = log_props(request, run)
    context["files_props"] = files_props(request, run)
    return render(request, "experiments/run_logs.html", context)


def log_props(request: WorkspaceRequest, run: Run) -> dict[str, Any]:
    """Return what the island ``log-viewer`` needs for a run; ``?log=`` names the log to begin with."""
    api = f"{api_of(request, run)}logs/"
    return {
        "api": api,
        "socket": f"{socket_of(request, run)}logs/",
        "path": request.GET.get("log", ""),
        "ended": run.is_over,
        "downloadUrl": f"{api}content/",
    }


def files_props(request: WorkspaceRequest, run: Run) -> dict[str, Any]:
    """Return what the island ``run-files`` needs for what a run has left."""
    return {
        "api": f"{api_of(request, run)}files/",
        "canPreview": serving.may_be_shown(),
        "actions": [
            {"label": str(action.label), "url": action.url, "icon": action.icon}
            for action in actions_of(request, run)
            if action.takes_path
        ],
    }


@workspace_page(get=Action.RUNS_READ)
def code(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """The code as it was submitted, and where it came from."""
    run = find_run(request, run_id)
    context = _page(request, run, "run-code")
    context["code_props"] = {"api": f"{context['api']}code/", "mode": "code"}
    context["git"] = git_of(run)
    return render(request, "experiments/run_code.html", context)


@dataclass(frozen=True)
class GitState:
    """Where the code came from; ``url`` leads to the commit where the host is one of the known ones."""

    repository: str
    branch: str
    commit: str
    is_dirty: bool
    url: str


def git_of(run: Run) -> GitState | None:
    """Read the git state from a run's properties; None where the code came from no repository."""
    found = {name: str(value) for name, value in run.properties.items()}
    commit = found.get("azureml.git.commit") or found.get("mlflow.source.git.commit", "")
    repository = found.get("azureml.git.repository_uri") or found.get("mlflow.source.git.repoURL", "")
    if not commit and not repository:
        return None
    branch = found.get("azureml.git.branch") or found.get("mlflow.source.git.branch", "")
    is_dirty = found.get("azureml.git.dirty", "").lower() == "true"
    return GitState(repository, branch, commit, is_dirty, _commit_url(repository, commit))


KNOWN_HOSTS = {"github.com": "commit", "gitlab.com": "-/commit", "bitbucket.org": "commits"}


def _commit_url(repository: str, commit: str) -> str:
    address = repository.removeprefix("git@").removeprefix("https://").removesuffix(".git").replace(":", "/", 1)
    host, _slash, path = address.partition("/")
    if host not in KNOWN_HOSTS or not path or not commit.isalnum():
        return ""
    return f"https://{host}/{path}/{KNOWN_HOSTS[host]}/{commit}"


def numbers_of(metric: MetricSummary) -> Numbers:
    """Return a metric's values as a table shows them."""
    return Numbers(
        metric.name,
        metric.last_text or _number(metric.last),
        metric.last_step,
        _number(metric.minimum),
        _number(metric.maximum),
    )


def environment_url(workspace: Workspace, name: str) -> str:
    """Return the page of a version of an environment, by ``name:version``."""
    environment, colon, version = name.rpartition(":")
    if not colon:
        return ""
    return reverse("environments:environment", args=[workspace.name, environment]) + f"?version={version}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"


def _charts(request: WorkspaceRequest, run: Run, tab: str, *, system: bool) -> HttpResponse:
    context = {**_page(request, run, tab), "charts_props": charts_props(request, run, system=system)}
    return render(request, "experiments/run_charts.html", {**context, "is_system": system})


def charts_props(request: WorkspaceRequest, run: Run, *, system: bool = False) -> dict[str, Any]:
    """Return what the island ``metric-charts`` needs for a run; ``system``: for what was measured on its machine."""
    return {
        "api": api_of(request, run),
        "socket": f"{socket_of(request, run)}metrics/",
        "live": not run.is_over,
        "system": system,
    }


def _page(request: WorkspaceRequest, run: Run, tab: str) -> dict[str, Any]:
    return {**page_context(request, run, tab), "failure": failure_of(run)}

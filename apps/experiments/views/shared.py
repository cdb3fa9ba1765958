"""What the pages of runs have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from apps.compute.services import waiting_reason
from apps.core import events
from apps.experiments.events import run_topic
from apps.experiments.hooks import RunAction, RunPages, run_actions, run_pages
from apps.experiments.models import Experiment, Run, RunKind
from apps.experiments.policies import may_be_canceled, may_be_deleted, may_be_rerun
from apps.experiments.states import RunStatus
from apps.experiments.views.timeline import steps_of
from apps.workspaces.access import WorkspaceRequest
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_COUNTED = 1000
RELATED = (
    "experiment", "target", "order__target__workspace", "order__agent", "snapshot", "submitted_by", "parent", "rerun_of",
)  # fmt: skip


@dataclass(frozen=True)
class Tab:
    """A tab of a run's page; ``count`` is shown where it is not None, with ``+`` where counting stopped."""

    label: str | Promise
    url: str
    is_current: bool
    count: str = ""


TABS: Sequence[tuple[str, str | Promise]] = (
    ("run", gettext_lazy("Overview")),
    ("run-metrics", gettext_lazy("Metrics")),
    ("run-images", gettext_lazy("Images & tables")),
    ("run-children", gettext_lazy("Child runs")),
    ("run-logs", gettext_lazy("Outputs + logs")),
    ("run-code", gettext_lazy("Code")),
    ("run-monitoring", gettext_lazy("Monitoring")),
)


def find_run(request: WorkspaceRequest, run_id: UUID) -> Run:
    """Return a run of the workspace with what its head shows.

    Raises:
        Http404: there is none, or it was deleted.
    """
    runs = Run.objects.filter(workspace=request.workspace, deleted_at=None)
    related = (
        "experiment",
        "target",
        "order__target__workspace",
        "order__agent",
        "snapshot",
        "submitted_by",
        "parent",
        "rerun_of",
    )
    run = get_object_or_404(runs.select_related(*related), pk=run_id)
    run.workspace = request.workspace
    return run


def find_experiment(request: WorkspaceRequest, name: str) -> Experiment:
    """Return an experiment of the workspace by its name.

    Raises:
        Http404: there is none of that name.
    """
    if "\x00" in name:  # PostgreSQL refuses it
        raise Http404
    found = Experiment.objects.filter(workspace=request.workspace).select_related("created_by")
    experiment = get_object_or_404(found, name=name)
    experiment.workspace = request.workspace
    return experiment


def page_context(request: WorkspaceRequest, run: Run, tab: str) -> dict[str, Any]:
    """Return what every tab of a run's page needs; leaves the way to it on the request."""
    cursor = events.last_seq(run_topic(run.pk))  # before more of it is read, so that no news falls between
    request.breadcrumbs = breadcrumbs(request, run)  # type: ignore[attr-defined]
    if run.experiment is not None:
        request.navigation_path = reverse("experiments:experiments", args=[request.workspace.name])  # type: ignore[attr-defined]
    counts = {
        "run-images": counted(run.records.shown().values("kind", "name").distinct()),
        "run-children": counted(run.children.filter(deleted_at=None)),
    }
    tabs = _tabs_of(request, run, tab, counts)
    own = {"tabs": tabs, "cursor": cursor, "api": api_of(request, run), "socket": socket_of(request, run)}
    return {**head_context(request, run), **own}


def pages_of(run: Run) -> RunPages | None:
    """Return how the page of a run differs from that of a command, where it does."""
    return next((found for found in run_pages(run) if found), None)


def _tabs_of(request: WorkspaceRequest, run: Run, current: str, counts: dict[str, str]) -> list[Tab]:
    address = [request.workspace.name, run.pk]
    pages = pages_of(run)
    first = [Tab(own.label, own.url, own.key == current) for own in pages.tabs] if pages else []
    shown = [(name, label) for name, label in TABS if pages is None or name not in pages.without]
    urls = {"run": "run-overview"} if pages else {}
    usual = [
        Tab(label, reverse(f"experiments:{urls.get(name, name)}", args=address), name == current, counts.get(name, ""))
        for name, label in shown
    ]
    return first + usual


def api_of(request: WorkspaceRequest, run: Run) -> str:
    """Return where the API has what belongs to a run."""
    return f"/api/v1/workspaces/{request.workspace.name}/runs/{run.pk}/"


def socket_of(request: WorkspaceRequest, run: Run) -> str:
    """Return where the news of a run come from."""
    return f"/ws/workspaces/{request.workspace.name}/runs/{run.pk}/"


def head_context(request: WorkspaceRequest, run: Run) -> dict[str, Any]:
    """Return what the head of a run's page shows, above its tabs. What waits says why as of this moment."""
    may_write = may(request.membership, Action.RUNS_WRITE)
    actions = actions_of(request, run)
    return {
        "workspace": request.workspace,
        "run": run,
        "steps": [] if pages_of(run) else steps_of(run),  # of other kinds, what the page begins with says more
        "is_waiting": run.status in WAITING,
        "reason": (waiting_reason(run.order) if run.status == RunStatus.QUEUED and run.order else "")
        or run.status_reason,
        "may_write": may_write,
        "may_cancel": may_write and may_be_canceled(run),
        "may_run_again": may_write and may_be_rerun(run),
        "may_delete": may_write and may_be_deleted(run),
        "actions": [action for action in actions if not action.downloads],
        "downloads": [action for action in actions if action.downloads],
        "is_command": run.kind == RunKind.COMMAND,
    }


def actions_of(request: WorkspaceRequest, run: Run) -> list[RunAction]:
    """Return what this reader can do with a run in other parts of the studio."""
    found = [action for answer in run_actions(run) for action in answer]
    return [action for action in found if may(request.membership, action.action)]


WAITING = frozenset({RunStatus.NOT_STARTED, RunStatus.PREPARING, RunStatus.QUEUED})


def breadcrumbs(request: WorkspaceRequest, run: Run) -> list[tuple[str, str]]:
    """Return the way from the jobs to a run: its experiment, and the run it belongs to."""
    way: list[tuple[str, str]] = []
    if run.experiment is not None:
        address = reverse("experiments:experiment", args=[request.workspace.name, run.experiment.name])
        way.append((run.experiment.name, address))
    if run.parent is not None:
        way.append((str(run.parent), reverse("experiments:run", args=[request.workspace.name, run.parent.pk])))
    return way


def counted(rows: QuerySet[Any, Any]) -> str:
    """Return how many rows there are, empty for none; counting stops at a thousand."""
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")


def wants_part(request: WorkspaceRequest) -> bool:
    """Whether htmx asks for the part of a page that changes, rather than a browser for the page."""
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    return bool(htmx and not htmx.history_restore_request)

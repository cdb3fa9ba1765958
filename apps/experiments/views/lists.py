"""The lists of experiments and of runs."""

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.lists import BulkAction, Empty
from apps.experiments.lists import ExperimentList, RunList
from apps.experiments.models import Experiment, Run
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

FIRST_COMMAND = "studio job create --file job.yml"


@workspace_page(get=Action.RUNS_READ)
def experiments(request: WorkspaceRequest) -> HttpResponseBase:
    """All experiments of the workspace."""
    return experiment_list(request).respond("experiments/jobs.html", {"workspace": request.workspace})


@workspace_page(get=Action.RUNS_READ)
def runs(request: WorkspaceRequest) -> HttpResponseBase:
    """All runs of the workspace, of whatever experiment."""
    return run_list(request).respond("experiments/jobs.html", {"workspace": request.workspace, "all_runs": True})


def experiment_list(request: WorkspaceRequest) -> ExperimentList:
    """Return the list of the workspace's experiments, as the page and its bulk actions have it."""
    name = request.workspace.name
    may_write = may(request.membership, Action.RUNS_WRITE)
    actions = [
        BulkAction("archive", _("Archive"), reverse("experiments:archive-experiments", args=[name]), icon="archive"),
        BulkAction("restore", _("Restore"), reverse("experiments:restore-experiments", args=[name]), icon="restore"),
    ]
    return ExperimentList(
        request,
        Experiment.objects.filter(workspace=request.workspace),
        path=reverse("experiments:experiments", args=[name]),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=actions if may_write else [],
        empty=empty_list(request),
    )


def run_list(request: WorkspaceRequest) -> RunList:
    """Return the list of the runs of all experiments, as the page and its bulk actions have it."""
    address = [request.workspace.name]
    runs = Run.objects.filter(workspace=request.workspace, deleted_at=None).of_users()
    return _list_of(request, runs, reverse("experiments:runs", args=address), "experiments:{}-runs", address)


def runs_of(request: WorkspaceRequest, experiment: Experiment) -> RunList:
    """Return the list of an experiment's runs, as its page and its bulk actions have it."""
    address = [request.workspace.name, experiment.name]
    runs = Run.objects.filter(experiment=experiment, deleted_at=None)
    return _list_of(request, runs, experiment.get_absolute_url(), "experiments:{}-runs-of", address)


def _list_of(request: WorkspaceRequest, runs: QuerySet[Run], path: str, deed_url: str, address: list[str]) -> RunList:
    return RunList(
        request,
        runs,
        path=path,
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=[
            BulkAction("compare", _("Compare"), reverse(deed_url.format("compare"), args=address), icon="compare"),
            *(_run_actions(deed_url, address) if may(request.membership, Action.RUNS_WRITE) else ()),
        ],
        empty=empty_list(request),
    )


def empty_list(request: WorkspaceRequest) -> Empty:
    """Return what jobs are for, and the way to the first."""
    may_write = may(request.membership, Action.RUNS_WRITE)
    return Empty(
        _("Run a script, and keep everything it did"),
        _(
            "A run keeps its code, environment, inputs, log, metrics and files, so that you can watch it live, compare it "
            "with others and run it again as it was. Experiments are named groups of runs."
        ),
        icon="experiment",
        action_label=_("Submit the first run") if may_write else "",
        action_url=reverse("experiments:new-run", args=[request.workspace.name]) if may_write else "",
        snippet=f"{FIRST_COMMAND} --workspace {request.workspace.name}" if may_write else "",
    )


def _run_actions(deed_url: str, address: list[str]) -> list[BulkAction]:
    def url(deed: str) -> str:
        return reverse(deed_url.format(deed), args=address)

    return [
        BulkAction(
            "cancel",
            _("Cancel"),
            url("cancel"),
            icon="stop",
            confirm=_("Stop the chosen runs? Those that have ended stay as they are."),
        ),
        BulkAction("tag", _("Tags…"), url("tag"), icon="tags"),
        BulkAction("archive", _("Archive"), url("archive"), icon="archive"),
        BulkAction("restore", _("Restore"), url("restore"), icon="restore"),
        BulkAction(
            "delete",
            _("Delete"),
            url("delete"),
            icon="trash",
            confirm=_("Delete the chosen runs with their metrics, logs and files? This cannot be undone."),
            is_dangerous=True,
        ),
    ]

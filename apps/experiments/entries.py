"""What other parts of the studio show of experiments and runs."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.activity.verbs import register
from apps.compute.hooks import WorkLink
from apps.compute.models import WorkOrder
from apps.core.hooks import ASSETS, Holding, HomeCard, NavigationEntry, SearchGroup, SearchResult
from apps.experiments.hooks import RunAction
from apps.experiments.models import Experiment, Run, RunKind, Snapshot
from apps.experiments.scheduling.subject import KIND
from apps.schedules.hooks import PageTab
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.policies import may
from apps.workspaces.roles import Action, role_allows

MOST_RESULTS = 6
RECENT_RUNS = 6


def navigation() -> list[NavigationEntry]:
    """Experiments and runs; “Jobs” as people know it."""
    return [
        NavigationEntry(
            ASSETS, gettext_lazy("Jobs"), "jobs", "experiments:experiments", Action.RUNS_READ, order=420, shortcut="j"
        )
    ]


def schedule_tabs(workspace: Workspace) -> list[PageTab]:
    """The lists beside that of schedules."""
    address = [workspace.name]
    return [
        PageTab(gettext_lazy("All experiments"), reverse("experiments:experiments", args=address)),
        PageTab(gettext_lazy("All runs"), reverse("experiments:runs", args=address)),
    ]


def run_actions(run: Run) -> list[RunAction]:
    """Scheduling a command, to be run again and again."""
    if run.kind != RunKind.COMMAND or run.experiment_id is None:
        return []
    url = f"{reverse('schedules:new-schedule', args=[run.workspace.name])}?starts={KIND}:{run.pk}"
    return [RunAction(gettext_lazy("Schedule"), url, "clock", Action.SCHEDULES_WRITE)]


def search(request: HttpRequest, workspace: Any, text: str) -> list[SearchGroup]:
    """Find runs by what they are called, and experiments, from within a workspace."""
    user: Any = request.user
    membership = Membership.objects.filter(workspace=workspace, user=user).first() if workspace else None
    if not may(membership, Action.RUNS_READ):
        return []
    live = Run.objects.filter(workspace=workspace, experiment__isnull=False, archived_at=None, deleted_at=None)
    named = live.filter(Q(display_name__icontains=text) | Q(name__icontains=text)).select_related("experiment")
    runs = [
        SearchResult(
            str(run),
            run.experiment.name if run.experiment else "",
            reverse("experiments:run", args=[workspace.name, run.pk]),
            "jobs",
        )
        for run in named.order_by("-created_at", "-id")[:MOST_RESULTS]
    ]
    found = Experiment.objects.filter(workspace=workspace, archived_at=None, name__icontains=text).order_by("name")
    experiments = [
        SearchResult(row.name, "", reverse("experiments:experiment", args=[workspace.name, row.name]), "experiment")
        for row in found[:MOST_RESULTS]
    ]
    return [SearchGroup(_("Runs"), runs), SearchGroup(_("Experiments"), experiments)]


def home_cards(request: Any) -> list[HomeCard]:
    """The newest runs of the request's workspace, for members who may see them."""
    if not role_allows(request.membership.role, Action.RUNS_READ):
        return []
    live = Run.objects.filter(
        workspace=request.workspace, experiment__isnull=False, archived_at=None, deleted_at=None, parent=None
    )
    runs = list(live.select_related("experiment").order_by("-created_at", "-id")[:RECENT_RUNS])
    context = {"runs": runs, "workspace": request.workspace}
    return [HomeCard("experiments/_recent.html", context, order=20)] if runs else []


def workspace_holds(workspace_ids: Collection[UUID]) -> dict[UUID, list[Holding]]:
    """Say how many experiments and runs workspaces hold, and how much code and files."""
    held: dict[UUID, list[Holding]] = {workspace_id: [] for workspace_id in workspace_ids}
    experiments = Experiment.objects.filter(workspace__in=workspace_ids).order_by()
    for workspace_id, count in experiments.values_list("workspace").annotate(Count("pk")):
        held[workspace_id].append(Holding(_("Experiments"), count))
    stored = Snapshot.objects.filter(workspace__in=workspace_ids).order_by()
    code = dict(stored.values_list("workspace").annotate(Sum("size")))
    runs = Run.objects.filter(workspace__in=workspace_ids, experiment__isnull=False, deleted_at=None).order_by()
    for workspace_id, count, size in runs.values_list("workspace").annotate(Count("pk"), Sum("output_bytes")):
        held[workspace_id].append(Holding(_("Runs"), count, (size or 0) + (code.get(workspace_id) or 0)))
    return held


def work_links(orders: Collection[WorkOrder]) -> dict[UUID, WorkLink]:
    """Say which run each of these orders is the work of, and where its page is; the studio's own work has others."""
    subjects = {order.subject_id: order.pk for order in orders}
    runs = Run.objects.filter(pk__in=subjects, experiment__isnull=False, deleted_at=None).select_related("workspace")
    return {subjects[run.pk]: WorkLink(str(run), run.get_absolute_url()) for run in runs}


def register_verbs() -> None:
    """Say how the audit log tells of experiments and runs."""
    for verb, label, sentence in (
        ("experiment.created", gettext_lazy("Experiment created"), gettext_lazy("%(actor)s created the experiment %(target)s")),
        ("experiment.edited", gettext_lazy("Experiment edited"), gettext_lazy("%(actor)s changed the experiment %(target)s")),
        (
            "experiment.archived",
            gettext_lazy("Experiment archived"),
            gettext_lazy("%(actor)s archived the experiment %(target)s"),
        ),
        (
            "experiment.restored",
            gettext_lazy("Experiment restored"),
            gettext_lazy("%(actor)s took the experiment %(target)s out of the archive"),
        ),
        ("run.submitted", gettext_lazy("Run submitted"), gettext_lazy("%(actor)s submitted the run %(target)s")),
        ("run.rerun", gettext_lazy("Run submitted again"), gettext_lazy("%(actor)s ran %(earlier)s again, as %(target)s")),
        ("run.started", gettext_lazy("Run started"), gettext_lazy("%(actor)s started the run %(target)s from a program")),
        ("run.canceled", gettext_lazy("Run canceled"), gettext_lazy("%(actor)s canceled the run %(target)s")),
        ("run.edited", gettext_lazy("Run edited"), gettext_lazy("%(actor)s changed the run %(target)s")),
        ("run.archived", gettext_lazy("Run archived"), gettext_lazy("%(actor)s archived the run %(target)s")),
        ("run.restored", gettext_lazy("Run restored"), gettext_lazy("%(actor)s took the run %(target)s out of the archive")),
        ("run.deleted", gettext_lazy("Run deleted"), gettext_lazy("%(actor)s deleted the run %(target)s")),
    ):  # fmt: skip
        register(verb, label, sentence)

"""What other parts of the studio show of drafts."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.activity import verbs
from apps.core.hooks import AUTHOR, Holding, NavigationEntry, SearchGroup, SearchResult
from apps.designer.models import Draft
from apps.experiments.hooks import RunAction
from apps.experiments.models import Run, RunKind
from apps.workspaces.models import Membership
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_RESULTS = 5


def navigation() -> list[NavigationEntry]:
    """The designer, where people begin."""
    return [
        NavigationEntry(AUTHOR, gettext_lazy("Designer"), "designer", "designer:home", Action.PIPELINES_READ, 300, "g")
    ]


def search(request: HttpRequest, workspace: Any, text: str) -> list[SearchGroup]:
    """Find drafts by name, from within a workspace."""
    user: Any = request.user
    membership = Membership.objects.filter(workspace=workspace, user=user).first() if workspace else None
    if not may(membership, Action.PIPELINES_READ):
        return []
    rows = Draft.objects.filter(workspace=workspace, archived_at=None, name__icontains=text)
    found = rows.select_related("workspace").defer("document").order_by("-updated_at")[:MOST_RESULTS]
    items = [SearchResult(row.name, "", row.get_absolute_url(), "designer") for row in found]
    return [SearchGroup(_("Pipeline drafts"), items)]


def run_actions(run: Run) -> list[RunAction]:
    """Drawing on from the pipeline of a run."""
    if run.kind != RunKind.PIPELINE:
        return []
    url = f"{reverse('designer:new', args=[run.workspace.name])}?run={run.pk}"
    inference = reverse("designer:run-inference", args=[run.workspace.name, run.pk])
    return [
        RunAction(_("Clone as draft"), url, "designer", Action.PIPELINES_WRITE, posts=True),
        RunAction(_("Create inference pipeline"), inference, "designer", Action.PIPELINES_WRITE),
    ]


def workspace_holds(workspace_ids: Collection[UUID]) -> dict[UUID, list[Holding]]:
    """Return how many drafts there are in workspaces."""
    rows = Draft.objects.filter(workspace__in=workspace_ids).order_by()
    counts = rows.values_list("workspace").annotate(Count("pk"))
    return {pk: [Holding(_("Pipeline drafts"), count)] for pk, count in counts}


def register_verbs() -> None:
    """Say how records of what is done with drafts read."""
    for verb, label, sentence in (
        ("draft.created", gettext_lazy("Draft begun"), gettext_lazy("%(actor)s began the draft %(target)s")),
        ("draft.edited", gettext_lazy("Draft described"), gettext_lazy("%(actor)s renamed or described the draft %(target)s")),
        (
            "draft.restored",
            gettext_lazy("Draft taken back to an earlier revision"),
            gettext_lazy("%(actor)s took the draft %(target)s back to revision %(revision)s"),
        ),
        ("draft.archived", gettext_lazy("Draft archived"), gettext_lazy("%(actor)s archived the draft %(target)s")),
        (
            "draft.unarchived",
            gettext_lazy("Draft taken out of the archive"),
            gettext_lazy("%(actor)s took the draft %(target)s out of the archive"),
        ),
        (
            "draft.inference_updated",
            gettext_lazy("Inference pipeline updated"),
            gettext_lazy("%(actor)s updated the inference pipeline %(target)s with what %(run)s has trained"),
        ),
        ("draft.deleted", gettext_lazy("Draft deleted"), gettext_lazy("%(actor)s deleted the draft %(summary)s")),
    ):  # fmt: skip
        verbs.register(verb, label, sentence)

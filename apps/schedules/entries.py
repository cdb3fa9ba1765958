"""What other parts of the studio show of schedules."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.core.hooks import Holding, SearchGroup, SearchResult
from apps.schedules.models import Schedule, Tick
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_RESULTS = 5
PORTION = 2000


def search(request: HttpRequest, workspace: Any, text: str) -> list[SearchGroup]:
    """Find schedules by what they are called, from within a workspace."""
    user: Any = request.user
    membership = Membership.objects.filter(workspace=workspace, user=user).first() if workspace else None
    if not may(membership, Action.SCHEDULES_READ):
        return []
    rows = Schedule.objects.filter(Q(name__icontains=text) | Q(display_name__icontains=text), workspace=workspace)
    items = [
        SearchResult(str(row), row.subject_label, row.get_absolute_url(), "clock")
        for row in rows.select_related("workspace").order_by("-created_at", "id")[:MOST_RESULTS]
    ]
    return [SearchGroup(_("Schedules"), items)]


def workspace_holds(workspace_ids: Collection[UUID]) -> dict[UUID, list[Holding]]:
    """Return how many schedules there are in workspaces."""
    rows = Schedule.objects.filter(workspace__in=workspace_ids).order_by()
    return {pk: [Holding(_("Schedules"), count)] for pk, count in rows.values_list("workspace").annotate(Count("pk"))}


def workspace_destroyed(workspace: Workspace) -> None:
    """Take away all schedules of a workspace with their history."""
    ticks = Tick.objects.filter(schedule__workspace=workspace).order_by("pk")
    while keys := list(ticks.values_list("pk", flat=True)[:PORTION]):
        Tick.objects.filter(pk__in=keys).delete()
    Schedule.objects.filter(workspace=workspace).delete()

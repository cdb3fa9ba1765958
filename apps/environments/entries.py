"""What other parts of the studio show of environments."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import events
from apps.core.hooks import ASSETS, Holding, HomeCard, NavigationEntry, SearchGroup, SearchResult
from apps.environments.events import ENVIRONMENTS_TOPIC
from apps.environments.models import Environment
from apps.environments.states import BuildState
from apps.environments.text import kind_of, progress_of, status_of
from apps.workspaces.models import Membership
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_RESULTS = 5


def navigation() -> list[NavigationEntry]:
    """The environments page, among the assets."""
    return [
        NavigationEntry(
            ASSETS,
            gettext_lazy("Environments"),
            "environment",
            "environments:environments",
            Action.ENVIRONMENTS_READ,
            450,
            "e",
        )
    ]


def search(request: HttpRequest, workspace: Any, text: str) -> list[SearchGroup]:
    """Find environments by name, from within a workspace."""
    user: Any = request.user
    membership = Membership.objects.filter(workspace=workspace, user=user).first() if workspace else None
    if not may(membership, Action.ENVIRONMENTS_READ):
        return []
    rows = Environment.objects.filter(workspace=workspace, is_anonymous=False, archived_at=None, name__icontains=text)
    items = [
        SearchResult(row.name, kind_of(row), row.get_absolute_url(), "environment")
        for row in rows.select_related("workspace").order_by("name")[:MOST_RESULTS]
    ]
    return [SearchGroup(_("Environments"), items)]


def holdings(workspace_ids: Collection[UUID]) -> dict[UUID, list[Holding]]:
    """Return how many environments people made in workspaces; what comes with the studio is not theirs to lose."""
    rows = Environment.objects.filter(workspace__in=workspace_ids, is_curated=False, is_anonymous=False).order_by()
    counted = rows.values_list("workspace").annotate(Count("pk"))
    return {workspace_id: [Holding(_("Environments"), count)] for workspace_id, count in counted}


def home_cards(request: Any) -> list[HomeCard]:
    """How far the curated environments are, for as long as one of them cannot be used."""
    if not may(request.membership, Action.ENVIRONMENTS_READ):
        return []
    cursor = events.last_seq(ENVIRONMENTS_TOPIC)
    rows = Environment.objects.filter(workspace=request.workspace, is_curated=True).exclude(latest=None)
    unfinished = rows.exclude(latest__build__state=BuildState.SUCCEEDED).select_related(
        "workspace", "latest__build__run__order__target__workspace"
    )
    if not (found := [*unfinished.order_by("name")]):
        return []
    items = [
        {"environment": row, "status": status_of(row.latest.build), "progress": progress_of(row.latest.build)}
        for row in found
        if row.latest is not None
    ]
    return [
        HomeCard("environments/_home_card.html", {"items": items, "cursor": cursor, "workspace": request.workspace}, 30)
    ]

"""What other parts of the studio show of workspaces: navigation, the command palette, the choice for access tokens."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.hooks import NavigationEntry, SearchGroup, SearchResult
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.policies import may
from apps.workspaces.roles import Action
from apps.workspaces.tabs import settings_tabs

MOST_RESULTS = 8
MOST_TOKEN_WORKSPACES = 500


def navigation() -> list[NavigationEntry]:
    """The settings, last of all."""
    return [
        NavigationEntry(_("Manage"), _("Settings"), "settings", "workspaces:settings", Action.WORKSPACE_ENTER, 900, "s")
    ]


def search(request: HttpRequest, workspace: Any, text: str) -> list[SearchGroup]:
    """Find workspaces by name, and pages of the present workspace's settings."""
    user: Any = request.user
    named = Workspace.objects.live().of(user).filter(Q(name__icontains=text) | Q(friendly_name__icontains=text))
    latest_first = (F("archived_at").asc(nulls_first=True), F("visited_at").desc(nulls_last=True), "pk")
    found = [
        SearchResult(row.title, row.name if row.title != row.name else "", row.get_absolute_url(), "workspace")
        for row in named.order_by(*latest_first)[:MOST_RESULTS]
    ]
    groups = [SearchGroup(_("Workspaces"), found)]
    if workspace is not None:
        membership = Membership.objects.filter(workspace=workspace, user=user).first()
        pages = [
            SearchResult(str(tab.label), workspace.title, reverse(tab.url_name, args=[workspace.name]), "settings")
            for tab in settings_tabs()
            if may(membership, tab.action) and text.lower() in str(tab.label).lower()
        ]
        groups.append(SearchGroup(_("Settings"), pages))
    return groups


def token_workspaces(user: Any, among: Collection[UUID] = ()) -> list[tuple[UUID, str]]:
    """Return the workspaces to which a person's access token can be limited."""
    rows = Workspace.objects.of(user).live().order_by(Lower("friendly_name"), "pk")
    rows = rows.filter(pk__in=among) if among else rows[:MOST_TOKEN_WORKSPACES]
    return [(row.pk, row.title if row.title == row.name else f"{row.title} ({row.name})") for row in rows]

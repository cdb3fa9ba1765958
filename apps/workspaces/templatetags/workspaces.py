"""What templates ask about a workspace: ``{% load workspaces %}``."""

from dataclasses import dataclass

from django import template
from django.urls import reverse

from apps.core.hooks import Text
from apps.workspaces import policies
from apps.workspaces.access import WorkspaceRequest
from apps.workspaces.models import Membership
from apps.workspaces.tabs import settings_tabs as all_tabs

register = template.Library()


@dataclass(frozen=True)
class ShownTab:
    """A tab as a page shows it."""

    label: Text
    url: str
    is_current: bool


@register.filter
def may(membership: Membership | None, action: str) -> bool:
    """Whether a member may do something: ``{% if request.membership|may:"members.manage" %}``."""
    return policies.may(membership, action)


@register.simple_tag
def settings_tabs(request: WorkspaceRequest) -> list[ShownTab]:
    """Return the settings' tabs that this member may open."""
    tabs = sorted((tab for tab in all_tabs() if may(request.membership, tab.action)), key=lambda tab: tab.order)
    urls = [reverse(tab.url_name, args=[request.workspace.name]) for tab in tabs]
    # The settings' own address begins all others; the longest that fits is where we are.
    current = max((url for url in urls if request.path.startswith(url)), key=len, default="")
    return [ShownTab(tab.label, url, url == current) for tab, url in zip(tabs, urls, strict=True)]

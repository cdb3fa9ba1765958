"""What every page's frame shows. Everything is lazy: a partial that draws no frame asks the database nothing."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.activity.events import user_topic
from apps.activity.services import unread_count
from apps.core import events, hooks
from apps.workspaces.events import workspace_topic
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.roles import role_allows

RECENT_WORKSPACES = 30


@dataclass(frozen=True)
class Entry:
    """A line of the left navigation."""

    label: str
    url: str
    icon: str
    shortcut: str
    is_current: bool


@dataclass(frozen=True)
class Section:
    """A titled group of the left navigation."""

    title: str
    entries: list[Entry]


class Shell:
    """The frame round one page, for one person."""

    user_feed_url = "/ws/me/"

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.user: Any = getattr(request, "user", AnonymousUser())  # errors before it is known have pages too
        self.membership: Membership | None = getattr(request, "membership", None)
        self.workspace: Workspace | None = getattr(request, "workspace", None)

    @property
    def search_url(self) -> str:
        """What the palette asks, from within this workspace."""
        return f"/search/?workspace={self.workspace.name}" if self.workspace else "/search/"

    @property
    def theme(self) -> str:
        """``light``, ``dark`` or ``auto``."""
        return getattr(self.user, "theme", "") or "auto"

    @property
    def language(self) -> str:
        """The code of the language this page is in."""
        return getattr(self._request, "LANGUAGE_CODE", "en")

    @cached_property
    def unread(self) -> int:
        """How many notifications wait."""
        return unread_count(self.user) if self.user.is_authenticated else 0

    @cached_property
    def user_feed_cursor(self) -> int:
        """After which event the page wants news for its reader."""
        return events.last_seq(user_topic(self.user.pk))

    @property
    def workspace_feed_url(self) -> str:
        """The websocket with the news of this workspace."""
        return f"/ws/workspaces/{self.workspace.name}/" if self.workspace else ""

    @cached_property
    def workspace_feed_cursor(self) -> int:
        """After which event the page wants news of this workspace."""
        return events.last_seq(workspace_topic(self.workspace.pk)) if self.workspace else 0

    @cached_property
    def workspaces(self) -> list[Workspace] | None:
        """The workspaces of the switcher, the last visited first; None for strangers."""
        if not self.user.is_authenticated:
            return None
        recent = Membership.objects.filter(user=self.user, workspace__deleted_at=None, workspace__archived_at=None)
        return [
            membership.workspace
            for membership in recent.select_related("workspace").order_by("-last_visited_at")[:RECENT_WORKSPACES]
        ]

    @cached_property
    def navigation(self) -> list[Section]:
        """The left navigation: a workspace's parts that the reader's role may see, else the studio's own pages."""
        if not self.user.is_authenticated:
            return []
        return self._workspace_navigation() if self.workspace else self._studio_navigation()

    @property
    def breadcrumbs(self) -> list[tuple[str, str]]:
        """The way from the workspace to this page, the page itself left out."""
        trail = [(self.workspace.title, self.workspace.get_absolute_url())] if self.workspace else []
        current = next((entry for section in self.navigation for entry in section.entries if entry.is_current), None)
        if current and current.url != self._request.path:
            trail.append((current.label, current.url))
        return [*trail, *getattr(self._request, "breadcrumbs", [])]

    def _workspace_navigation(self) -> list[Section]:
        assert self.workspace is not None
        home = self._entry(_("Home"), self.workspace.get_absolute_url(), "home", "h", exact=True)
        sections: dict[str, list[Entry]] = {"": [home]}
        for entry in hooks.all_navigation():
            if self.membership and role_allows(self.membership.role, entry.action):
                url = reverse(entry.url_name, args=[self.workspace.name])
                sections.setdefault(str(entry.section), []).append(
                    self._entry(str(entry.label), url, entry.icon, entry.shortcut)
                )
        return [Section(title, entries) for title, entries in sections.items()]

    def _studio_navigation(self) -> list[Section]:
        sections = [
            Section(
                "",
                [
                    self._entry(
                        _("Workspaces"), reverse("workspaces:list"), "workspace", "w", but=reverse("workspaces:trash")
                    ),
                    self._entry(_("Trash"), reverse("workspaces:trash"), "trash", "t"),
                    self._entry(_("Notifications"), reverse("activity:notifications"), "bell", "n"),
                ],
            ),
            Section(
                _("Account"),
                [
                    self._entry(_("Profile"), reverse("accounts:profile"), "user", "p"),
                    self._entry(_("Password"), reverse("accounts:password"), "lock", ""),
                    self._entry(_("Access tokens"), reverse("accounts:tokens"), "key", ""),
                    self._entry(_("Sessions"), reverse("accounts:sessions"), "system", ""),
                ],
            ),
        ]
        if self.user.is_administrator:
            sections.append(
                Section(
                    _("Administration"),
                    [
                        self._entry(_("People"), reverse("accounts:users"), "users", ""),
                        self._entry(_("Invitations"), reverse("accounts:invitations"), "invitation", ""),
                        self._entry(_("Workspaces"), reverse("workspaces:administration"), "workspace", ""),
                        self._entry(_("Activity"), reverse("activity:administration"), "history", ""),
                        self._entry(_("System"), reverse("portal:system"), "activity", ""),
                    ],
                )
            )
        return sections

    def _entry(self, label: str, url: str, icon: str, shortcut: str, *, exact: bool = False, but: str = "") -> Entry:
        # A page may belong to an entry whose address does not begin its own, as a run does to the jobs.
        path = getattr(self._request, "navigation_path", self._request.path)
        is_current = path == url if exact else path.startswith(url) and not (but and path.startswith(but))
        return Entry(label, url, icon, shortcut, is_current)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates the frame as ``shell``."""
    return {"shell": Shell(request)}

"""What must travel left along the line of apps: an app offers a hook here, apps to the left of it fill it in ``ready()``.

A hook is a list of functions called in the order in which they were added. Calls run in the caller's transaction.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec, TypeVar
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

P = ParamSpec("P")
R = TypeVar("R")
Text = str | Promise


# The sections of the left navigation, in their order.
AUTHOR = _("Author")
ASSETS = _("Assets")
MANAGE = _("Manage")


class Hook(Generic[P, R]):
    """Functions of one signature, filled at start."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._functions: list[Callable[P, R]] = []

    def add(self, function: Callable[P, R]) -> Callable[P, R]:
        """Add a function; usable as a decorator."""
        if function not in self._functions:
            self._functions.append(function)
        return function

    def remove(self, function: Callable[P, R]) -> None:
        """Take a function out again."""
        self._functions.remove(function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Call all functions and return what each returned."""
        return [function(*args, **kwargs) for function in self._functions]


@dataclass(frozen=True)
class AuditEntry:
    """One thing that somebody did. ``verb`` is a stable code such as ``workspace.created``; ``summary`` never holds a secret."""

    actor: Any
    verb: str
    target: Model | None = None
    workspace_id: UUID | None = None
    summary: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """News for one person, shown under the bell. ``url`` is a path on this site."""

    user: Any
    title: Text
    body: Text = ""
    url: str = ""
    level: str = "info"
    kind: str = ""


@dataclass(frozen=True)
class NavigationEntry:
    """A line of the left navigation. ``action`` is what the policy table must allow for it to be shown."""

    section: Text
    label: Text
    icon: str
    url_name: str
    action: str
    order: int = 100
    shortcut: str = ""


@dataclass(frozen=True)
class SearchResult:
    """A line of the command palette."""

    label: str
    hint: str
    url: str
    icon: str


@dataclass(frozen=True)
class SearchGroup:
    """Results of one kind."""

    title: Text
    items: list[SearchResult]


@dataclass(frozen=True)
class Holding:
    """What a workspace holds of one kind, for the page that asks before it is deleted."""

    label: str
    count: int
    size_bytes: int = 0


@dataclass(frozen=True)
class HomeCard:
    """A card on a workspace's home page; its template gets ``context`` as ``card``. A wide one stands above all columns."""

    template: str
    context: dict[str, Any]
    order: int = 100
    is_wide: bool = False


@dataclass(frozen=True)
class SystemCheck:
    """One line of the system page: is a part of the studio in order, and if not, what to do."""

    name: Text
    state: str  # ok, warning, error
    message: Text


@dataclass(frozen=True)
class Content:
    """A stored file of a user's, as the content host serves it. ``sha256`` of its contents, where it is known."""

    key: str
    name: str
    media_type: str
    sha256: str = ""


audit_recorded: Hook[[AuditEntry], None] = Hook("audit_recorded")
notice_given: Hook[[Notice], None] = Hook("notice_given")
navigation: Hook[[], list[NavigationEntry]] = Hook("navigation")
search: Hook[[HttpRequest, Any, str], list[SearchGroup]] = Hook("search")
home_cards: Hook[[Any], list[HomeCard]] = Hook("home_cards")
workspace_created: Hook[[Any], None] = Hook("workspace_created")
"""``(workspace)``: give a new workspace what every workspace has, in the transaction that makes it."""
workspace_holds: Hook[[Collection[UUID]], dict[UUID, list[Holding]]] = Hook("workspace_holds")
"""``(workspace_ids)``: what each of these workspaces holds; one call for a whole page of them."""
workspace_destroyed: Hook[[Any], None] = Hook("workspace_destroyed")
system_checks: Hook[[], list[SystemCheck]] = Hook("system_checks")
content_sources: Hook[[Any, str], Content | None] = Hook("content_sources")
token_workspaces: Hook[[Any, Collection[UUID]], list[tuple[UUID, str]]] = Hook("token_workspaces")
"""``(user, among)``: the workspaces, as (id, label), to which one of the user's access tokens may be limited: those of
``among``, or if that is empty the first few hundred by name."""
invitation_offered: Hook[[Any, dict[str, Any]], None] = Hook("invitation_offered")
"""``(actor, grants)``: check what an invitation shall give; raise a UserError where this actor may not give it."""
invitation_made: Hook[[Any], None] = Hook("invitation_made")
"""``(invitation)``: an invitation was stored; in the transaction that did it."""
invitation_described: Hook[[dict[str, Any]], list[str]] = Hook("invitation_described")
"""``(grants)``: what an invitation gives, one phrase for each grant, such as "Reader in Churn"."""
invitation_accepted: Hook[[Any, dict[str, Any], Any], None] = Hook("invitation_accepted")
"""``(user, grants, invitation)``: give the user what the invitation says. Grants whose subject is gone are passed over."""


def audit(
    actor: Any,
    verb: str,
    target: Model | None = None,
    *,
    workspace_id: UUID | None = None,
    summary: str = "",
    **detail: Any,
) -> None:
    """Record in the audit log what ``actor`` did, in the transaction that did it. ``detail`` must hold no secret."""
    audit_recorded(AuditEntry(actor, verb, target, workspace_id, summary, detail))


def notify(user: Any, title: Text, *, body: Text = "", url: str = "", level: str = "info", kind: str = "") -> None:
    """Give a person news under the bell, after the present transaction. ``level``: info, success, warning or error."""
    notice_given(Notice(user, title, body, url, level, kind))


def all_navigation() -> Iterator[NavigationEntry]:
    """Yield every entry of the left navigation in its order."""
    entries = [entry for group in navigation() for entry in group]
    yield from sorted(entries, key=lambda entry: entry.order)

"""What the pages of components and published pipelines have in common."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core import events
from apps.core.errors import UserError
from apps.core.lists import StudioList, selected_rows
from apps.workspaces.access import WorkspaceRequest
from apps.workspaces.events import workspace_topic

MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Tab:
    """A tab of a page."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Deed:
    """Something that is done with each of the chosen rows, and how many it was done with, in words."""

    do: Callable[[User, Any], Any]
    words: Callable[[int], str]


def cursor_of(request: WorkspaceRequest) -> int:
    """Return where news of the workspace begin. Call it before rows are read, so that no news falls between."""
    return events.last_seq(workspace_topic(request.workspace.pk))


def do_with_chosen(request: WorkspaceRequest, deed: Deed, list_: StudioList, *related: str) -> None:
    """Do it with each chosen row by itself; what is refused is told and keeps no other from being done.

    Raises:
        UserError: they are too many.
    """
    rows = list(selected_rows(request, list_).select_related(*related)[: MOST_AT_ONCE + 1])
    if len(rows) > MOST_AT_ONCE:
        raise UserError(_("At most %(most)d rows can be changed at once. Choose fewer.") % {"most": MOST_AT_ONCE})
    done, refusals = _do(request.user, deed, rows)
    if done or not refusals:
        messages.success(request, deed.words(done) % {"count": done})
    if refusals:
        more = len(refusals) - 1
        text = ngettext("%(first)s (and %(more)d more)", "%(first)s (and %(more)d more)", more) if more else "%(first)s"
        messages.warning(request, text % {"first": refusals[0], "more": more})


def _do(actor: User, deed: Deed, rows: Iterable[Any]) -> tuple[int, list[str]]:
    done, refusals = 0, []
    for row in rows:
        try:
            deed.do(actor, row)
            done += 1
        except UserError as error:
            refusals.append(str(error.message))
    return done, refusals

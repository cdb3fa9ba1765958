"""Who may write to which run. Looked up in the database at most every few seconds for each caller."""

import time
from datetime import timedelta
from uuid import UUID

from channels.db import database_sync_to_async
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.authentication import find_token
from apps.compute import tokens
from apps.compute.models import WorkOrder
from apps.compute.services import find_order
from apps.experiments.ingestion.errors import RunUnknown, TokenRefused, WorkOver
from apps.experiments.models import Run, RunQuerySet
from apps.workspaces.access import find_membership
from apps.workspaces.policies import require
from apps.workspaces.roles import Action

KEPT_S = 5.0
MOST_KEPT = 10_000
# The user's code may still send what it logged last; the runner may have been cut off for long, with a log on its disk.
RUN_TOKEN_OUTLIVES = timedelta(minutes=10)
WORK_TOKEN_OUTLIVES = timedelta(days=1)

_kept: dict[tuple[str, str, str], tuple[float, UUID]] = {}


async def run_of_work(token: str) -> UUID:
    """Return the run that a runner's token speaks for.

    Raises:
        TokenRefused: it is no such token.
        WorkOver: its work ended too long ago.
    """
    return await _looked_up((token, "", ""))


async def run_to_track(token: str, workspace: str, run_id: str) -> UUID:
    """Return the id of a run that whoever has this token, a user's or a run's, may write to.

    Raises:
        TokenRefused: nobody has such a token.
        StudioError, Http404: they may not, or there is no such run.
    """
    return await _looked_up((token, workspace, run_id))


def forget() -> None:
    """Forget who may what, so that the next request of everybody is looked up."""
    _kept.clear()


async def _looked_up(asked: tuple[str, str, str]) -> UUID:
    until, run_id = _kept.get(asked, (0.0, None))
    if run_id is None or until < time.monotonic():
        find = _find_tracked if asked[2] else _find_work
        run_id = await database_sync_to_async(find, thread_sensitive=False)(*asked)
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[asked] = (time.monotonic() + KEPT_S, run_id)
    return run_id


def _find_work(token: str, _workspace: str, _run_id: str) -> UUID:
    order = find_order(token, "work")
    if order is None:
        raise TokenRefused(_("This token belongs to no work of the studio, or to an earlier attempt at it."))
    if is_over(order, WORK_TOKEN_OUTLIVES):
        raise WorkOver
    return order.subject_id


def _find_tracked(token: str, workspace: str, run_id: str) -> UUID:
    if tokens.read(token) is not None:
        order = find_order(token, "run")
        if order is None:
            raise TokenRefused(_("This token belongs to an earlier attempt at its run."))
        if is_over(order, RUN_TOKEN_OUTLIVES):
            raise WorkOver
        wanted = _uuid(run_id)
        if order.workspace.name.lower() != workspace.lower() or not runs_of_code(order).filter(pk=wanted).exists():
            raise RunUnknown
        return wanted
    access = find_token(token, writes=True)
    if access is None:
        raise TokenRefused(_("This token is unknown, was revoked or has expired. Make a new one under Account."))
    membership = find_membership(access.user, workspace)
    if not access.opens_workspace(membership.workspace_id):
        raise Http404
    require(membership, Action.RUNS_WRITE)
    wanted = _uuid(run_id)
    if not Run.objects.filter(pk=wanted, workspace_id=membership.workspace_id, deleted_at=None).exists():
        raise RunUnknown
    return wanted


def runs_of_code(order: WorkOrder) -> RunQuerySet:
    """Return the runs that the code of an order may write to: its own, and the children it made of it."""
    return Run.objects.filter(Q(pk=order.subject_id) | Q(parent=order.subject_id), deleted_at=None)


def is_over(order: WorkOrder, outlives: timedelta) -> bool:
    """Whether an order ended so long ago that a token which outlives it by that much is over too."""
    return order.ended_at is not None and timezone.now() - order.ended_at > outlives


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise RunUnknown from None

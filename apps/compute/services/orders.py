"""Use cases of work orders: place, follow, cancel, end."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.compute import tokens
from apps.compute.errors import WorkIsOver
from apps.compute.events import wake_agent, wake_agents_of, work_changed_in
from apps.compute.hooks import work_changed
from apps.compute.models import WITHOUT_SLOT, ComputeTarget, WorkKind, WorkOrder
from apps.compute.services.waiting import waiting_reason as waiting_reason
from apps.compute.services.waiting import waiting_reasons as waiting_reasons
from apps.compute.states import LEASE_S, Outcome, WorkState
from apps.core import hooks
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

ON_MACHINE = (WorkState.LEASED, WorkState.RUNNING)
REASON_LENGTH = 2000


@transaction.atomic
def place(
    *,
    workspace: Workspace,
    target: ComputeTarget,
    kind: WorkKind | str,
    subject_id: UUID,
    title: str,
    spec: dict[str, Any],
    requested_by: User | None = None,
    slots: int = 1,
    priority: int = 0,
) -> WorkOrder:
    """Put work into the queue of a target. The spec is frozen from here on.

    Args: subject_id: the caller's row that this is the work of. slots: what it takes of the machine's; builds and
        replicas take none. priority: higher goes first; among equals the older.
    """
    order = WorkOrder.objects.create(
        workspace=workspace,
        target=target,
        kind=kind,
        subject_id=subject_id,
        title=title[:255],
        spec=spec,
        requested_by=requested_by,
        slots=0 if kind in WITHOUT_SLOT else slots,
        priority=priority,
    )
    wake_agents_of(target)
    tell(order)
    return order


def find_order(token: str, kind: str = "work") -> WorkOrder | None:
    """Return the order that a token of this kind speaks for; None where it is no such token or of an earlier attempt.

    The order may have ended; what is still allowed then, callers decide.
    """
    ticket = tokens.read(token)
    if ticket is None or ticket.kind != kind:
        return None
    orders = WorkOrder.objects.select_related("workspace", "target")
    return orders.filter(pk=ticket.order_id, attempt=ticket.attempt).first()


@transaction.atomic
def request_cancel(order: WorkOrder, reason: str = "") -> None:
    """End work that still waits, at once; ask the runner of work that a machine has. Harmless once it has ended."""
    row = locked(order.pk)
    reason = reason[:500]
    if row.state == WorkState.WAITING:
        end(row, Outcome.CANCELED, reason=reason, cancel_requested_at=timezone.now(), cancel_reason=reason)
    elif row.state in ON_MACHINE and row.cancel_requested_at is None:
        change(row, cancel_requested_at=timezone.now(), cancel_reason=reason)
        if row.agent is not None:
            wake_agent(row.agent)
    order.refresh_from_db()


@transaction.atomic
def cancel_work(*, actor: User, order: WorkOrder) -> None:
    """Cancel work as somebody who manages the compute it is on.

    Raises:
        WorkIsOver: it has ended.
    """
    acting(actor, order.workspace, Action.COMPUTE_MANAGE)
    if locked(order.pk).is_over:
        raise WorkIsOver(_("“%(work)s” has already ended.") % {"work": order.title})
    request_cancel(order, _("canceled by %(name)s") % {"name": actor.display_name})
    hooks.audit(actor, "compute.work_canceled", order, workspace_id=order.workspace_id)


@transaction.atomic
def prioritise_work(*, actor: User, orders: Sequence[WorkOrder], first: bool) -> int:
    """Move waiting work of one target to the front of its queue, or to the end of it; the order among it stays as it is.

    Returns: how many were moved; what no longer waits is passed over.
    """
    if not orders:
        return 0
    target = orders[0].target
    acting(actor, target.workspace, Action.COMPUTE_MANAGE)
    queue = WorkOrder.objects.filter(target=target, state=WorkState.WAITING)
    chosen = list(queue.filter(pk__in=[order.pk for order in orders]).select_for_update().order_by("priority", "pk"))
    bounds = queue.exclude(pk__in=[order.pk for order in chosen]).aggregate(
        highest=Max("priority"), lowest=Min("priority")
    )
    if not chosen or bounds["highest"] is None:
        return 0
    own = [order.priority for order in chosen]
    # By one distance for all, so that those with different priorities keep their order.
    distance = max(0, bounds["highest"] + 1 - min(own)) if first else min(0, bounds["lowest"] - 1 - max(own))
    if distance:
        queue.filter(pk__in=[order.pk for order in chosen]).update(priority=F("priority") + distance)
    verb = "compute.work_put_first" if first else "compute.work_put_last"
    hooks.audit(actor, verb, target, workspace_id=target.workspace_id, count=len(chosen))
    wake_agents_of(target)
    work_changed_in(target.workspace_id)
    return len(chosen)


@transaction.atomic
def record_progress(order: WorkOrder, *, stage: str, stages: list[dict[str, Any]], began: bool) -> WorkOrder:
    """Store a runner's sign of life, and what it says it does.

    Args: order: as its token found it. stages: all that it did until now, in order. began: whether the user's command has begun.
    Returns: the order as it is now; it may have ended, or be of a later attempt, and then nothing is stored.
    """
    now = timezone.now()
    alive = {"last_seen_at": now, "lease_expires_at": now + timedelta(seconds=LEASE_S), "updated_at": now}
    says = {"stage": stage, "stages": stages}
    quiet = WorkOrder.objects.filter(
        pk=order.pk,
        attempt=order.attempt,
        state=WorkState.RUNNING,
        silent_since=None,
        began_at__isnull=not began,
        **says,
    )
    if quiet.update(**alive):  # nothing that anyone would have to be told of
        order.refresh_from_db(fields=["state", "cancel_requested_at", "cancel_reason"])
        return order
    row = locked(order.pk)
    if row.is_over or row.attempt != order.attempt:
        return row
    began_at = row.began_at or (now if began else None)
    changes = {**alive, **says, "began_at": began_at, "silent_since": None, "unlisted_since": None}
    if row.state == WorkState.RUNNING:
        change(row, **changes)
    else:
        move(row, WorkState.RUNNING, started_at=row.started_at or now, **changes)
    return row


@transaction.atomic
def end_work(
    order: WorkOrder,
    *,
    outcome: Outcome | str,
    exit_code: int | None = None,
    signal: int | None = None,
    error_code: str = "",
    reason: str = "",
    stages: list[dict[str, Any]] | None = None,
    result: dict[str, Any] | None = None,
) -> WorkOrder:
    """Store how work ended, as its runner says. The first word counts; said again, or too late, it changes nothing.

    Returns: the order as it is now.
    """
    row = locked(order.pk)
    if row.is_over or row.attempt != order.attempt:
        return row
    end(
        row,
        Outcome(outcome),
        exit_code=exit_code,
        signal=signal,
        error_code=error_code,
        reason=reason,
        stages=row.stages if stages is None else stages,
        result=result or {},
        last_seen_at=timezone.now(),
    )
    return row


def locked(order_id: UUID) -> WorkOrder:
    """Return an order as it is now and keep others from changing it until the transaction ends."""
    orders = WorkOrder.objects.select_for_update(of=("self",)).select_related("workspace", "target", "agent")
    return orders.get(pk=order_id)


def change(order: WorkOrder, **values: Any) -> None:
    """Write values of a locked order and tell of it."""
    WorkOrder.objects.filter(pk=order.pk).update(**{"updated_at": timezone.now(), **values})
    order.refresh_from_db()
    tell(order)


def move(order: WorkOrder, state: WorkState, **stamps: Any) -> None:
    """Change the state of a locked order and tell of it."""
    order.move_to(state, **{"updated_at": timezone.now(), **stamps})
    tell(order)


def end(order: WorkOrder, outcome: Outcome, *, reason: str = "", **values: Any) -> None:
    """End a locked order. Its slot is free then, so others may begin."""
    values |= {"reason": reason[:REASON_LENGTH], "stage": "", "silent_since": None, "unlisted_since": None}
    move(order, WorkState.ENDED, outcome=outcome, ended_at=timezone.now(), lease_expires_at=None, **values)
    if order.agent is not None:
        wake_agent(order.agent)
    wake_agents_of(order.target)


def requeue(order: WorkOrder) -> None:
    """Put a locked order back into the queue, at its old place."""
    values: dict[str, Any] = {
        "stage": "",
        "stages": [],
        "silent_since": None,
        "unlisted_since": None,
        "started_at": None,
    }
    move(order, WorkState.WAITING, lease_expires_at=None, leased_at=None, last_seen_at=None, **values)
    wake_agents_of(order.target)


def tell(order: WorkOrder) -> None:
    """Let the apps to the left and open pages know of a change."""
    work_changed(order)
    work_changed_in(order.workspace_id)

"""What the reconciler does: leases that ran out, machines that fell silent, work that was lost. Harmless when run twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.compute.models import Watch, WorkOrder
from apps.compute.services.orders import change, end, locked, requeue
from apps.compute.states import (
    CANCEL_GIVEN_UP_AFTER,
    MOST_ATTEMPTS,
    SILENT_AFTER,
    UNLISTED_LOST_AFTER,
    WORK_LOST_AFTER,
    WORK_SILENT_AFTER,
    Outcome,
    WorkState,
)

# A reconciler that has not looked for longer than this takes it that the studio was off.
GAP = timedelta(seconds=30)


def watch_work() -> int:
    """Bring rows and world together; returns how many orders were changed."""
    now = timezone.now()
    since = _watching_since(now)
    running = Q(state=WorkState.RUNNING)
    unlisted = Q(
        unlisted_since__lt=now - UNLISTED_LOST_AFTER, last_seen_at__lt=now - UNLISTED_LOST_AFTER,
        agent__last_seen_at__gte=now - SILENT_AFTER,
    )  # fmt: skip
    rules: list[tuple[Q, timedelta, Callable[[WorkOrder], None]]] = [
        (Q(state=WorkState.LEASED, lease_expires_at__lt=now), timedelta(), _give_back),
        (running & unlisted, UNLISTED_LOST_AFTER, _lose_forgotten),
        (running & Q(last_seen_at__lt=now - WORK_LOST_AFTER), WORK_LOST_AFTER, _lose_silent),
        (running & Q(silent_since=None, last_seen_at__lt=now - WORK_SILENT_AFTER), WORK_SILENT_AFTER, _note_silence),
        (
            running
            & Q(cancel_requested_at__lt=now - CANCEL_GIVEN_UP_AFTER, last_seen_at__lt=now - CANCEL_GIVEN_UP_AFTER),
            CANCEL_GIVEN_UP_AFTER,
            _give_up_canceling,
        ),
    ]
    done = 0
    for condition, patience, act in rules:
        if since > now - patience:
            continue
        for pk in WorkOrder.objects.filter(condition).values_list("pk", flat=True)[:500]:
            done += _act_on(pk, condition, act)
    return done


def machine_restarted(agent_id: UUID) -> None:
    """End or give back what a machine had when it went down: nothing of it survived."""
    for pk in WorkOrder.objects.on_machine().filter(agent=agent_id).values_list("pk", flat=True):
        _act_on(pk, Q(agent=agent_id, state__in=(WorkState.LEASED, WorkState.RUNNING)), _lose_with_machine)


@transaction.atomic
def _act_on(pk: UUID, condition: Q, act: Callable[[WorkOrder], None]) -> bool:
    """Do it unless a heartbeat or another reconciler was first."""
    order = locked(pk)
    if not WorkOrder.objects.filter(condition, pk=pk).exists():
        return False
    act(order)
    return True


@transaction.atomic
def _watching_since(now: datetime) -> datetime:
    """Return since when the studio has been on without a gap, so that its own absence is nobody's silence."""
    Watch.objects.get_or_create(defaults={"seen_at": now, "since": now}, pk=1)
    watch = Watch.objects.select_for_update().get(pk=1)
    if now - watch.seen_at > GAP:
        watch.since = now
    watch.seen_at = max(now, watch.seen_at)
    watch.save()
    return watch.since


def _give_back(order: WorkOrder) -> None:
    _requeue_or_lose(order, _("no machine could start it in %(count)d attempts") % {"count": MOST_ATTEMPTS})


def _lose_forgotten(order: WorkOrder) -> None:
    _lose(order, _("the runner ended without a word"))


def _lose_with_machine(order: WorkOrder) -> None:
    _lose(order, _("the machine restarted"))


def _lose_silent(order: WorkOrder) -> None:
    minutes = WORK_LOST_AFTER // timedelta(minutes=1)
    reason = _("the machine gave no sign of life for %(minutes)d minutes") % {"minutes": minutes}
    end(order, Outcome.CANCELED if order.cancel_requested_at else Outcome.LOST, reason=reason)


def _note_silence(order: WorkOrder) -> None:
    change(order, silent_since=order.last_seen_at)


def _give_up_canceling(order: WorkOrder) -> None:
    end(order, Outcome.CANCELED, reason=_("canceled while the machine did not answer"))


def _lose(order: WorkOrder, reason: str) -> None:
    """The runner is dead. Unless the user's command had begun, another attempt can do no harm."""
    if order.began_at is None:
        _requeue_or_lose(order, reason)
    else:
        end(order, Outcome.CANCELED if order.cancel_requested_at else Outcome.LOST, reason=reason)


def _requeue_or_lose(order: WorkOrder, reason: str) -> None:
    if order.cancel_requested_at:
        end(order, Outcome.CANCELED, reason=order.cancel_reason)
    elif order.attempt < MOST_ATTEMPTS:
        requeue(order)
    else:
        end(order, Outcome.LOST, reason=reason)

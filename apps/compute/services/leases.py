"""Agents ask for work, and are told what to cancel and what is no longer theirs."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.compute.models import WITHOUT_SLOT, Agent, ComputeTarget, WorkKind, WorkOrder
from apps.compute.services.orders import move
from apps.compute.services.waiting import closed_targets, full_targets
from apps.compute.states import LEASE_S, LONGEST_LEASE, MOST_BUILDS, MOST_REPLICAS, WorkState


@dataclass
class LeaseAnswer:
    """What an agent is told: work to start, work to cancel, and the ids of work it holds that is no longer its own."""

    orders: list[WorkOrder] = field(default_factory=list)
    cancel: list[WorkOrder] = field(default_factory=list)
    over: list[UUID] = field(default_factory=list)


@dataclass
class Room:
    """How much more a machine can take."""

    slots: int
    builds: int
    replicas: int


def lease(agent: Agent, *, free_slots: int, free_builds: int, held: Collection[UUID]) -> LeaseAnswer:
    """Give an agent work for its free slots. Harmless when asked again: an answer that got lost is given once more.

    Args: free_slots, free_builds: what it could start now, beside what it holds. held: ids of all the work it still holds.
    """
    known = set(held)
    mine = list(WorkOrder.objects.on_machine().filter(agent=agent).select_related("target", "agent"))
    _note_listing(mine, known)
    answer = LeaseAnswer(
        cancel=[order for order in mine if order.cancel_requested_at],
        over=sorted(known - {order.pk for order in mine}),
    )
    again = [order for order in mine if order.state == WorkState.LEASED and order.pk not in known]
    if again:
        answer.orders += _hand_out_again(again)
    room = _room(mine, known, free_slots, free_builds)
    if _next_order(agent, room, known):
        answer.orders += _take(agent, free_slots, free_builds, known)
    return answer


def _note_listing(mine: list[WorkOrder], known: Collection[UUID]) -> None:
    """Remember since when an agent has not named work that runs there; written only where that changes."""
    now = timezone.now()
    running = [order for order in mine if order.state == WorkState.RUNNING]
    missing = [order.pk for order in running if order.pk not in known and order.unlisted_since is None]
    found = [order.pk for order in running if order.pk in known and order.unlisted_since is not None]
    if missing:
        WorkOrder.objects.filter(pk__in=missing, unlisted_since=None).update(unlisted_since=now)
    if found:
        WorkOrder.objects.filter(pk__in=found).update(unlisted_since=None)


def _hand_out_again(orders: list[WorkOrder]) -> list[WorkOrder]:
    """Return those that are still leased, with time to start them; but not for ever, if they are never started."""
    now = timezone.now()
    for order in orders:
        expires_at = min(now + timedelta(seconds=LEASE_S), (order.leased_at or now) + LONGEST_LEASE)
        WorkOrder.objects.filter(pk=order.pk, attempt=order.attempt, state=WorkState.LEASED).update(
            lease_expires_at=expires_at
        )
    still = WorkOrder.objects.filter(pk__in=[order.pk for order in orders], state=WorkState.LEASED)
    return list(still.select_related("target", "agent"))


def _room(mine: list[WorkOrder], known: Collection[UUID], free_slots: int, free_builds: int) -> Room:
    """Return what fits beside what the agent holds and what it was given but has not heard of yet."""
    unheard = [order for order in mine if order.pk not in known]
    builds = sum(order.kind == WorkKind.BUILD for order in mine)
    unheard_builds = sum(order.kind == WorkKind.BUILD for order in unheard)
    replicas = sum(order.kind == WorkKind.REPLICA for order in mine)
    slots = free_slots - sum(order.slots for order in unheard if order.kind not in WITHOUT_SLOT)
    return Room(slots, min(free_builds - unheard_builds, MOST_BUILDS - builds), MOST_REPLICAS - replicas)


@transaction.atomic
def _take(agent: Agent, free_slots: int, free_builds: int, known: Collection[UUID]) -> list[WorkOrder]:
    """Lease what comes next and fits. The agent's row is locked, so of two requests of one agent the second sees the first."""
    Agent.objects.select_for_update().get(pk=agent.pk)
    # Targets with a limit of their own, so that no other agent fills them meanwhile.
    list(ComputeTarget.objects.select_for_update().filter(max_running__isnull=False).order_by("pk"))
    mine = list(WorkOrder.objects.on_machine().filter(agent=agent))
    room = _room(mine, known, free_slots, free_builds)
    now = timezone.now()
    taken: list[WorkOrder] = []
    while order := _next_order(agent, room, known, lock=True):
        _give(order, agent, now)
        taken.append(order)
        if order.kind == WorkKind.BUILD:
            room.builds -= 1
        elif order.kind == WorkKind.REPLICA:
            room.replicas -= 1
        else:
            room.slots -= order.slots
    return taken


def _give(order: WorkOrder, agent: Agent, now: datetime) -> None:
    move(
        order,
        WorkState.LEASED,
        attempt=order.attempt + 1,
        agent=agent,
        leased_at=now,
        lease_expires_at=now + timedelta(seconds=LEASE_S),
    )


def _next_order(agent: Agent, room: Room, known: Collection[UUID], *, lock: bool = False) -> WorkOrder | None:
    """Return what the agent can start next: a build, a replica, else the head of the queue if it fits.

    A machine whose disk is full gets nothing; one that cannot keep user code apart only gets builds, until that is accepted:
    these start no program of a package.
    Where the head of the queue needs more slots than are free now, nothing overtakes it, or it could wait for ever. What
    needs more than the machine has is passed over.
    """
    if not agent.has_room:
        return None
    kinds = ((WorkKind.BUILD, room.builds), (WorkKind.REPLICA, room.replicas), (WorkKind.RUN, room.slots))
    for kind, free in kinds:
        if free <= 0 or (kind != WorkKind.BUILD and not agent.may_run_user_code):
            continue
        orders = WorkOrder.objects.waiting().filter(kind=kind).exclude(target__in=closed_targets(agent))
        if kind == WorkKind.RUN:
            orders = orders.filter(slots__lte=max(agent.slots, free)).exclude(target__in=full_targets())
        if known:
            orders = orders.exclude(pk__in=known)  # it must first let go of its earlier attempt
        if lock:
            orders = orders.select_for_update(skip_locked=True, of=("self",))
        head = orders.first()
        if head is not None and head.slots <= free:
            return head
    return None

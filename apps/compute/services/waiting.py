"""Why work waits, in words; cheap for a whole page of a queue, however long that is."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import ordinal
from django.db.models import Count, Q, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.compute.models import LOCAL, Agent, ComputeTarget, TargetKind, WorkKind, WorkOrder
from apps.compute.services.exposure import who_can_accept
from apps.compute.states import MOST_BUILDS, AgentState, WorkState

# SQLite joins no more than 500 queries into one.
MOST_PARTS = 300
# So many places are read at once; further ones are counted by the database.
MOST_NEAR = 500


def closed_targets(agent: Agent) -> QuerySet[ComputeTarget, UUID]:
    """Return the ids of targets of which this agent may start nothing now: not its own, paused, or in the trash."""
    closed = _shut() if agent.name == LOCAL else _shut() | Q(kind=TargetKind.LOCAL)
    return ComputeTarget.objects.filter(closed).values_list("pk", flat=True)


def full_targets() -> list[UUID]:
    """Return the targets that run as much at once as they may; builds do not count."""
    running = WorkOrder.objects.on_machine().filter(kind=WorkKind.RUN, target__max_running__isnull=False)
    # Counted here: what machines have is little, but to group it databases read through all orders of the targets.
    counts = Counter(running.values_list("target", "target__max_running"))
    return [target for (target, most), count in counts.items() if most is not None and count >= most]


def waiting_reason(order: WorkOrder) -> str:
    """Return why an order waits; empty where it does not wait for a machine."""
    return waiting_reasons([order]).get(order.pk, "")


def waiting_reasons(orders: Iterable[WorkOrder]) -> dict[UUID, str]:
    """Return why each of these orders waits, by its id. Takes a few queries, however many orders there are.

    Orders should come with their target, as ``select_related("target__workspace")`` gives them.
    """
    waiting = [order for order in orders if order.state == WorkState.WAITING]
    if not waiting:
        return {}
    agents = list(Agent.objects.filter(name=LOCAL))  # who serves targets, which are all of this machine
    online = [agent for agent in agents if agent.state is AgentState.ONLINE]
    full = set(full_targets())
    reasons: dict[UUID, str] = {}
    queued: list[WorkOrder] = []
    for order in waiting:
        reason = _obstacle(order, agents, online)
        if reason:
            reasons[order.pk] = reason
        else:
            queued.append(order)
    positions = positions_of(queued)
    for order in queued:
        reasons[order.pk] = _in_line(order, positions[order.pk], order.target_id in full)
    return reasons


def positions_of(orders: list[WorkOrder]) -> dict[UUID, int]:
    """Return the place of each of these waiting orders in the queue for its machine, from 1.

    Work of other workspaces counts, since machines are shared; what is paused does not. Between neighbours of the given
    orders the rows are counted from the index, each row once, in one query. Orders placed in the same microsecond share a place.
    """
    positions: dict[UUID, int] = {}
    for kind in {order.kind for order in orders}:
        line = sorted(
            (order for order in orders if order.kind == kind), key=lambda order: (-order.priority, order.created_at)
        )
        ahead = 0
        for order, count in zip(line, _counts_between(kind, line), strict=True):
            ahead += count
            positions[order.pk] = ahead + 1
    return positions


def _counts_between(kind: str, line: list[WorkOrder]) -> list[int]:
    """Return for each order how many waiting ones come after its predecessor (that included) and before it."""
    shut = list(ComputeTarget.objects.filter(_shut()).values_list("pk", flat=True))
    moving = WorkOrder.objects.filter(state=WorkState.WAITING, kind=kind).exclude(target__in=shut).order_by()
    counts = [0] * len(line)
    near = _places_near(moving, line[0])
    before: WorkOrder | None = None
    parts = []
    for place, order in enumerate(line):
        if before is not None and near and (_place(order) <= near[-1] or len(near) < MOST_NEAR):
            counts[place] = bisect_left(near, _place(order)) - bisect_left(near, _place(before))
            before = order
            continue
        if before is not None and before.priority == order.priority:
            ranges = [Q(priority=order.priority, created_at__gte=before.created_at, created_at__lt=order.created_at)]
        else:
            higher = Q(priority__gt=order.priority)
            if before is not None:
                higher &= Q(priority__lt=before.priority)
            ranges = [higher, Q(priority=order.priority, created_at__lt=order.created_at)]
            if before is not None:
                ranges.append(Q(priority=before.priority, created_at__gte=before.created_at))
        parts += [
            moving.filter(range_)
            .values("state")
            .annotate(place=Value(place), count=Count("*"))
            .values_list("place", "count")
            for range_ in ranges
        ]
        before = order
    for start in range(0, len(parts), MOST_PARTS):
        together = parts[start : start + MOST_PARTS]
        for place, count in together[0].union(*together[1:], all=True):
            counts[place] += count
    return counts


def _places_near(moving: QuerySet[WorkOrder], first: WorkOrder) -> list[tuple[int, datetime]]:
    """Return the places of orders from the first one on, as far as one page of a queue usually goes."""
    following = Q(priority=first.priority, created_at__gte=first.created_at) | Q(priority__lt=first.priority)
    rows = moving.filter(following, priority__lte=first.priority).order_by("-priority", "created_at")
    return [(-priority, moment) for priority, moment in rows.values_list("priority", "created_at")[:MOST_NEAR]]


def _place(order: WorkOrder) -> tuple[int, datetime]:
    return (-order.priority, order.created_at)


def _shut() -> Q:
    """Targets of which no machine may start anything."""
    return Q(paused_at__isnull=False) | Q(workspace__deleted_at__isnull=False) | Q(max_running=0)


def _obstacle(order: WorkOrder, agents: list[Agent], online: list[Agent]) -> str:
    """Return what keeps an order from being in line at all."""
    if order.target.workspace.deleted_at is not None:
        return _("the workspace is in the trash")
    if order.target.paused_at is not None:
        return _("the compute target is paused")
    if not any(agent.last_seen_at for agent in agents):
        return _("waiting for a machine")
    if not online:
        return _("no machine answers")
    if order.kind != WorkKind.BUILD and not any(agent.may_run_user_code for agent in online):
        words = _(
            "%(machine)s cannot keep user code apart from other files: it waits until an administrator (%(names)s) "
            "accepts that on the machine's page, or installs a sandbox there"
        )
        return words % {"machine": online[0].name, "names": who_can_accept()}
    if not any(agent.has_room for agent in online):
        words = _("the disk of %(machine)s is full (%(free)d MB left): it goes on as soon as there is space")
        return words % {"machine": online[0].name, "free": online[0].disk_free_mb}
    most = max(agent.slots for agent in online)
    if order.slots > most > 0:
        words = _("needs %(needed)d slots, and the largest machine has %(most)d")
        return words % {"needed": order.slots, "most": most}
    return ""


def _in_line(order: WorkOrder, position: int, is_full: bool) -> str:
    """Return what an order in line waits for, and its place."""
    place = {"place": ordinal(position)}
    if order.kind == WorkKind.BUILD:
        return _("waiting for one of %(most)d builds to end, %(place)s in the queue") % {"most": MOST_BUILDS, **place}
    if order.kind == WorkKind.REPLICA:
        return _("waiting for the machine, %(place)s in the queue") % place
    if is_full:
        most = order.target.max_running or 0
        words = ngettext(
            "the compute target runs no more than %(most)d at once, %(place)s in the queue",
            "the compute target runs no more than %(most)d at once, %(place)s in the queue",
            most,
        )
        return words % {"most": most, **place}
    if order.slots > 1:
        return _("waiting for %(slots)d free slots, %(place)s in the queue") % {"slots": order.slots, **place}
    return _("waiting for a free slot, %(place)s in the queue") % place

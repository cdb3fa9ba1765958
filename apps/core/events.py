"""Publish news for open pages. The row is the truth; the message on the channel layer only wakes the readers."""

import hashlib
import logging
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from apps.core.models import Event, Topic

logger = logging.getLogger(__name__)


def publish(topic: str, type_: str, data: dict[str, Any]) -> None:
    """Add an event to a topic, visible to readers when the present transaction commits.

    The topic's row stays locked until then, so that events become visible in the order of their numbers and a reader that
    has seen number n has seen all before it.
    """
    with transaction.atomic():
        Topic.objects.get_or_create(name=topic)
        locked = Topic.objects.select_for_update().get(name=topic)
        locked.last_seq += 1
        locked.save(update_fields=["last_seq"])
        Event.objects.create(topic=topic, seq=locked.last_seq, type=type_, data=data)
        transaction.on_commit(lambda: wake(topic))


def last_seq(topic: str) -> int:
    """Return the number of the newest event, the cursor for a page that is being rendered now; 0 where there is none."""
    return Topic.objects.filter(name=topic).values_list("last_seq", flat=True).first() or 0


def wake(topic: str) -> None:
    """Tell readers in all processes to look. A lost message is healed by their slow poll."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group_name(topic), {"type": "wake"})
    except Exception as error:  # a broker that is away must not fail the request whose transaction has been committed
        logger.warning("Open pages were not woken for %s (%s); they will look by themselves.", topic, error)


async def awake(topic: str) -> None:
    """Do as ``wake``, in an event loop."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        await layer.group_send(group_name(topic), {"type": "wake"})
    except Exception as error:
        logger.warning("Open pages were not woken for %s (%s); they will look by themselves.", topic, error)


def group_name(topic: str) -> str:
    """Return the channel layer's name for a topic; the layer allows few characters and 99 of them."""
    return f"topic.{hashlib.sha256(topic.encode()).hexdigest()[:40]}"


def as_message(event: Event) -> dict[str, Any]:
    """Return an event as it goes to the browser."""
    return {"seq": event.seq, "type": event.type, "data": event.data, "at": _iso(event.created_at)}


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")

"""What compute asks of the apps to its left, and tells them. It knows no run: they look whether an order is one of theirs."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from apps.compute.models import WorkOrder
from apps.core.hooks import Hook


@dataclass(frozen=True)
class WorkLink:
    """What a piece of work is called, and its page. ``url`` is a path on this site."""

    title: str
    url: str


work_changed: Hook[[WorkOrder], None] = Hook("work_changed")
"""``(order)``: an order's state, stage, reason or signs of life changed; called in the transaction that changed it."""
work_links: Hook[[Collection[WorkOrder]], dict[UUID, WorkLink]] = Hook("work_links")
"""``(orders)``: what those of these orders that are the app's own are the work of, by the order's id; one call for a page."""

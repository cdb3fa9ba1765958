"""What compute tells the apps to its left. It knows no run: they look whether an order is one of theirs."""

from apps.compute.models import WorkOrder
from apps.core.hooks import Hook

work_changed: Hook[[WorkOrder], None] = Hook("work_changed")
"""``(order)``: an order's state, stage, reason or signs of life changed; called in the transaction that changed it."""

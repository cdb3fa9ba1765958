"""News of environments. One topic for all workspaces: builds are shared by them, and telling each would cost each."""

from apps.core import events

ENVIRONMENTS_TOPIC = "environments"


def environments_changed() -> None:
    """Tell open pages that environments or builds are no longer as they show them."""
    events.publish(ENVIRONMENTS_TOPIC, "environments.changed", {})

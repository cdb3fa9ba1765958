"""What a tick fills into what it starts: ``${{creation_context.trigger_time}}`` and ``${{creation_context.changed_path}}``."""

import re
from datetime import UTC
from typing import Any

from apps.schedules.models import Tick

_PLACE = re.compile(r"\$\{\{\s*creation_context\.(trigger_time|changed_path)\s*\}\}")


def has_places(value: Any) -> bool:
    """Whether something will be filled in."""
    return isinstance(value, str) and _PLACE.search(value) is not None


def filled(value: Any, tick: Tick) -> Any:
    """Return a text with its places filled in; anything else as it is."""
    if not isinstance(value, str):
        return value
    times = {"trigger_time": tick.at.astimezone(UTC).isoformat(), "changed_path": str(tick.context.get("path", ""))}
    return _PLACE.sub(lambda match: times[match[1]], value)

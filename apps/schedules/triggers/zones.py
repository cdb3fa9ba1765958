"""Time zones by the names that people and job files use."""

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel.core import get_global

from apps.schedules.triggers.types import TriggerFault


def find_zone(name: str) -> ZoneInfo:
    """Return a zone by its IANA name (``Europe/Berlin``) in any case of letters, or by the name that Windows and so Azure ML have
    for it (``Pacific Standard Time``).

    Raises:
        TriggerFault: there is none.
    """
    known = _by_lower_name().get(name.strip().lower())
    if known is None:
        raise TriggerFault("time_zone", "unknown_zone", name)
    try:
        return ZoneInfo(known)
    except ZoneInfoNotFoundError:
        raise TriggerFault("time_zone", "unknown_zone", name) from None


@cache
def zone_names() -> list[str]:
    """Return the IANA names that people choose from: places, and UTC."""
    return ["UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))]


@cache
def _by_lower_name() -> dict[str, str]:
    windows = {name.lower(): zone for name, zone in get_global("windows_zone_mapping").items()}
    own = {name.lower(): name for name in available_timezones() if name != "localtime" and "posix" not in name}
    return {**windows, **own, "coordinated universal time": "UTC"}

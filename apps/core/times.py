"""How long ago and how long, in words: the same words that ``static/src/lib/times.ts`` keeps fresh in the open page."""

from datetime import datetime, timedelta

from babel.dates import format_timedelta
from django.utils import formats, timezone
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

RELATIVE_FOR = timedelta(days=14)
NOW = timedelta(seconds=45)


def relative(moment: datetime, now: datetime | None = None) -> str:
    """Say how long ago a moment was, or how long it is until then; what is farther away than two weeks gets its date.

    Args: moment: aware; now: aware, the present if left out.
    """
    distance = moment - (now or timezone.now())
    if abs(distance) > RELATIVE_FOR:
        return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")
    if abs(distance) < NOW:
        return _("now")
    for unit in ("day", "hour", "minute"):
        count = abs(distance) // timedelta(**{f"{unit}s": 1})
        if count or unit == "minute":
            whole = timedelta(**{f"{unit}s": max(1, count) * (1 if distance > timedelta(0) else -1)})
            break
    # A threshold beyond reach: the unit is the one given, whatever the number.
    locale = to_locale(get_language() or "en")
    return format_timedelta(whole, granularity=unit, threshold=1e9, add_direction=True, locale=locale)


def duration(seconds: float) -> str:
    """Say how long something took, with two units at most: “0.4 s”, “12 s”, “3 min 4 s”, “2 h 5 min”, “3 d 2 h”.

    The units are international symbols and stay as they are in every language.
    """
    seconds = max(0.0, seconds)
    if seconds < 1:
        return f"{formats.number_format(round(seconds, 1), 1)} s"
    whole = int(seconds)
    for size, unit, part_size, part_unit in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // part_size
            return f"{whole // size} {unit} {rest} {part_unit}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"

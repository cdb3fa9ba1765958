"""Slows down who guesses passwords: failed tries are counted in the database, by name, by address, and by both together.

A try counts before the password is looked at and is given back when it was right, so that many guesses at once cannot slip
past the counter. The pair of name and address has the tightest limit: a stranger who guesses at somebody's password locks
out himself long before the limit of the name alone keeps out its owner.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import Throttle


@dataclass(frozen=True)
class Limit:
    """At most ``tries`` failures within ``window``."""

    tries: int
    window: timedelta


BY_PAIR = Limit(5, timedelta(minutes=5))
BY_ADDRESS = Limit(30, timedelta(minutes=5))
BY_NAME = Limit(50, timedelta(minutes=30))
LONGEST_WINDOW = max(limit.window for limit in (BY_PAIR, BY_ADDRESS, BY_NAME))


def take(name: str, address: str | None) -> float:
    """Count one try. Returns 0 where it may be made, else the seconds to wait; then it was not counted."""
    limits = _limits(name, address)
    now = timezone.now()
    with transaction.atomic():
        rows = [Throttle(key=key, since=now) for key in limits]
        Throttle.objects.bulk_create(rows, ignore_conflicts=True)
        # Ordered, so that two who wait for each other's rows cannot come about.
        locked = list(Throttle.objects.select_for_update().filter(key__in=limits).order_by("key"))
        for row in locked:
            if row.since + limits[row.key].window <= now:
                row.since, row.tries = now, 0
        waits = [
            (row.since + limits[row.key].window - now).total_seconds()
            for row in locked
            if row.tries >= limits[row.key].tries
        ]
        if waits:
            return max(waits)
        for row in locked:
            row.tries += 1
        Throttle.objects.bulk_update(locked, ["tries", "since"])
    return 0.0


def give_back(name: str, address: str | None) -> None:
    """Take one try off again, because it was right."""
    Throttle.objects.filter(key__in=_limits(name, address), tries__gt=0).update(tries=F("tries") - 1)


def prune(now: datetime) -> None:
    """Throw away counters whose window is over."""
    Throttle.objects.filter(since__lt=now - LONGEST_WINDOW).delete()


def _limits(name: str, address: str | None) -> dict[str, Limit]:
    name, address = name.strip().lower(), address or "local"
    limits = {f"pair {name} {address}": BY_PAIR, f"address {address}": BY_ADDRESS, f"name {name}": BY_NAME}
    return {hashlib.sha256(text.encode()).hexdigest(): limit for text, limit in limits.items()}

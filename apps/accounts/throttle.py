"""Slows down who guesses passwords: failed tries are counted in the database, by name, by address, and by both together.

A try counts before the password is looked at and is given back when it was right, so that many guesses at once cannot slip
past the counter. The pair of name and address has the tightest limit: a stranger who guesses at somebody's password locks
out himself long before the limit of the name alone keeps out its owner.
"""

import hashlib
from collections.abc import Iterable
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


@dataclass(frozen=True)
class Try:
    """Whether one may try: ``wait_s`` is 0 for yes. ``is_last``: should it fail, none is left for a while."""

    wait_s: float = 0.0
    is_last: bool = False


def take(name: str, address: str | None) -> Try:
    """Count one try, where it may be made."""
    limits = _limits(name, address)
    now = timezone.now()
    counters = Throttle.objects.filter(key__in=limits)
    # Looked at before anything is written: who is kept waiting must not fill the database with names.
    if wait_s := _longest_wait(counters, limits, now):
        return Try(wait_s)
    with transaction.atomic():
        Throttle.objects.bulk_create([Throttle(key=key, since=now) for key in limits], ignore_conflicts=True)
        # Ordered, so that two who wait for each other's rows cannot come about.
        locked = list(counters.select_for_update().order_by("key"))
        if wait_s := _longest_wait(locked, limits, now):
            return Try(wait_s)
        for row in locked:
            is_over = row.since + limits[row.key].window <= now
            row.since, row.tries = (now, 1) if is_over else (row.since, row.tries + 1)
        Throttle.objects.bulk_update(locked, ["tries", "since"])
    return Try(is_last=any(row.tries >= limits[row.key].tries for row in locked))


def give_back(name: str, address: str | None) -> None:
    """Take one try off again, because it was right."""
    Throttle.objects.filter(key__in=_limits(name, address), tries__gt=0).update(tries=F("tries") - 1)


def prune(now: datetime) -> None:
    """Throw away counters whose window is over."""
    Throttle.objects.filter(since__lt=now - LONGEST_WINDOW).delete()


def _longest_wait(counters: Iterable[Throttle], limits: dict[str, Limit], now: datetime) -> float:
    """Return for how many seconds the fullest of the counters is closed; 0 where none is."""
    ends = [row.since + limits[row.key].window for row in counters if row.tries >= limits[row.key].tries]
    return max([0.0, *((end - now).total_seconds() for end in ends)])


def _limits(name: str, address: str | None) -> dict[str, Limit]:
    name, address = name.strip().lower(), address or "local"
    limits = {f"pair {name} {address}": BY_PAIR, f"address {address}": BY_ADDRESS, f"name {name}": BY_NAME}
    return {hashlib.sha256(text.encode()).hexdigest(): limit for text, limit in limits.items()}

"""Signed-in browsers: which there are, and ending them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import User
from apps.core import hooks
from apps.core.client import address_of

SEEN_PRECISION = timedelta(minutes=1)
NO_ADDRESS = "0.0.0.0"  # noqa: S104 - stands for "none", as over a unix socket; nothing listens here


def note(request: HttpRequest) -> None:
    """Write down that this session's browser was here; at most once a minute, unless browser or address changed."""
    key = request.session.session_key
    if not key or not request.user.is_authenticated:
        return
    now = timezone.now()
    longest: Any = UserSession._meta.get_field("user_agent").max_length
    seen = {
        "user_id": request.user.pk,
        "ip": address_of(request) or NO_ADDRESS,
        "user_agent": request.headers.get("User-Agent", "")[:longest],
    }
    row = UserSession.objects.filter(session_key=key).first()
    if row is None:
        UserSession.objects.get_or_create(session_key=key, defaults=seen)
    elif now - row.last_seen_at > SEEN_PRECISION or any(getattr(row, name) != value for name, value in seen.items()):
        UserSession.objects.filter(pk=row.pk).update(last_seen_at=now, **seen)


def forget(session_key: str | None) -> None:
    """Take a session that has ended out of the list."""
    UserSession.objects.filter(session_key=session_key).delete()


def of_user(user: User) -> QuerySet[UserSession]:
    """Return the user's sessions that are still good, the latest seen first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    sessions: QuerySet[UserSession] = UserSession.objects.filter(user=user, session_key__in=alive)
    return sessions.order_by("-last_seen_at", "-pk")


def end_session(*, actor: User, session: UserSession) -> None:
    """End one session."""
    _end(actor, session.user, [session.session_key])


def end_other_sessions(*, request: HttpRequest, user: User) -> int:
    """End all sessions of the user but the one of this request. Returns how many there were."""
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key or "")
    return _end(user, user, others.values_list("session_key", flat=True))


def end_all_sessions(*, actor: User | None, user: User) -> int:
    """End every session of the user. Returns how many there were."""
    return _end(actor, user, UserSession.objects.filter(user=user).values_list("session_key", flat=True))


def prune() -> None:
    """Take sessions out of the list that have run out by themselves."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


@transaction.atomic
def _end(actor: User | None, user: User, session_keys: Iterable[str]) -> int:
    keys = list(session_keys)
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    if keys:
        hooks.audit(actor, "account.sessions_ended", user, count=len(keys))
    return len(keys)

"""Accounts: making them, what people say about themselves, and what administrators do with them."""

import zoneinfo
from collections.abc import Sequence

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.errors import LastAdministrator
from apps.accounts.models import Invitation, SignInLink, User
from apps.accounts.services import sessions
from apps.core import hooks
from apps.core.errors import Conflict, InvalidInput, NotAllowed

PROFILE_FIELDS = frozenset({"full_name", "email", "language", "theme", "time_zone"})
MOST_AT_ONCE = 5_000


@transaction.atomic
def create_user(
    *,
    actor: User | None,
    username: str,
    email: str = "",
    full_name: str = "",
    password: str | None = None,
    is_administrator: bool = False,
    language: str = "",
    time_zone: str = "",
) -> User:
    """Make an account. Without a password its owner signs in by a one-time link or single sign-on.

    Raises:
        InvalidInput: a value cannot be used, or name or address are taken.
    """
    user = User(
        username=username,
        email=email.strip().lower() or None,
        full_name=full_name.strip(),
        is_administrator=is_administrator,
        language=language,
        time_zone=time_zone,
    )
    user.set_password(password)
    errors = _faults_of(user)
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            errors["password"] = list(error.messages)
    if errors:
        raise InvalidInput(errors)
    _save(user)
    hooks.audit(actor or user, "user.created", user)
    return user


@transaction.atomic
def update_profile(*, user: User, **changes: str) -> User:
    """Change what a person says about themselves, and return the person anew; only names in ``PROFILE_FIELDS``.

    Raises:
        InvalidInput: a value cannot be used, or the address is somebody else's.
    """
    assert set(changes) <= PROFILE_FIELDS, changes
    user = User.objects.select_for_update().get(pk=user.pk)
    before = {name: getattr(user, name) for name in changes}
    for name, value in changes.items():
        setattr(user, name, (value.strip().lower() or None) if name == "email" else value.strip())
    if errors := _faults_of(user):
        raise InvalidInput(errors)
    changed = [name for name, value in before.items() if getattr(user, name) != value]
    if changed:
        _save(user)
        if told := [name for name in changed if name in {"full_name", "email"}]:
            hooks.audit(user, "account.profile_changed", user, fields=told)
    return user


@transaction.atomic
def set_administrator(*, actor: User, user: User, value: bool) -> User:
    """Make someone an administrator, or no longer one.

    Raises:
        LastAdministrator: nobody else could let people in.
    """
    user, is_last = _lock(user)
    if user.is_administrator == value:
        return user
    if is_last and not value:
        raise LastAdministrator
    user.is_administrator = value
    user.save(update_fields=["is_administrator", "updated_at"])
    hooks.audit(actor, "user.made_administrator" if value else "user.administrator_removed", user)
    name = actor.display_name
    if actor != user:
        title = _("%(name)s made you an administrator") if value else _("%(name)s took your administrator rights back")
        hooks.notify(user, title % {"name": name}, kind="account")
    return user


@transaction.atomic
def deactivate(*, actor: User, user: User) -> User:
    """Keep someone out: sessions end, tokens, links and sent invitations stop working. Their work stays as it is.

    Raises:
        NotAllowed: it is the actor's own account.
        LastAdministrator: nobody else could let people in.
    """
    user, is_last = _lock(user)
    if is_last and user.is_administrator:
        raise LastAdministrator
    if user == actor:
        raise NotAllowed(_("You cannot deactivate yourself. Another administrator can."))
    if user.is_active:
        _deactivate(actor, [user])
        user.refresh_from_db()
    return user


@transaction.atomic
def deactivate_many(*, actor: User, users: QuerySet[User]) -> tuple[int, int]:
    """Deactivate everybody in ``users`` but the actor and other administrators, who are meant to be looked at one by one.

    Returns: how many were deactivated, and how many of the active ones were left out. At most ``MOST_AT_ONCE`` in one go.
    """
    active = users.filter(is_active=True)
    chosen = list(active.filter(is_administrator=False).exclude(pk=actor.pk).order_by("pk")[:MOST_AT_ONCE])
    left_out = active.count() - len(chosen)
    _deactivate(actor, chosen)
    return len(chosen), left_out


@transaction.atomic
def reactivate(*, actor: User, user: User) -> User:
    """Let someone in again. Tokens that have not expired work again too."""
    user, _is_last = _lock(user)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active", "updated_at"])
        hooks.audit(actor, "user.reactivated", user)
    return user


@transaction.atomic
def change_standing(
    *, actor: User, user: User, is_administrator: bool | None = None, is_active: bool | None = None
) -> User:
    """Change several of what administrators decide about somebody at once: all of it, or nothing.

    Raises: as ``set_administrator``, ``deactivate`` and ``reactivate``.
    """
    if is_administrator is not None:
        user = set_administrator(actor=actor, user=user, value=is_administrator)
    if is_active is not None:
        user = (reactivate if is_active else deactivate)(actor=actor, user=user)
    return user


def end_sessions_of(*, actor: User, user: User) -> int:
    """Sign someone out everywhere. Returns how many sessions there were."""
    return sessions.end_all_sessions(actor=actor, user=user)


def _deactivate(actor: User, users: Sequence[User]) -> None:
    ids = [user.pk for user in users]
    User.objects.filter(pk__in=ids).update(is_active=False, updated_at=timezone.now())
    keys = UserSession.objects.filter(user__in=ids).values("session_key")
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user__in=ids).delete()
    SignInLink.objects.filter(user__in=ids, used_at=None).delete()
    Invitation.objects.open().filter(invited_by__in=ids).update(withdrawn_at=timezone.now())
    for user in users:
        hooks.audit(actor, "user.deactivated", user)


def _lock(user: User) -> tuple[User, bool]:
    """Lock someone's row, and say whether there is no other administrator who could sign in.

    The administrators' rows are locked with it, in one order, so that two of them cannot remove each other at once.
    """
    concerned = Q(pk=user.pk) | Q(is_administrator=True, is_active=True)
    rows = {row.pk: row for row in User.objects.select_for_update().filter(concerned).order_by("pk")}
    others = [row for row in rows.values() if row.pk != user.pk and row.is_administrator and row.is_active]
    return rows[user.pk], not others


def _faults_of(user: User) -> dict[str, list[str]]:
    """Return what is wrong with a person's fields. The unique constraints name their field by their error code."""
    faults: dict[str, list[str]] = {}
    if user.language and user.language not in dict(settings.LANGUAGES):
        faults["language"] = [_("The studio does not speak this language.")]
    if user.time_zone and user.time_zone not in zoneinfo.available_timezones():
        faults["time_zone"] = [_("This is no time zone, such as Europe/Madrid.")]
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        for name, problems in error.error_dict.items():
            for problem in problems:
                field = (problem.code or "") if name == NON_FIELD_ERRORS else name
                faults.setdefault(field, []).extend(str(message) for message in problem.messages)
    return faults


def _save(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # somebody took the name or the address since it was checked
        raise Conflict(_("Somebody has just taken this name or address. Choose another.")) from None

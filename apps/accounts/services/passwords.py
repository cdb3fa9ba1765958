"""Passwords."""

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.accounts import throttle
from apps.accounts.errors import TooManyTries
from apps.accounts.models import User
from apps.accounts.services import sessions
from apps.core import hooks
from apps.core.client import address_of
from apps.core.errors import InvalidInput


def check_own_password(*, request: HttpRequest, user: User, password: str) -> None:
    """Make sure that somebody at an open browser is its owner; throttled like signing in.

    Raises:
        TooManyTries: too many wrong ones.
        InvalidInput: it is not the password.
    """
    address = address_of(request)
    attempt = throttle.take(user.username, address)
    if attempt.wait_s:
        raise TooManyTries(attempt.wait_s)
    if not user.check_password(password):
        raise InvalidInput({"old_password": [_("This is not your present password.")]})
    throttle.give_back(user.username, address)


@transaction.atomic
def set_password(*, request: HttpRequest, user: User, password: str) -> None:
    """Give the signed-in user a new password. Every other session ends, and unused sign-in links lose their use.

    The caller has checked the old password, where there is one, and the new one's strength.
    """
    is_first = not user.has_usable_password()
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    user.sign_in_links.filter(used_at=None).delete()
    old_key = request.session.session_key
    update_session_auth_hash(request, user)
    sessions.forget(old_key)
    sessions.note(request)
    sessions.end_other_sessions(request=request, user=user)
    hooks.audit(user, "account.password_set" if is_first else "account.password_changed", user)
    if not is_first:
        hooks.notify(
            user,
            _("Your password was changed"),
            body=_("All other sessions were ended. If this was not you, ask an administrator for help at once."),
            kind="account",
        )

"""Signing in and out."""

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest

from apps.accounts import throttle
from apps.accounts.errors import AccountDeactivated, TooManyTries, WrongCredentials
from apps.accounts.models import User
from apps.accounts.services import sessions
from apps.core import hooks
from apps.core.client import address_of

BACKEND = "apps.accounts.backends.NameOrEmailBackend"
LONGEST_PASSWORD = 4096


def check_credentials(*, request: HttpRequest, name: str, password: str) -> User:
    """Return the person whose name or email address and password these are.

    Raises:
        TooManyTries: too many failures by this name or from this address; the password was not looked at.
        WrongCredentials: they do not fit.
        AccountDeactivated: they fit, but the account may not sign in.
    """
    address = address_of(request)
    attempt = throttle.take(name, address)
    if attempt.wait_s:
        raise TooManyTries(attempt.wait_s)
    found: Any = authenticate(request, username=name, password=password[:LONGEST_PASSWORD])
    if found is None:
        if attempt.is_last:
            hooks.audit(None, "account.sign_in_paused", summary=name[:150])
        raise WrongCredentials
    throttle.give_back(name, address)
    if not found.is_active:
        raise AccountDeactivated
    user: User = found
    return user


@transaction.atomic
def sign_in(*, request: HttpRequest, user: User, method: str) -> None:
    """Begin a session for someone who has proved who they are. ``method``: password, link, invitation or oidc.

    Raises:
        AccountDeactivated: the account may not sign in.
    """
    if not user.is_active:
        raise AccountDeactivated
    login(request, user, backend=BACKEND)
    sessions.note(request)
    hooks.audit(user, "account.signed_in", user, method=method)


@transaction.atomic
def sign_out(*, request: HttpRequest) -> None:
    """End this browser's session."""
    user: Any = request.user
    if user.is_authenticated:
        hooks.audit(user, "account.signed_out", user)
        sessions.forget(request.session.session_key)
    logout(request)

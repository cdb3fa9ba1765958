"""Checks a name and a password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from apps.accounts.models import User


class NameOrEmailBackend(ModelBackend):
    """Knows people by user name or email address. Sessions name this backend, however their owner signed in."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Return whose name and password these are; also the deactivated, so that they can be told.

        An unknown name takes as long as a wrong password: else the time would tell which names exist.
        """
        if not username or password is None:
            return None
        user = User.objects.named(username).first()
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) else None

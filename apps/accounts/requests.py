"""Requests that have passed a guard, for the type checker."""

from django.http import HttpRequest

from apps.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request whose user has an account: what ``signed_in`` and ``administrator`` let through."""

    user: User

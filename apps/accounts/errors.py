"""What can go wrong with accounts, in words for the person it happens to."""

from http import HTTPStatus
from math import ceil
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.errors import Conflict, NotAllowed, NotFound, UserError


class WrongCredentials(UserError):
    """Name and password do not fit. The words are the same whether the name is known or not."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__(_("User name or password is not right. Check both, and whether Caps Lock is on."))


class AccountDeactivated(NotAllowed):
    """Said only to somebody who has proved who they are."""

    code = "account_deactivated"

    def __init__(self) -> None:
        super().__init__(_("This account was deactivated. An administrator of the studio can activate it again."))


class TooManyTries(UserError):
    """Signing in is paused for this name or this address."""

    code = "too_many_tries"
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, wait_s: float) -> None:
        self.wait_s = max(1, ceil(wait_s))
        minutes = ceil(self.wait_s / 60)
        message = ngettext(
            "Too many tries. Wait %(minutes)d minute, or ask an administrator for a sign-in link.",
            "Too many tries. Wait %(minutes)d minutes, or ask an administrator for a sign-in link.",
            minutes,
        )
        super().__init__(message % {"minutes": minutes})

    def problem(self) -> dict[str, Any]:
        return {**super().problem(), "retry_after_s": self.wait_s}


class LinkUnusable(UserError):
    """A one-time link or an invitation that opens nothing (any more)."""

    code = "link_unusable"
    status = HTTPStatus.GONE


class UnknownLink(NotFound):
    """A link that was never made here, mostly because a part of it was lost in copying."""

    code = "unknown_link"


class LastAdministrator(Conflict):
    """The studio would be left without anyone who can let people in."""

    code = "last_administrator"

    def __init__(self) -> None:
        super().__init__(
            _("This is the last administrator who can sign in. Make somebody else an administrator first.")
        )


class TokenExceedsItsMaker(NotAllowed):
    """A token shall make a token that may do more than itself."""

    code = "token_exceeds_its_maker"


class SingleSignOnFailed(UserError):
    """The identity provider is away, or its answer is none."""

    code = "single_sign_on_failed"
    status = HTTPStatus.BAD_GATEWAY

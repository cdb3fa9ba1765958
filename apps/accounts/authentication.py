"""How the API knows who calls: a personal access token, or the browser's session with its CSRF token."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from apps.accounts.models import AccessToken, User
from apps.accounts.models.token import TokenScope
from apps.core.api.bearer import bearer_token
from apps.core.crypto import token_hash
from apps.core.errors import NotAllowed

LAST_USED_PRECISION = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>``"""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        value = bearer_token(request)
        if value is None:
            return None
        token = find_token(value, writes=request.method not in SAFE_METHODS)
        if token is None:
            raise AuthenticationFailed(
                _("This token is unknown, was revoked or has expired. Make a new one under Account.")
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="studio"'


def find_token(value: str, *, writes: bool) -> AccessToken | None:
    """Return the personal access token of this value, with its user, and note that it was used; None where there is none.

    Raises:
        NotAllowed: it may only read, and the request ``writes``.
    """
    token = AccessToken.objects.usable().select_related("user").filter(token_hash=token_hash(value)).first()
    if token is None:
        return None
    if writes and token.scope == TokenScope.READ:
        raise NotAllowed(_("This token may only read. Make one that may write under Account."))
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_PRECISION:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


class BrowserAuthentication(SessionAuthentication):
    """The session of a signed-in browser; unsafe verbs need the CSRF token."""

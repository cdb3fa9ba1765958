"""How a person who is signed in at the studio becomes known to the content host, whose cookies are its own.

The studio hands the browser a ticket: encrypted, good for 30 seconds and for one use. The content host takes it for a cookie
that is good for an hour, and only as long as the session it came from: signing out ends both.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import quote, urlencode

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from apps.core.models import SpentTicket

TICKET_LIVES_S = 30
COOKIE_LIVES_S = 3600


class TicketRefused(Exception):
    """The ticket is forged, too old or used already, or its session has ended."""


@dataclass(frozen=True)
class Entry:
    """What a ticket opens: the file it was made for, and the cookie with which the browser may come back."""

    path: str
    cookie: str


def enter_address(request: HttpRequest, path: str, *, download: bool = False) -> str:
    """Return the address on the content host that lets the signed-in person of ``request`` see ``path``, once."""
    ticket = {
        "nonce": secrets.token_urlsafe(16),
        "session": request.session.session_key,
        "user": str(request.user.pk),
        "path": path,
        "download": download,
    }
    return f"{settings.STUDIO.content_url}/enter?{urlencode({'ticket': _seal('ticket', ticket)})}"


def redeem(ticket: str) -> Entry:
    """Take a ticket for a cookie.

    Raises:
        TicketRefused: it opens nothing, or nothing any more.
    """
    known = _unseal("ticket", ticket, TICKET_LIVES_S)
    if known is None or _user_of(known) is None:
        raise TicketRefused
    _, is_first_use = SpentTicket.objects.get_or_create(nonce=known["nonce"])
    if not is_first_use:
        raise TicketRefused
    cookie = _seal("cookie", {"session": known["session"], "user": known["user"]})
    return Entry(f"/files/{quote(known['path'])}{'?download=1' if known['download'] else ''}", cookie)


def holder_of(cookie: str) -> Any | None:
    """Return the user a cookie of the content host stands for; None where it is not ours, too old, or they signed out."""
    known = _unseal("cookie", cookie, COOKIE_LIVES_S)
    return _user_of(known) if known else None


def _user_of(known: dict[str, Any]) -> Any | None:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(known["session"])
    user: Any = get_user(request)  # also compares the hash of the password the session began with
    return user if user.is_authenticated and str(user.pk) == known["user"] else None


def _seal(purpose: str, content: dict[str, Any]) -> str:
    return _cipher(purpose).encrypt(json.dumps(content).encode()).decode()


def _unseal(purpose: str, sealed: str, lives_s: int) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads(_cipher(purpose).decrypt(sealed.encode(), ttl=lives_s))
    except (InvalidToken, UnicodeEncodeError):
        return None
    return content


def _cipher(purpose: str) -> Fernet:
    """Return a cipher for one purpose alone, so that a cookie is no ticket and a ticket no cookie."""
    key = salted_hmac("studio.content", purpose, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))

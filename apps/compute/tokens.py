"""Tokens of one piece of work. Nothing is stored: a token says what it is for, and a keyed hash says that we made it.

``work`` tokens are the runner's: they speak for the order (heartbeats, log, files, end). ``run`` tokens are for the user's
code: they open what belongs to that one run and no more.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

KINDS = ("work", "run")
_SIGNATURE_LENGTH = 43


@dataclass(frozen=True)
class WorkTicket:
    """What a genuine token says: which order, and which attempt at it."""

    kind: str
    order_id: UUID
    attempt: int


def make(kind: str, order_id: UUID, attempt: int) -> str:
    """Return the token of an attempt at an order; the same each time."""
    said = f"{kind}_{order_id.hex}_{attempt}"
    return f"{said}_{_signature(said)}"


def read(token: str) -> WorkTicket | None:
    """Return what a token says, None where it is not one of ours. Whether it is of the present attempt, callers ask."""
    # The signature may hold "_" itself, so it is cut off by its length.
    said, signature = token[: -_SIGNATURE_LENGTH - 1], token[-_SIGNATURE_LENGTH:]
    if not token.isascii() or not hmac.compare_digest(_signature(said), signature):
        return None
    kind, order, attempt = said.split("_")
    return WorkTicket(kind, UUID(order), int(attempt))


def _signature(said: str) -> str:
    key = hashlib.sha256(b"work tokens" + settings.SECRET_KEY.encode()).digest()
    return base64.urlsafe_b64encode(hmac.digest(key, said.encode(), "sha256")).decode().rstrip("=")

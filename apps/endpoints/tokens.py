"""Tokens that open one endpoint for a while. Nothing is stored: a token says what it is for, a keyed hash that we made it.

``call`` tokens are for programs, where an endpoint asks for tokens; ``test`` tokens are the studio's own, for its Test page, and
open an endpoint whatever it asks for.
"""

import base64
import hashlib
import hmac
import time
from uuid import UUID

from django.conf import settings

# What a gateway shows where it reaches a replica over the network, and not by a socket of the same machine.
DOOR_HEADER = "x-studio-door"
CALL, TEST = "eptoken", "eptest"
LIVES_S = 12 * 3600
REFRESH_AFTER_S = 6 * 3600
_SIGNATURE_LENGTH = 43


def make(kind: str, endpoint_id: UUID, expires_at: int) -> str:
    """Return a token for an endpoint, good until ``expires_at`` (seconds since 1970)."""
    said = f"{kind}_{endpoint_id.hex}_{expires_at}"
    return f"{said}_{_signature(said)}"


def kind_of(token: str, endpoint_id: str) -> str:
    """Return what kind of a token for this endpoint it is, ``CALL`` or ``TEST``; empty where it is none of ours, or over.

    Args: endpoint_id: its id as text.
    """
    said, signature = token[: -_SIGNATURE_LENGTH - 1], token[-_SIGNATURE_LENGTH:]
    if not token.isascii() or not hmac.compare_digest(_signature(said), signature):
        return ""
    if said.count("_") != 2:
        return ""
    kind, endpoint, expires_at = said.split("_")
    return kind if endpoint == endpoint_id.replace("-", "") and int(expires_at) > time.time() else ""


def door_token(replica_id: UUID) -> str:
    """Return what opens the way to one replica on another machine; its runner knows the hash."""
    return _signature(f"door_{replica_id.hex}")


def _signature(said: str) -> str:
    key = hashlib.sha256(b"endpoint tokens" + settings.SECRET_KEY.encode()).digest()
    return base64.urlsafe_b64encode(hmac.digest(key, said.encode(), "sha256")).decode().rstrip("=")

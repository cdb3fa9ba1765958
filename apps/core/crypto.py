"""Encryption of what must not be read in the database, and hashes of tokens."""

import hashlib
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.errors import PlatformError


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> bytes:
    """Return ``text`` encrypted with the newest key."""
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode())


def decrypt(data: bytes | memoryview) -> str:
    """Return what ``encrypt`` was given.

    Raises:
        PlatformError: none of the studio's keys fits; the key file was lost or replaced.
    """
    try:
        return _fernet(tuple(settings.ENCRYPTION_KEYS)).decrypt(bytes(data)).decode()
    except InvalidToken:
        raise PlatformError(
            _(
                "This value was encrypted with a key that the studio no longer has. Restore the key, or set the value again."
            )
        ) from None


def new_token(prefix: str) -> str:
    """Return a fresh secret of 256 bits for a person or machine to hold; ``prefix`` lets scanners recognise it."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """Return what is stored of a token. It has 256 random bits, so a plain hash cannot be searched through."""
    return hashlib.sha256(token.encode()).hexdigest()

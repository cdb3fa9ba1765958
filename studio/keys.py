"""The studio's own secrets: made at first start, kept in the home folder, never in the repository.

A deployment of several machines sets ``STUDIO_SECRET_KEY`` and ``STUDIO_ENCRYPTION_KEYS`` instead, the same on each.
"""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from studio.environment import Environment, ensure_private_dir


def secret_key(environment: Environment) -> str:
    """Return the key that signs sessions and links."""
    return environment.secret_key or _kept(environment.home / "secret_key", secrets.token_urlsafe(64))


def encryption_keys(environment: Environment) -> tuple[str, ...]:
    """Return the keys that encrypt stored secrets, newest first: the first encrypts, all decrypt."""
    return environment.encryption_keys or (_kept(environment.home / "encryption_key", Fernet.generate_key().decode()),)


def _kept(path: Path, fresh: str) -> str:
    """Return the file's text; where there is no file yet, make it with ``fresh``. Safe when several processes start at once."""
    ensure_private_dir(path.parent)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())  # a key that is lost with the power takes all sessions or secrets with it
        try:
            os.link(draft, path)  # fails where another process was first, so that all use one key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()

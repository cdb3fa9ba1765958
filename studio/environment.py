"""The one typed reader of the process environment.

Every setting a deployment can change is a ``STUDIO_…`` variable read here once, at start. A wrong value stops the process
with one sentence that names the variable, so that nothing half-configured ever serves a request.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PROJECT_DIR = Path(__file__).resolve().parent.parent

# A unix socket's path may have 107 characters on Linux; the longest socket name we use needs 24 of them.
LONGEST_RUNTIME_DIR = 80


class ConfigurationError(Exception):
    """A ``STUDIO_…`` variable has a value the studio cannot start with; the message says which and what to do."""


@dataclass(frozen=True)
class Environment:
    """What the environment says. Durations are in seconds, sizes in bytes."""

    home: Path
    port: int
    host: str
    url: str
    content_url: str
    database_url: str
    broker_url: str
    channel_url: str
    storage_url: str
    email_url: str
    email_from: str
    secret_key: str
    encryption_keys: tuple[str, ...]
    runner_grace_s: int
    trash_days: int
    allow_private_addresses: bool
    trusted_proxy: bool
    default_language: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_name: str

    @property
    def gateway_port(self) -> int:
        """The port of the gateway: one above the site's, unless the content address names another on this machine."""
        return self.port + 1

    @property
    def runtime_dir(self) -> Path:
        """Where sockets live: inside the home, or a short stand-in for it where the home's path is too long for sockets."""
        inside = self.home / "run"
        if len(str(inside)) <= LONGEST_RUNTIME_DIR:
            return inside
        digest = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"studio-{os.getuid()}-{digest}"

    @property
    def valkey_socket(self) -> Path:
        """Where the embedded broker listens."""
        return self.runtime_dir / "valkey.sock"

    @property
    def uses_embedded_broker(self) -> bool:
        """Whether broker or channel layer is the valkey that the launcher starts."""
        embedded = f"unix://{self.valkey_socket}"
        return self.broker_url.startswith(embedded) or self.channel_url.startswith(embedded)

    @property
    def hostname(self) -> str:
        """The host name of the site, without port."""
        return urlsplit(self.url).hostname or ""

    @property
    def content_hostname(self) -> str:
        """The host name user content is served from, without port; empty where only one name exists."""
        return urlsplit(self.content_url).hostname or ""

    @property
    def isolates_content(self) -> bool:
        """Whether user content has a host name of its own; cookies ignore ports, so a second port does not count."""
        return bool(self.content_hostname) and self.content_hostname != self.hostname

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers accept ``Secure`` and ``__Host-`` cookies here: over TLS, and on localhost names."""
        return urlsplit(self.url).scheme == "https" or is_localhost(self.hostname)

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "Environment":
        """Read and check all variables.

        Raises:
            ConfigurationError: a value cannot be used; its message is one sentence for the administrator.
        """
        reader = _Reader(variables)
        home = Path(reader.text("STUDIO_HOME", str(PROJECT_DIR / ".studio"))).expanduser().absolute()
        port = reader.integer("STUDIO_PORT", 8000, lowest=1, highest=65534)
        url = reader.address("STUDIO_URL", f"http://studio.localhost:{port}")
        content_url = reader.address("STUDIO_CONTENT_URL", f"http://content.studio.localhost:{port + 1}")
        draft = cls(
            home=home,
            port=port,
            host=reader.text("STUDIO_HOST", "127.0.0.1"),
            url=url,
            content_url=content_url,
            database_url=reader.text("STUDIO_DATABASE_URL", f"sqlite:///{home / 'studio.sqlite3'}"),
            broker_url=reader.text("STUDIO_BROKER_URL", ""),
            channel_url=reader.text("STUDIO_CHANNEL_URL", ""),
            storage_url=reader.text("STUDIO_STORAGE_URL", (home / "files").as_uri()),
            email_url=reader.text("STUDIO_EMAIL_URL", ""),
            email_from=reader.text("STUDIO_EMAIL_FROM", f"studio@{urlsplit(url).hostname}"),
            secret_key=reader.text("STUDIO_SECRET_KEY", ""),
            encryption_keys=tuple(key for key in reader.text("STUDIO_ENCRYPTION_KEYS", "").split(",") if key),
            runner_grace_s=reader.integer("STUDIO_RUNNER_GRACE_S", 86_400, lowest=1),
            trash_days=reader.integer("STUDIO_TRASH_DAYS", 14, lowest=1, highest=3650),
            allow_private_addresses=reader.boolean("STUDIO_ALLOW_PRIVATE_ADDRESSES", False),
            trusted_proxy=reader.boolean("STUDIO_TRUSTED_PROXY", False),
            default_language=reader.choice("STUDIO_LANGUAGE", "en", ("en", "es")),
            oidc_issuer=reader.text("STUDIO_OIDC_ISSUER", ""),
            oidc_client_id=reader.text("STUDIO_OIDC_CLIENT_ID", ""),
            oidc_client_secret=reader.text("STUDIO_OIDC_CLIENT_SECRET", ""),
            oidc_name=reader.text("STUDIO_OIDC_NAME", "single sign-on"),
        )
        embedded = f"unix://{draft.valkey_socket}"
        values = {
            **draft.__dict__,
            "broker_url": draft.broker_url or embedded,
            "channel_url": draft.channel_url or embedded,
        }
        if draft.oidc_issuer and not (draft.oidc_client_id and draft.oidc_client_secret):
            raise ConfigurationError(
                "STUDIO_OIDC_ISSUER is set, so STUDIO_OIDC_CLIENT_ID and STUDIO_OIDC_CLIENT_SECRET are needed too."
            )
        if draft.secret_key and len(draft.secret_key) < 32:
            raise ConfigurationError("STUDIO_SECRET_KEY has fewer than 32 characters; use a long random value.")
        return cls(**values)


def is_localhost(hostname: str) -> bool:
    """Whether a host name always means this machine, which browsers trust as they trust TLS."""
    return hostname in {"localhost", "127.0.0.1", "::1"} or hostname.endswith(".localhost")


def ensure_private_dir(path: Path) -> Path:
    """Create a folder only its owner may enter.

    Raises:
        ConfigurationError: the folder cannot be made, or it belongs to somebody else.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.stat()
    except OSError as error:
        raise ConfigurationError(
            f"The folder {path} cannot be used: {error.strerror}. Set STUDIO_HOME to another."
        ) from None
    if status.st_uid != os.getuid():
        raise ConfigurationError(f"The folder {path} belongs to another user. Set STUDIO_HOME to a folder of your own.")
    if stat.S_IMODE(status.st_mode) & 0o077:
        path.chmod(0o700)
    return path


class _Reader:
    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str) -> str:
        return self._variables.get(name, "").strip() or default

    def integer(self, name: str, default: int, *, lowest: int, highest: int = 2**31) -> int:
        raw = self.text(name, str(default))
        if not raw.isdecimal() or not lowest <= int(raw) <= highest:
            raise ConfigurationError(f"{name} is {raw!r}, but must be a whole number from {lowest} to {highest}.")
        return int(raw)

    def boolean(self, name: str, default: bool) -> bool:
        return self.choice(name, "true" if default else "false", ("true", "false")) == "true"

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        raw = self.text(name, default).lower()
        if raw not in choices:
            raise ConfigurationError(f"{name} is {raw!r}, but must be one of: {', '.join(choices)}.")
        return raw

    def address(self, name: str, default: str) -> str:
        raw = self.text(name, default).rstrip("/")
        parts = urlsplit(raw)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
            raise ConfigurationError(f"{name} is {raw!r}, but must be an address such as https://studio.example.com.")
        return raw

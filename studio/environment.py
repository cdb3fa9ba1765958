"""The one typed reader of the process environment.

Every setting a deployment can change is a ``STUDIO_…`` variable read here once, at start. A wrong value stops the process
with one sentence that names the variable, so that nothing half-configured ever serves a request.
"""

import base64
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

PROJECT_DIR = Path(__file__).resolve().parent.parent

# A unix socket's path may have 107 characters on Linux; the longest socket name we use needs 24 of them.
LONGEST_RUNTIME_DIR = 80
ENCRYPTION_KEY_BYTES = 32
USUAL_PORTS = {"http": 80, "https": 443}

# Identity providers at which anybody can make an account: to trust all of theirs would be open registration.
OPEN_ISSUERS = frozenset({"accounts.google.com", "appleid.apple.com", "gitlab.com"})

# What addresses of services may begin with, and an example of each kind for the sentence that refuses others.
POSTGRESQL = "postgresql://user:password@host/studio"
DATABASES = {"sqlite": "sqlite:////srv/studio/studio.sqlite3", "postgresql": POSTGRESQL, "postgres": POSTGRESQL}
BROKERS = {"redis": "redis://host:6379/0", "rediss": "rediss://host:6379/0", "unix": "unix:///run/valkey/valkey.sock"}
MAIL_SERVERS = dict.fromkeys(("smtp", "smtp+tls", "smtps"), "smtp+tls://user:password@mail.example.com:587")
ISSUERS = dict.fromkeys(("https", "http"), "https://accounts.example.com")


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
    log_limit_mb: int
    metrics_token: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_name: str
    oidc_domains: tuple[str, ...]

    @property
    def gateway_port(self) -> int:
        """The port of the gateway: one above the site's, unless the content address names another on this machine."""
        return self.port + 1

    @property
    def runtime_dir(self) -> Path:
        """Where sockets live: inside the home, or a stand-in where its path is too long for sockets or does not fit a URL."""
        inside = self.home / "run"
        if len(str(inside)) <= LONGEST_RUNTIME_DIR and str(inside) == quote(str(inside)):
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
            host=reader.pattern(
                "STUDIO_HOST", "127.0.0.1", r"[A-Za-z0-9.:-]+", "an address to listen on such as 0.0.0.0"
            ),
            url=url,
            content_url=content_url,
            database_url=reader.service(
                "STUDIO_DATABASE_URL", f"sqlite:///{quote(str(home / 'studio.sqlite3'))}", DATABASES
            ),
            broker_url=reader.service("STUDIO_BROKER_URL", "", BROKERS),
            channel_url=reader.service("STUDIO_CHANNEL_URL", "", BROKERS),
            storage_url=reader.text("STUDIO_STORAGE_URL", (home / "files").as_uri()),
            email_url=reader.service("STUDIO_EMAIL_URL", "", MAIL_SERVERS),
            email_from=reader.pattern(
                "STUDIO_EMAIL_FROM",
                f"studio@{urlsplit(url).hostname}",
                r"([^<>\r\n]*<)?[^@<>\s]+@[^@<>\s]+>?",
                "a mail address such as studio@example.com",
            ),
            secret_key=reader.text("STUDIO_SECRET_KEY", ""),
            encryption_keys=reader.keys("STUDIO_ENCRYPTION_KEYS"),
            runner_grace_s=reader.integer("STUDIO_RUNNER_GRACE_S", 86_400, lowest=1),
            metrics_token=reader.text("STUDIO_METRICS_TOKEN", ""),
            log_limit_mb=reader.integer("STUDIO_LOG_LIMIT_MB", 1024, lowest=1, highest=1_000_000),
            trash_days=reader.integer("STUDIO_TRASH_DAYS", 14, lowest=1, highest=3650),
            allow_private_addresses=reader.boolean("STUDIO_ALLOW_PRIVATE_ADDRESSES", False),
            trusted_proxy=reader.boolean("STUDIO_TRUSTED_PROXY", False),
            default_language=reader.choice("STUDIO_LANGUAGE", "en", ("en", "es")),
            oidc_issuer=reader.service("STUDIO_OIDC_ISSUER", "", ISSUERS).rstrip("/"),
            oidc_client_id=reader.text("STUDIO_OIDC_CLIENT_ID", ""),
            oidc_client_secret=reader.text("STUDIO_OIDC_CLIENT_SECRET", ""),
            oidc_name=reader.text("STUDIO_OIDC_NAME", "single sign-on"),
            oidc_domains=reader.domains("STUDIO_OIDC_DOMAINS"),
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
        if urlsplit(draft.oidc_issuer).hostname in OPEN_ISSUERS and not draft.oidc_domains:
            raise ConfigurationError(
                f"Anybody can have an account at {draft.oidc_issuer}, so STUDIO_OIDC_DOMAINS must say whose addresses may "
                "sign in, such as: example.com."
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

    def pattern(self, name: str, default: str, pattern: str, example: str) -> str:
        raw = self.text(name, default)
        if not re.fullmatch(pattern, raw):
            raise ConfigurationError(f"{name} is {raw!r}, but must be {example}.")
        return raw

    def integer(self, name: str, default: int, *, lowest: int, highest: int = 2**31) -> int:
        raw = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,10}", raw) or not lowest <= int(raw) <= highest:
            raise ConfigurationError(f"{name} is {raw!r}, but must be a whole number from {lowest} to {highest}.")
        return int(raw)

    def boolean(self, name: str, default: bool) -> bool:
        return self.choice(name, "true" if default else "false", ("true", "false")) == "true"

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        raw = self.text(name, default).lower()
        if raw not in choices:
            raise ConfigurationError(f"{name} is {raw!r}, but must be one of: {', '.join(choices)}.")
        return raw

    def domains(self, name: str) -> tuple[str, ...]:
        names = tuple(part.strip().lower() for part in self.text(name, "").split(",") if part.strip())
        for part in names:
            if not all(label.replace("-", "").isalnum() for label in part.split(".")):
                raise ConfigurationError(
                    f"{name} contains {part!r}, but must be names such as example.com, with commas."
                )
        return names

    def keys(self, name: str) -> tuple[str, ...]:
        keys = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())
        for position, key in enumerate(keys, start=1):
            try:
                usable = len(base64.urlsafe_b64decode(key)) == ENCRYPTION_KEY_BYTES
            except ValueError:
                usable = False
            if not usable:
                raise ConfigurationError(
                    f"{name}: key {position} is not {ENCRYPTION_KEY_BYTES} random bytes in url-safe base64, as Fernet makes them."
                )
        return keys

    def service(self, name: str, default: str, examples: Mapping[str, str]) -> str:
        """Read the address of a service. A refused one is not repeated, as it may hold a password."""
        raw = self.text(name, default)
        if not raw:
            return ""
        try:
            parts = urlsplit(raw)
            complete = parts.path not in {"", "/"} if parts.scheme in {"sqlite", "unix"} else parts.hostname
            usable = parts.scheme in examples and complete and (parts.port or True)
        except ValueError:
            usable = False
        if not usable:
            raise ConfigurationError(
                f"{name} must be an address such as {' or '.join(dict.fromkeys(examples.values()))}."
            )
        return raw

    def address(self, name: str, default: str) -> str:
        """Read an address of ours, in the form in which browsers write it in Host and Origin headers."""
        raw = self.text(name, default).rstrip("/")
        wrong = ConfigurationError(f"{name} is {raw!r}, but must be an address such as https://studio.example.com.")
        try:
            parts = urlsplit(raw)
            host = (parts.hostname or "").encode("idna").decode("ascii")
            port = parts.port
        except ValueError:  # also what idna raises
            raise wrong from None
        if (
            parts.scheme not in {"http", "https"}
            or parts.username is not None
            or parts.path
            or parts.query
            or parts.fragment
        ):
            raise wrong
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*", host):
            raise wrong
        host = f"[{host}]" if ":" in host else host
        return (
            f"{parts.scheme}://{host}"
            if port in {None, USUAL_PORTS[parts.scheme]}
            else f"{parts.scheme}://{host}:{port}"
        )

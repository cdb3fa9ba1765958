"""What this side keeps: a folder's ``config.json``, which names a workspace, and the tokens of ``studio login``."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mlstudio.errors import ConfigurationError, SignInError

CONFIG_NAME = "config.json"
CONFIG_FOLDERS = (".studio", ".azureml", "")
DEFAULT_URL = "http://studio.localhost:8000"


def clean_url(url: str) -> str:
    """Return a studio's address in the one form in which it is compared and kept: no path, no capitals.

    Raises:
        ConfigurationError: it is no ``http`` or ``https`` address.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ConfigurationError(f"{url!r} is not the address of a studio; one looks like https://studio.example.com")
    return f"{parts.scheme}://{parts.netloc.lower()}"


@dataclass(frozen=True)
class WorkspaceConfig:
    """What a ``config.json`` says. Azure's own file has no ``studio_url``."""

    workspace_name: str
    studio_url: str = ""
    subscription_id: str = ""
    resource_group: str = ""


def find_config(path: str | os.PathLike[str] | None = None, file_name: str = CONFIG_NAME) -> Path:
    """Return the config file for ``path``: a file itself, or a folder (default: the current one) from which to search.

    Each folder, and then its parents, is searched for ``.studio/``, ``.azureml/`` and the file itself, in this order.

    Raises:
        ConfigurationError: there is none.
    """
    start = Path(path) if path is not None else Path.cwd()
    if start.is_file():
        return start
    if not start.is_dir():
        raise ConfigurationError(f"There is no file or folder {start}.")
    start = start.resolve()
    for folder in [start, *start.parents]:
        for inner in CONFIG_FOLDERS:
            candidate = folder / inner / file_name
            if candidate.is_file():
                return candidate
    raise ConfigurationError(
        f"No {file_name} was found in {start}, its .azureml folder or its parents. "
        "Download it from the workspace's home page, or run: studio workspace use NAME"
    )


def read_config(path: Path) -> WorkspaceConfig:
    """Read one config file.

    Raises:
        ConfigurationError: it is not JSON, or names no workspace.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read as JSON: {error}.") from None
    known = content if isinstance(content, dict) else {}
    values = {name: known.get(name, "") for name in WorkspaceConfig.__dataclass_fields__}
    if not all(isinstance(value, str) for value in values.values()) or not values["workspace_name"]:
        raise ConfigurationError(f'{path} names no workspace; it needs "workspace_name".')
    return WorkspaceConfig(**values)


def write_config(config: WorkspaceConfig, folder: Path, file_name: str = CONFIG_NAME) -> Path:
    """Write ``.azureml/config.json`` in ``folder``, where scripts written for Azure look too. Returns its path."""
    target = folder / ".azureml" / file_name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(config.__dict__, indent=4) + "\n", encoding="utf-8")
    return target


@dataclass(frozen=True)
class Login:
    """A studio somebody signed in to. ``workspace`` is what commands use that name none."""

    url: str
    token: str
    username: str = ""
    workspace: str = ""


class LoginStore:
    """The logins of this account on this machine, in a file that only it can read.

    Args: path: the file; by default ``mlstudio/credentials.json`` in ``$XDG_CONFIG_HOME``, else in ``~/.config``.
    """

    def __init__(self, path: Path | None = None) -> None:
        base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
        self.path = path or Path(base).expanduser() / "mlstudio" / "credentials.json"

    def current(self) -> Login | None:
        """Return the latest login, None where there is none."""
        return self.find(str(self._read().get("current", "")))

    def find(self, url: str) -> Login | None:
        """Return the login for this address, None where there is none."""
        kept = self._read().get("logins", {}).get(url)
        return Login(url=url, **kept) if kept else None

    def save(self, login: Login) -> None:
        """Keep a login, in place of an earlier one for the same address, and make it the current one."""
        content = self._read()
        kept = {"token": login.token, "username": login.username, "workspace": login.workspace}
        self._write({"current": login.url, "logins": {**content.get("logins", {}), login.url: kept}})

    def remove(self, url: str) -> bool:
        """Forget a login. Returns whether there was one."""
        content = self._read()
        logins = dict(content.get("logins", {}))
        if logins.pop(url, None) is None:
            return False
        current = content.get("current")
        self._write({"current": current if current in logins else next(iter(logins), ""), "logins": logins})
        return True

    def urls(self) -> list[str]:
        """Return the addresses there are logins for."""
        return sorted(self._read().get("logins", {}))

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{self.path} cannot be read ({error}); remove it and sign in again.") from None
        return content if isinstance(content, dict) else {}

    def _write(self, content: dict[str, Any]) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # mkstemp makes the file for its owner alone, and the rename leaves no moment with half a file.
            descriptor, draft = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=2)
            os.replace(draft, self.path)
        except OSError as error:
            raise ConfigurationError(f"{self.path} cannot be written: {error.strerror}.") from None


def choose_server(url: str = "", *, configured: str = "", store: LoginStore | None = None) -> tuple[str, str]:
    """Decide which studio to call and with which token. Returns (address, token).

    Args: url: the address the caller named, if any. configured: what a ``config.json`` says, used where neither
        the caller nor ``STUDIO_URL`` names one.

    Raises:
        SignInError: there is no token for that studio.
    """
    store = store or LoginStore()
    chosen = url or os.environ.get("STUDIO_URL", "").strip()
    chosen = clean_url(chosen) if chosen else ""
    token = os.environ.get("STUDIO_TOKEN", "").strip()
    current = store.current()
    address = chosen or (clean_url(configured) if configured else current.url if current else "")
    if not address:
        raise SignInError("You are not signed in to a studio. Run: studio login --url ADDRESS")
    # A config.json comes with other people's code; it must not be able to send this token somewhere.
    if token and (chosen or (current and current.url == address)):
        return address, token
    login = store.find(address)
    if login:
        return address, login.token
    if token:
        raise SignInError(f"STUDIO_TOKEN is set, but not for which studio. To use it there: STUDIO_URL={address}")
    raise SignInError(f"You are not signed in to {address}. Run: studio login --url {address}")

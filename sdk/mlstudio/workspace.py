"""Workspaces, with the names and calls that scripts for Azure ML already use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlstudio.client import Client
from mlstudio.config import (
    CONFIG_NAME,
    LoginStore,
    WorkspaceConfig,
    choose_server,
    find_config,
    read_config,
    write_config,
)
from mlstudio.errors import ConfigurationError, RequestError


class Workspace:
    """One workspace as the studio describes it.

    Attributes: id, name, friendly_name, description, role (yours), created_at (ISO 8601): text. tags: text by text.
        subscription_id, resource_group: what the config file said; the studio gives them no meaning.
    """

    def __init__(
        self, client: Client, data: dict[str, Any], subscription_id: str = "", resource_group: str = ""
    ) -> None:
        self.client = client
        self.subscription_id = subscription_id
        self.resource_group = resource_group
        self.id = str(data["id"])
        self.name = str(data["name"])
        self.friendly_name = str(data.get("friendly_name") or "")
        self.description = str(data.get("description") or "")
        self.tags: dict[str, str] = dict(data.get("tags") or {})
        self.role = str(data.get("role") or "")
        self.created_at = str(data.get("created_at") or "")
        self._data = data

    @classmethod
    def from_config(cls, path: str | None = None, *, file_name: str = CONFIG_NAME) -> Workspace:
        """Open the workspace that the ``config.json`` of this folder, or of one above it, names.

        Args: path: the file, or the folder to search from. The address comes from ``STUDIO_URL``, the file's
            ``studio_url`` or the latest ``studio login``; the token from ``STUDIO_TOKEN`` or that login.

        Raises:
            StudioError: no such file, no login, no such workspace, or no answer.
        """
        config = read_config(find_config(path, file_name))
        client = Client(*choose_server(configured=config.studio_url))
        data = client.get(_address(config.workspace_name))
        return cls(client, data, config.subscription_id, config.resource_group)

    @classmethod
    def get(cls, name: str = "", *, client: Client | None = None) -> Workspace:
        """Open a workspace by name; without one, that of ``studio workspace use``."""
        client = client or Client(*choose_server())
        if not name:
            login = LoginStore().find(client.url)
            name = login.workspace if login else ""
        if not name:
            raise ConfigurationError("Name a workspace, or choose one with: studio workspace use NAME")
        return cls(client, client.get(_address(name)))

    @classmethod
    def list(cls, *, client: Client | None = None) -> Iterator[Workspace]:
        """Yield the workspaces you are a member of."""
        client = client or Client(*choose_server())
        for data in client.pages("workspaces/"):
            yield cls(client, data)

    @classmethod
    def create(
        cls, name: str, *, friendly_name: str = "", description: str = "", tags: dict[str, str] | None = None,
        exist_ok: bool = False, client: Client | None = None,
    ) -> Workspace:  # fmt: skip
        """Make a workspace, of which you become an owner.

        Args: name: 2 to 32 letters, digits, ``-`` and ``_``. exist_ok: return your workspace of that name, if any.
        """
        client = client or Client(*choose_server())
        body = {"name": name, "friendly_name": friendly_name, "description": description, "tags": tags or {}}
        try:
            return cls(client, client.post("workspaces/", body))
        except RequestError as error:
            if exist_ok and "name" in error.errors:
                return cls.get(name, client=client)
            raise

    def write_config(self, path: str | None = None, file_name: str = CONFIG_NAME) -> Path:
        """Write ``.azureml/config.json`` into a folder (default: the current one). Returns its path."""
        config = WorkspaceConfig(self.name, self.client.url, self.subscription_id, self.resource_group)
        return write_config(config, Path(path) if path else Path.cwd(), file_name)

    def get_details(self) -> dict[str, Any]:
        """Return everything the studio says about it."""
        return dict(self._data)

    def __repr__(self) -> str:
        return f"Workspace(name={self.name!r}, studio={self.client.url!r})"


def _address(name: str) -> str:
    return f"workspaces/{quote(name, safe='')}/"

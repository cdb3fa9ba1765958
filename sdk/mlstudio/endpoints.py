"""Real-time endpoints from Python: make, deploy, call and delete them.

from mlstudio import Workspace, endpoints

workspace = Workspace.from_config()
endpoints.create_endpoint(workspace, "endpoint.yml")
endpoints.create_deployment(workspace, "blue.yml", all_traffic=True)
print(endpoints.invoke(workspace, "iris", '{"data": [[5.1, 3.5, 1.4, 0.2]]}')["body"])
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlstudio.errors import ConfigurationError, StudioError
from mlstudio.models import Model
from mlstudio.packing import pack
from mlstudio.transfers import address_in
from mlstudio.workspace import Workspace

LOOK_S = 2.0


def create_endpoint(workspace: Workspace, file: str | Path | None = None, **fields: Any) -> dict[str, Any]:
    """Make an endpoint, of an endpoint file as Azure ML v2 writes it; fields (``name``, ``auth_mode`` …) go first."""
    body = {name: value for name, value in fields.items() if value}
    if file is not None:
        body["file"] = _text_of(Path(file))
    return dict(workspace.client.post(address_in(workspace, "endpoints/"), body))


def create_deployment(
    workspace: Workspace, file: str | Path, *, endpoint: str = "", all_traffic: bool = False, update: bool = False
) -> dict[str, Any]:
    """Add a deployment, of a deployment file as Azure ML v2 writes it, with the code, conda file and model that it names.

    Args: endpoint: in place of the one that the file names. update: roll it out in place of the one of this name.

    Raises:
        StudioError: a file is not there, or the studio refuses it; the message names the line.
    """
    path = Path(file)
    text = _text_of(path)
    client = workspace.client
    needs = client.post(address_in(workspace, "endpoints/-/deployment-file/"), {"file": text})
    name = endpoint or needs["endpoint_name"]
    if not name:
        raise ConfigurationError("The file names no endpoint_name; say which with --endpoint-name.")
    fields = {"file": text, "files": "{}", "all_traffic": "true" if all_traffic else "null"}
    if needs["conda_file"]:
        fields["files"] = json.dumps({needs["conda_file"]: _text_of(path.parent / needs["conda_file"])})
    if needs["model"]:
        kind = needs["model_type"] or None
        model = Model.register(workspace, path.parent / needs["model"], f"{name}-{needs['name']}", type=kind)
        fields["model"] = f"{model.name}:{model.version}"
    base = address_in(workspace, f"endpoints/{name}/deployments/")
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        if needs["code"]:
            files["code"] = Path(folder, "code.zip")
            pack(files["code"], path.parent / needs["code"])
        address = f"{base}{needs['name']}/revisions/" if update else base
        return dict(client.post_form(address, fields, files))


def wait_for_deployment(workspace: Workspace, endpoint: str, name: str, timeout_s: float = 1800.0) -> dict[str, Any]:
    """Wait until a deployment serves, or has failed; returns it.

    Raises:
        StudioError: it has failed, or takes longer; the message says why.
    """
    ends_at = time.monotonic() + timeout_s
    while True:
        found = deployment_of(workspace, endpoint, name)
        if found["candidate"] is None and found["state"] == "Healthy":
            return found
        if found["candidate"] is None and found["state"] == "Failed":
            raise StudioError(f"{name} could not be started: {found['reason']}")
        if time.monotonic() > ends_at:
            raise StudioError(f"{name} is not ready yet: {found['reason']}")
        time.sleep(LOOK_S)


def endpoint_of(workspace: Workspace, name: str) -> dict[str, Any]:
    """Return an endpoint."""
    return dict(workspace.client.get(address_in(workspace, f"endpoints/{name}/")))


def deployment_of(workspace: Workspace, endpoint: str, name: str) -> dict[str, Any]:
    """Return a deployment."""
    return dict(workspace.client.get(address_in(workspace, f"endpoints/{endpoint}/deployments/{name}/")))


def set_traffic(workspace: Workspace, name: str, traffic: Mapping[str, int]) -> dict[str, Any]:
    """Say which percent of the requests each deployment receives."""
    address = address_in(workspace, f"endpoints/{name}/traffic/")
    return dict(workspace.client.call("PUT", address, {"traffic": dict(traffic)}))


def invoke(workspace: Workspace, name: str, body: str, *, deployment: str = "") -> dict[str, Any]:
    """Send one request through the studio, to try an endpoint: ``{"status", "body", "took_ms" …}``. Programs call its address."""
    address = address_in(workspace, f"endpoints/{name}/invoke/")
    return dict(workspace.client.post(address, {"body": body, "deployment": deployment}))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from None

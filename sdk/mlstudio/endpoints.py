"""Real-time endpoints from Python: make, deploy, call and delete them.

from mlstudio import Workspace, endpoints

workspace = Workspace.from_config()
endpoints.create_endpoint(workspace, "endpoint.yml")
endpoints.create_deployment(workspace, "blue.yml", all_traffic=True)
endpoints.wait_for_deployment(workspace, "iris", "blue")
print(endpoints.invoke(workspace, "iris", '{"data": [[5.1, 3.5, 1.4, 0.2]]}')["body"].decode())
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlstudio.client import Client
from mlstudio.errors import ConfigurationError, StudioError
from mlstudio.models import Model
from mlstudio.packing import pack
from mlstudio.transfers import address_in
from mlstudio.workspace import Workspace

LOOK_S = 2.0


def create_endpoint(
    workspace: Workspace, file: str | Path | None = None, *, settings: Sequence[str] = (), **fields: Any
) -> dict[str, Any]:
    """Make an endpoint, of an endpoint file as Azure ML v2 writes it; fields (``name``, ``auth_mode`` …) go first.

    Args: settings: changes of what the file says, such as ``tags.team=flowers``.
    """
    body: dict[str, Any] = {name: value for name, value in fields.items() if value}
    if file is not None:
        body |= {"file": _text_of(Path(file)), "set": list(settings)}
    return dict(workspace.client.post(address_in(workspace, "endpoints/"), body))


def create_deployment(
    workspace: Workspace,
    file: str | Path,
    *,
    endpoint: str = "",
    name: str = "",
    settings: Sequence[str] = (),
    all_traffic: bool = False,
    update: bool = False,
) -> dict[str, Any]:
    """Add a deployment, of a deployment file as Azure ML v2 writes it, with the code, conda file and model that it names.

    Args: endpoint, name: in place of those in the file. settings: changes of what it says, such as ``instance_count=2``.
        update: roll it out in place of the deployment of this name.

    Raises:
        StudioError: a file is not there, or the studio refuses it; the message names the line.
    """
    path = Path(file)
    text = _text_of(path)
    client = workspace.client
    changes = [*settings, *([f"name={name}"] if name else [])]
    told = {"file": text, "set": changes}
    needs = client.post(address_in(workspace, "endpoints/-/deployment-file/"), told)
    place = endpoint or needs["endpoint_name"]
    if not place:
        raise ConfigurationError("The file names no endpoint_name; say which with --endpoint-name.")
    fields = {"file": text, "set": json.dumps(changes), "files": "{}", "all_traffic": "true" if all_traffic else "null"}
    if needs["conda_file"]:
        fields["files"] = json.dumps({needs["conda_file"]: _text_of(path.parent / needs["conda_file"])})
    if needs["model"]:
        kind = needs["model_type"] or None
        model = Model.register(workspace, path.parent / needs["model"], f"{place}-{needs['name']}", type=kind)
        fields["model"] = f"{model.name}:{model.version}"
    base = address_in(workspace, f"endpoints/{place}/deployments/")
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        if needs["code"]:
            files["code"] = Path(folder, "code.zip")
            pack(files["code"], path.parent / needs["code"])
        address = f"{base}{needs['name']}/revisions/" if update else base
        return dict(client.post_form(address, fields, files))


def name_in(workspace: Workspace, file: str | Path) -> str:
    """Return the name that an endpoint or deployment file gives; empty where it gives none."""
    address = address_in(workspace, "endpoints/-/deployment-file/")
    return str(workspace.client.post(address, {"file": _text_of(Path(file))})["name"])


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


def set_traffic(
    workspace: Workspace, name: str, traffic: Mapping[str, int] | None = None, mirror: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Say which percent of the requests each deployment receives, and of how many one gets a copy; None leaves it."""
    said = {"traffic": traffic, "mirror": mirror}
    body = {field: dict(shares) for field, shares in said.items() if shares is not None}
    return dict(workspace.client.call("PUT", address_in(workspace, f"endpoints/{name}/traffic/"), body))


def update_endpoint(
    workspace: Workspace, name: str, file: str | Path | None = None, *, settings: Sequence[str] = (), **fields: Any
) -> dict[str, Any]:
    """Change an endpoint: by an endpoint file, its traffic included, or by fields (``description``, ``auth_mode`` …)."""
    body: dict[str, Any] = {field: value for field, value in fields.items() if value is not None}
    if file is not None:
        body |= {"file": _text_of(Path(file)), "set": list(settings)}
    return dict(workspace.client.patch(address_in(workspace, f"endpoints/{name}/"), body))


def update_deployment(workspace: Workspace, endpoint: str, name: str, **fields: Any) -> dict[str, Any]:
    """Change what needs no new servers: ``instance_count``, ``scaling``, ``collection``."""
    return dict(workspace.client.patch(address_in(workspace, f"endpoints/{endpoint}/deployments/{name}/"), fields))


def roll_back(workspace: Workspace, endpoint: str, name: str, revision: int) -> dict[str, Any]:
    """Roll out once more what an earlier revision of a deployment was."""
    address = address_in(workspace, f"endpoints/{endpoint}/deployments/{name}/roll-back/")
    return dict(workspace.client.post(address, {"number": revision}))


def keys_of(workspace: Workspace, name: str) -> dict[str, str]:
    """Return ``primary_key`` and ``secondary_key`` of an endpoint."""
    return dict(workspace.client.get(address_in(workspace, f"endpoints/{name}/keys/")))


def regenerate_key(workspace: Workspace, name: str, which: str = "primary") -> dict[str, str]:
    """Replace one of the keys, ``primary`` or ``secondary``; the old one opens nothing any more. Returns both."""
    return dict(workspace.client.post(address_in(workspace, f"endpoints/{name}/keys/"), {"key_type": which}))


def invoke(
    workspace: Workspace,
    name: str,
    body: str | bytes,
    *,
    deployment: str = "",
    content_type: str = "application/json",
    timeout_s: float = 300.0,
) -> dict[str, Any]:
    """Try an endpoint with one request: ``{"status", "body", "took_ms", "deployment", "request_id", "content_type"}``, the body
    as bytes. It is sent with a pass for those who may read endpoints; programs call the endpoint's address with its key."""
    told = workspace.client.post(address_in(workspace, f"endpoints/{name}/pass/"))
    client = Client(workspace.client.url, told["token"], timeout_s=timeout_s, retries=0)
    headers = {"Content-Type": content_type, **({"azureml-model-deployment": deployment} if deployment else {})}
    data = body.encode() if isinstance(body, str) else body
    try:
        began = time.perf_counter()
        status, received, answer = client.ask("POST", f"{told['path']}score", data, headers)
        took_ms = round((time.perf_counter() - began) * 1000, 1)
    finally:
        client.close()
    return {
        "status": status,
        "body": answer,
        "took_ms": took_ms,
        "deployment": received.get("azureml-model-deployment") or "",
        "request_id": received.get("x-request-id") or "",
        "content_type": received.get("Content-Type") or "",
    }


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from None

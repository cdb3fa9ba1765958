"""A script behind an endpoint of a real studio, and what its processes are."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.launcher.studio import PROJECT, Studio
from tests.launcher.waiting import until
from tests.samples.studio import rows

READY_S = 300.0
DEPLOY = """
import io, zipfile
from apps.accounts.models import User
from apps.endpoints import services
from apps.endpoints.errors import EndpointUnknown
from apps.experiments.services import store_snapshot
from apps.workspaces.models import Workspace
given = {given!r}
admin, workspace = User.objects.get(username="admin"), Workspace.objects.get(name="sample")
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as archive:
    for name, content in given["files"].items():
        archive.writestr(name, content)
packed.seek(0)
settings = services.Settings(
    snapshot=store_snapshot(workspace, packed), entry_script="score.py", environment=given["environment"],
    request_settings=given["request_settings"],
)
try:
    endpoint = services.find_endpoint(workspace, given["endpoint"])
except EndpointUnknown:
    endpoint = services.create_endpoint(actor=admin, workspace=workspace, name=given["endpoint"])
deployment = services.find_deployment(endpoint, "blue")
if deployment is None:
    services.create_deployment(
        actor=admin, endpoint=endpoint, name="blue", settings=settings, instance_count=given["count"],
        scaling=given["scaling"], collection=given["collection"],
    )
else:
    services.update_deployment(actor=admin, deployment=deployment, settings=settings)
print("KEY", services.keys_of(actor=admin, endpoint=endpoint).primary)
"""


def deploy(
    studio: Studio,
    files: Mapping[str, str | bytes],
    *,
    endpoint: str = "echo",
    environment: Any = "minimal",
    count: int = 1,
    request_settings: dict[str, int] | None = None,
    scaling: dict[str, int] | None = None,
    collection: dict[str, Any] | None = None,
) -> str:
    """Deploy a script, the first time, or roll it out in place of the one before; returns the endpoint's key."""
    given = {
        "files": dict(files),
        "endpoint": endpoint,
        "environment": environment,
        "count": count,
        "request_settings": request_settings or {"timeout_ms": 30_000, "max_queue_wait_ms": 20_000},
        "scaling": scaling or {},
        "collection": collection or {},
    }
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", DEPLOY.replace("{given!r}", repr(given))]
    done = subprocess.run(command, cwd=PROJECT, env=studio.variables, capture_output=True, text=True, timeout=120)
    keys = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("KEY")]
    assert keys, done.stderr
    return keys[0]


def address_of(studio: Studio, endpoint: str = "echo") -> str:
    """Return where requests go, at the gateway."""
    return f"http://127.0.0.1:{studio.port + 1}/api/v1/endpoints/sample/{endpoint}/score"


def standing(studio: Studio, endpoint: str = "echo") -> tuple[str, int] | None:
    """Return the state of the deployment, and the number of the revision that serves; None for none yet."""
    query = """
        SELECT deployment.state, revision.number FROM endpoints_deployment AS deployment
        JOIN endpoints_revision AS revision ON revision.id = deployment.revision_id
        JOIN endpoints_endpoint AS endpoint ON endpoint.id = deployment.endpoint_id WHERE endpoint.name = ?
    """
    found = rows(studio, query, endpoint)
    return (found[0][0], found[0][1]) if found else None


def wait_for(studio: Studio, number: int, endpoint: str = "echo") -> None:
    """Wait until a revision serves."""
    until(lambda: standing(studio, endpoint) == ("Healthy", number), READY_S, f"revision {number} to serve")


def servers_of(studio: Studio) -> list[int]:
    """Return the processes that serve in the sandboxes of this studio."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes().split(b"\0")
            if command[1:3] == [b"-m", b"mlstudio.serving"] and str(studio.home) in (place / "mountinfo").read_text():
                found.append(int(place.name))
        except OSError:
            continue
    return found

"""What the pipeline engine takes: a graph that is all reused, a chain of trivial steps, and steps of wide graphs.

The first two in a real ``manage.py up`` through the API, as somebody would submit them. The wide graphs in this process, where
a stand-in carries the steps out, so that what is measured is the engine alone: from the end of a step until those that it let
begin have begun. Fails where a target is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.launcher.studio import PROJECT, Studio
from tests.launcher.waiting import until

REUSED_TARGET_S = 1.0
CHAIN_TARGET_MS = 150.0
# Time per step of a wide graph may be so much more than of one that is a tenth as wide.
FLAT_TARGET = 1.5
ENDS_WITHIN_S = 600.0
# A run has at most 200 inputs.
JOINED = 100


def main() -> int:
    """Measure and print. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=50, help="of the chain")
    parser.add_argument("--width", type=int, default=1000, help="of the wide graph")
    options = parser.parse_args()
    is_flat = _wide(options.width)
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder:
        studio = Studio(Path(folder) / "home")
        try:
            studio.start()
            return int(not (_chain(studio, options.steps) and is_flat))
        finally:
            studio.clean_up()


def _chain(studio: Studio, count: int) -> bool:
    """Run a chain of trivial steps, and then once more, when all of it is reused."""
    token = _token(studio)
    first_s, first = _submitted(studio, token, count)
    again_s, again = _submitted(studio, token, count)
    per_step_ms = first_s / count * 1000
    print(f"chain of {count} steps            {per_step_ms:8.0f} ms a step   target {CHAIN_TARGET_MS:.0f} ms")
    print(f"the same, all reused          {again_s:8.2f} s           target {REUSED_TARGET_S:.0f} s")
    assert first["status"] == again["status"] == "Completed", (first["status_reason"], again["status_reason"])
    return per_step_ms <= CHAIN_TARGET_MS and again_s <= REUSED_TARGET_S


def _submitted(studio: Studio, token: str, count: int) -> tuple[float, dict[str, Any]]:
    """Submit a chain; return the seconds until it had ended, and the run."""
    started = time.monotonic()
    run = _call(studio, token, "jobs/", {"job": _job(count)})

    def ended() -> dict[str, Any] | None:
        now = _call(studio, token, f"runs/{run['id']}/")
        return now if now["is_over"] else None

    return _until_s(ended, started)


def _until_s(ended: Any, started: float) -> tuple[float, dict[str, Any]]:
    found = until(ended, ENDS_WITHIN_S, "the pipeline to end")
    return time.monotonic() - started, found


def _job(count: int) -> str:
    """Return a pipeline's YAML whose steps each append a line to what they read."""
    jobs: dict[str, Any] = {}
    for number in range(count):
        command = "echo done > ${{outputs.out}}/lines.txt"
        jobs[f"step{number}"] = {"type": "command", "command": command, "outputs": {"out": {"type": "uri_folder"}}}
        if number:
            jobs[f"step{number}"]["inputs"] = {"data": f"${{{{parent.jobs.step{number - 1}.outputs.out}}}}"}
            jobs[f"step{number}"]["command"] = f"cat ${{{{inputs.data}}}}/lines.txt > /dev/null; {command}"
    return json.dumps({"type": "pipeline", "display_name": "chain", "jobs": jobs})


def _wide(width: int) -> bool:
    """Measure the engine alone on graphs of different widths."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests import services

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with services.redis(settings.STUDIO.valkey_socket):
        _step_ms(10)  # what is loaded and compiled the first time
        narrow_ms, wide_ms = _step_ms(width // 10), _step_ms(width)
    print(f"{width // 10:5} steps wide, engine         {narrow_ms:8.1f} ms a step")
    print(f"{width:5} steps wide, engine         {wide_ms:8.1f} ms a step   target {FLAT_TARGET} times as much at most")
    return wide_ms <= FLAT_TARGET * narrow_ms


def _step_ms(width: int) -> float:
    """Return what the engine takes for a step of a graph with so many in parallel: to start it, and when it has ended."""
    from django.db import connection

    from apps.core.models import PendingTask
    from apps.experiments.models import Run
    from apps.experiments.services import store_file
    from apps.experiments.services.reactions import finish
    from apps.experiments.states import RunStatus
    from apps.pipelines import services
    from apps.workspaces.roles import Role
    from tests.pipelines.working import fan
    from tests.workspaces.factories import WorkspaceFactory, member

    workspace = WorkspaceFactory.create()
    actor = member(workspace, Role.DATA_SCIENTIST)
    run = services.submit_pipeline(actor=actor, workspace=workspace, graph=fan(width, joined=JOINED))
    spent = 0.0
    while not Run.objects.get(pk=run.pk).is_over:
        # Tasks are not waited for: what a worker would do is done here, and counted.
        PendingTask.objects.all().delete()
        started = time.perf_counter()
        services.advance(run.pk)
        spent += time.perf_counter() - started
        active = Run.objects.filter(parent=run, status=RunStatus.QUEUED).select_related("workspace", "submitted_by")
        for step in list(active[:200]):
            store_file(run=step, path="outputs/out/data.txt", contents=[step.name.encode()])
            Run.objects.filter(pk=step.pk).update(order=None)
            step.refresh_from_db()
            started = time.perf_counter()
            finish(step, RunStatus.COMPLETED)
            spent += time.perf_counter() - started
    connection.close()
    return spent / (width + 2) * 1000


def _token(studio: Studio) -> str:
    command = [sys.executable, "manage.py", "create_token", "admin"]
    done = subprocess.run(
        command, cwd=PROJECT, env=studio.variables, capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.strip()


def _call(studio: Studio, token: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    url = f"http://127.0.0.1:{studio.port}/api/v1/workspaces/sample/{path}"
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urlopen(Request(url, data, headers), timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


if __name__ == "__main__":
    sys.exit(main())

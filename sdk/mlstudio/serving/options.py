"""What the server is told: by its arguments, else by the variables that the reference server reads."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Options:
    """How to serve. ``sample``: a request that must be scored before anything is; ``check``: one, and that is all."""

    socket: Path | None
    port: int | None
    status: Path | None
    entry_script: Path | None
    app_root: Path
    model: Path | None
    name: str
    version: str
    timeout_s: float
    max_concurrent: int
    max_queue: int
    queue_wait_s: float
    max_body: int
    sample: Path | None
    check: Path | None


def parse(arguments: Sequence[str]) -> Options:
    """Read the arguments; wrong ones end the program with a sentence."""
    parser = argparse.ArgumentParser(
        prog="python -m mlstudio.serving", description="Serve an entry script or an MLflow model over HTTP."
    )
    script, root = os.environ.get("AZUREML_ENTRY_SCRIPT"), os.environ.get("AML_APP_ROOT")
    timeout_ms = os.environ.get("SCORING_TIMEOUT_MS")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--socket", type=Path, help="listen on this unix socket")
    where.add_argument("--port", type=int, help="listen on this port of the loopback instead")
    where.add_argument("--check", type=Path, metavar="SAMPLE", help="score the request in this file, print it, and end")
    parser.add_argument("--status", type=Path, help="file that says how far the server is")
    parser.add_argument("--entry-script", type=Path, default=Path(script) if script else None)
    parser.add_argument("--app-root", type=Path, default=Path(root) if root else Path.cwd())
    parser.add_argument("--model", type=Path, help="folder of an MLflow model, served without a script")
    parser.add_argument("--name", default=os.environ.get("SERVICE_NAME") or "model", help="what clients call the model")
    parser.add_argument("--version", default=os.environ.get("SERVICE_VERSION") or "1")
    parser.add_argument("--timeout-ms", type=int, default=int(timeout_ms) if timeout_ms else HOUR_MS)
    parser.add_argument("--max-concurrent", type=int, default=1, help="requests that are scored at once")
    parser.add_argument("--max-queue", type=int, default=100, help="requests that wait beyond those")
    parser.add_argument("--queue-wait-ms", type=int, default=60_000, help="how long one waits for its turn")
    parser.add_argument("--max-body-mb", type=int, default=100)
    parser.add_argument("--sample", type=Path, help="request that must be scored before the server is ready")
    told = parser.parse_args(arguments)
    if (told.entry_script is None) == (told.model is None):
        parser.error("one of --entry-script and --model is needed")
    if told.socket is None and told.port is None and told.check is None:
        parser.error("one of --socket, --port and --check is needed")
    return Options(
        socket=told.socket,
        port=told.port,
        status=told.status,
        entry_script=told.entry_script,
        app_root=told.app_root,
        model=told.model,
        name=told.name,
        version=told.version,
        timeout_s=max(told.timeout_ms, 1) / 1000,
        max_concurrent=max(told.max_concurrent, 1),
        max_queue=max(told.max_queue, 0),
        queue_wait_s=max(told.queue_wait_ms, 1) / 1000,
        max_body=max(told.max_body_mb, 1) << 20,
        sample=told.sample,
        check=told.check,
    )

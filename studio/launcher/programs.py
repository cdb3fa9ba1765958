"""The studio's processes: what each one runs, and how the launcher knows that it is ready.

The functions that run in a child import what they need themselves: most of it must not be imported by the launcher.
"""

import importlib
import json
import os
import signal
import socket
import sys
import warnings
from functools import partial
from typing import Any

from studio.environment import Environment
from studio.launcher import broker
from studio.launcher.child import Announce, Program, die_with, exec_program
from studio.launcher.probe import broker_probe, http_probe

WEB = "studio.asgi.web:application"
GATEWAY = "studio.asgi.gateway:application"
GRACE_S = 2
# Pages only ever send a few words; Jupyter sends whole cell outputs back and forth.
LONGEST_WEB_MESSAGE = 1 << 20
LONGEST_GATEWAY_MESSAGE = 64 << 20
BROKER_CHATTER = (
    *("oO0OoO0OoO0Oo", "version=", "Configuration loaded", "Server initialized", "WARNING Memory overcommit"),
    *("Received SIGTERM", "User requested shutdown", "ready to exit"),
)
WORKER_PROCESSES = 2
PAGES = ("studio.urls", "uvicorn.main")
TASKS = ("celery.apps.beat", "celery.apps.worker", "celery.bin.celery", "kombu.transport.redis", "studio.celery")


def share_pages() -> None:
    """Import here what pages are made of, so that the children forked from now on have it in common."""
    _share(PAGES)


def share_tasks() -> None:
    """Import here what worker and beat are made of."""
    os.environ["CELERY_SKIP_CHECKS"] = "1"  # Django's checks of the code, half a second; they are for its developers
    _share(TASKS)
    sys.modules["studio.celery"].app.loader.import_default_modules()


def _share(modules: tuple[str, ...]) -> None:
    for module in modules:
        importlib.import_module(module)


def valkey(environment: Environment) -> Program:
    """Return the embedded broker."""
    command = broker.command(environment)
    return Program(
        name="valkey",
        title=" ".join(command),
        run=lambda _: exec_program(command, {"PATH": os.environ.get("PATH", "")}),
        probe=broker_probe(str(environment.valkey_socket)),
        death_signal=signal.SIGTERM,  # it writes what it has and ends within milliseconds
        hides=BROKER_CHATTER,
    )


def web(environment: Environment, listener: socket.socket) -> Program:
    """Return the process of the pages, the API and the websockets."""
    return _server("web", WEB, environment, environment.port, listener, LONGEST_WEB_MESSAGE)


def gateway(environment: Environment, listener: socket.socket) -> Program:
    """Return the process that serves user content, scoring and notebooks."""
    return _server("gateway", GATEWAY, environment, environment.gateway_port, listener, LONGEST_GATEWAY_MESSAGE)


def worker() -> Program:
    """Return the process that carries out short control tasks."""
    command = ["-A", "studio.celery", "worker", "-c", str(WORKER_PROCESSES), "-l", "WARNING", "--without-mingle"]
    command += ["--without-gossip", "--without-heartbeat"]
    title = f"celery {' '.join(command)}"
    return Program("worker", title, partial(_run_worker, command), announces=True, hides=("Warm shutdown",))


def beat() -> Program:
    """Return the process that enqueues the reconcilers when they are due."""
    command = ["-A", "studio.celery", "beat", "-l", "WARNING"]
    return Program("beat", f"celery {' '.join(command)}", lambda _: _celery(command))


def prepare(environment: Environment) -> Program:
    """Return the short-lived process that brings the database up to date; it announces what the launcher must know."""
    return Program("prepare", "studio prepare", partial(_run_prepare, environment))


def _server(
    name: str, application: str, environment: Environment, port: int, listener: socket.socket, longest_message: int
) -> Program:
    options: dict[str, Any] = {
        "access_log": False,
        "log_config": None,  # the settings' logging is in force already
        "log_level": "warning",
        "server_header": False,
        # Who asks, and over what, is believed from a proxy only where the administrator said that there is one.
        "proxy_headers": environment.trusted_proxy,
        "forwarded_allow_ips": "*" if environment.trusted_proxy else None,
        "timeout_graceful_shutdown": GRACE_S,
        "ws_max_size": longest_message,
    }
    return Program(
        name=name,
        title=f"uvicorn {application} --host {environment.host} --port {port}",
        run=lambda _: _serve(application, listener, options),
        probe=http_probe(environment.host, port),
        inherits=(listener.fileno(),),
    )


def _serve(application: str, listener: socket.socket, options: dict[str, Any]) -> None:
    import uvicorn

    uvicorn.Server(uvicorn.Config(application, **options)).run(sockets=[listener])


def _run_worker(command: list[str], announce: Announce) -> None:
    from celery.signals import worker_process_init, worker_ready

    main_process = os.getpid()

    def die_with_worker(**_: Any) -> None:
        die_with(main_process, signal.SIGKILL)  # a pool whose worker was killed would wait for tasks for ever

    def tell_launcher(**_: Any) -> None:
        announce(b"ready")

    worker_process_init.connect(die_with_worker, weak=False)
    worker_ready.connect(tell_launcher, weak=False)
    _celery(command)


def _celery(arguments: list[str]) -> None:
    from celery.bin.celery import celery

    # Advice for whoever writes tasks, not for whoever runs the studio: ours are JSON, and may run twice.
    for start in ("You're running the worker with superuser privileges", r"\s*In Celery 5.1 we introduced"):
        warnings.filterwarnings("ignore", message=start)
    celery(["-q", *arguments], prog_name="celery")


def _run_prepare(environment: Environment, announce: Announce) -> None:
    from studio.launcher.prepare import prepare_database, write_local_token

    prepared = prepare_database()
    write_local_token(environment)
    announce(json.dumps(prepared).encode())

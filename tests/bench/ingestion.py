"""How much the studio takes in, next to a bare ASGI endpoint that writes the same rows: MLflow's log-batch and log-metric.

A real ``web`` process on an empty SQLite database, and a second one with nothing but the endpoint, one after the other; eight
client processes send to each. Prints points and requests a second, the slowest one in a hundred, and what the studio reaches
of the bare endpoint. Fails where that is less than ``LEAST_SHARE``. ``--seconds`` says how long each measurement takes.
"""

import argparse
import asyncio
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests import services

CLIENTS = 8
LEAST_SHARE = 0.30
PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Load:
    """One kind of request: so many metric names, with so many values each."""

    label: str
    call: str
    names: int
    values: int

    @property
    def points(self) -> int:
        """Points in one request."""
        return self.names * self.values


LOADS = (
    Load("one metric a request", "log-metric", 1, 1),
    Load("1,000 values of one metric", "log-batch", 1, 1000),
    Load("one value of 1,000 metrics", "log-batch", 1000, 1),
)


@dataclass(frozen=True)
class Target:
    """Where clients send: an address for each client, as each has its own run."""

    port: int
    path: str
    token: str
    run_ids: list[str]


def body_of(load: Load, run_id: str, number: int) -> bytes:
    """Return the body of a client's request; none is like another."""
    import orjson

    now = time.time_ns() // 1_000_000
    if load.call == "log-metric":
        metric = {"key": "loss", "value": number / 7, "timestamp": now, "step": number}
        return orjson.dumps({"run_id": run_id, **metric})
    first = number * load.values
    metrics = [
        {"key": f"metric-{name}", "value": (first + value) / 7, "timestamp": now, "step": first + value}
        for name in range(load.names)
        for value in range(load.values)
    ]
    return orjson.dumps({"run_id": run_id, "metrics": metrics})


def send(target: Target, load: Load, client: int, seconds: float, results: Any) -> None:
    """Send for a while over one connection, and report how long each request took."""
    connection = HTTPConnection("127.0.0.1", target.port, timeout=60)
    headers = {"Authorization": f"Bearer {target.token}", "Content-Type": "application/json"}
    took, number = [], 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        body = body_of(load, target.run_ids[client], number)
        begun = time.monotonic()
        connection.request("POST", f"{target.path}{load.call}", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {text.decode()[:300]}")
        took.append(time.monotonic() - begun)
        number += 1
    results.put(took)


def measure(target: Target, load: Load, seconds: float) -> tuple[float, float]:
    """Return points a second, and the 99th percentile of a request's time in ms."""
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    clients = [spawn.Process(target=send, args=(target, load, number, seconds, results)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    took = [results.get(timeout=seconds + 120) for _client in clients]
    for client in clients:
        client.join()
    every = sorted(one for times in took for one in times)
    return len(every) * load.points / seconds, statistics.quantiles(every, n=100)[98] * 1000


def main() -> int:
    """Measure and print. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    seconds = parser.parse_args().seconds
    found: dict[str, list[tuple[float, float]]] = {"bare": [], "studio": []}
    for name, place in (("bare", bare), ("studio", studio)):
        for load in LOADS:
            with tempfile.TemporaryDirectory(prefix="studio-bench-") as home, place(Path(home)) as target:
                found[name].append(measure(target, load, seconds))
    print(f"{'':30}{'bare endpoint':>24}{'studio':>24}{'share':>8}")
    worst = 1.0
    for load, (most, slow_most), (ours, slow_ours) in zip(LOADS, found["bare"], found["studio"], strict=True):
        worst = min(worst, ours / most)
        print(
            f"{load.label:30}{most:>12,.0f}/s p99 {slow_most:4.0f} ms{ours:>12,.0f}/s p99 {slow_ours:4.0f} ms{ours / most:>8.0%}"
        )
    print(f"least share {worst:.0%}, target {LEAST_SHARE:.0%}")
    return int(worst < LEAST_SHARE)


@contextmanager
def studio(home: Path) -> Iterator[Target]:
    """A web process with eight runs, and a token of somebody who may write to them."""
    environment = {**os.environ, "STUDIO_HOME": str(home), "DJANGO_SETTINGS_MODULE": "studio.settings"}
    made = subprocess.run(
        [sys.executable, "-m", "tests.bench.ingestion_seed"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if made.returncode:
        raise SystemExit(made.stderr)
    token, *run_ids = made.stdout.split()
    (home / "run").mkdir(exist_ok=True)
    with services.redis(home / "run" / "valkey.sock"), serving("studio.asgi.web:application", environment) as port:
        yield Target(port, "/mlflow/bench/api/2.0/mlflow/runs/", token, run_ids)


@contextmanager
def bare(home: Path) -> Iterator[Target]:
    """A process that does no more than write each metric as a row of SQLite, with the studio's settings of it."""
    environment = {**os.environ, "BENCH_DATABASE": str(home / "bare.sqlite3")}
    with serving("tests.bench.ingestion_bare:application", environment) as port:
        yield Target(port, "/", "none", [f"run-{number}" for number in range(CLIENTS)])


@contextmanager
def serving(application: str, environment: dict[str, str]) -> Iterator[int]:
    """Run an ASGI application by uvicorn on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        application,
        "--port",
        str(port),
        "--log-level",
        "error",
        "--no-access-log",
    ]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL)
    try:
        asyncio.run(until_it_listens(port))
        yield port
    finally:
        process.terminate()
        process.wait(20)


async def until_it_listens(port: int) -> None:
    """Wait for a server."""
    deadline = time.monotonic() + 60
    while True:
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


if __name__ == "__main__":
    sys.exit(main())

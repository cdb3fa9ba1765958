"""Scoring of one row over 8 connections, one worker: this studio's server, by itself and behind the gateway of a real studio with
key, log, figures and collecting, beside bare uvicorn with the same script, the reference server, and MLflow's. They take turns,
so that what else the machine does falls on all; only ratios say something.

    .venv/bin/python -m tests.bench.serving [--seconds 3] [--rounds 3] [--environment FOLDER] [--without-studio]

The environment is made by uv when the folder is empty (by default one that is removed again). Servers whose package cannot be
installed are left out, and it says so.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.endpoints.deployed import address_of, deploy, wait_for
from tests.samples.studio import rows, start, wait_for_sklearn

ROOT = Path(__file__).resolve().parents[2]

CONNECTIONS = 8
PACKAGES = ("scikit-learn", "pandas", "uvicorn")
OTHERS = ("azureml-inference-server-http", "mlflow")
STARTS_WITHIN_S = 300
FEATURES = 10
SCORE = """
import json, os, pickle
import numpy as np
def init():
    global model
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"), "rb") as file:
        model = pickle.load(file)
def run(raw):
    return {"result": model.predict(np.array(json.loads(raw)["data"])).tolist()}
"""
BARE = """
import json, score
score.init()
async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    answer = json.dumps(score.run(body.decode())).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
"""
MAKE = f"""
import pickle, sys
import numpy as np
from sklearn.linear_model import Ridge
x = np.random.default_rng(0).normal(size=(500, {FEATURES}))
model = Ridge().fit(x, x.sum(axis=1))
with open(sys.argv[1] + "/model.pkl", "wb") as file:
    pickle.dump(model, file)
if sys.argv[2] == "mlflow":
    import mlflow
    from mlflow.models import infer_signature
    mlflow.sklearn.save_model(model, sys.argv[1] + "/mlflow", signature=infer_signature(x, model.predict(x)))
"""


@dataclass
class Server:
    """One of those that are compared. ``address``: a port, or the path of a unix socket."""

    name: str
    command: list[str]
    address: int | str
    path: str
    body: bytes
    key: str = ""
    times_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0
    errors: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def request(self) -> bytes:
        """The bytes of a request."""
        key = f"Authorization: Bearer {self.key}\r\n" if self.key else ""
        head = f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{key}"
        return f"{head}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.times_ms) / max(self.seconds, 0.001)

    def percentile(self, part: float) -> float:
        """Milliseconds within which that part of the requests was answered."""
        ordered = sorted(self.times_ms)
        return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else float("nan")


class Client(asyncio.Protocol):
    """Asks one connection's requests one after another; connects anew where the server closes."""

    def __init__(self, server: Server, until: float, done: asyncio.Future[None]) -> None:
        self.server = server
        self.until = until
        self.done = done
        self.buffer = b""
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.began = time.perf_counter()
        self.transport.write(self.server.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        lowered = head.lower()
        length = int(lowered.partition(b"content-length: ")[2].split(b"\r\n")[0])
        if len(body) < length:
            return
        now = time.perf_counter()
        self.server.times_ms.append((now - self.began) * 1000)
        self.server.errors += not head.startswith(b"HTTP/1.1 200")
        self.buffer = b""
        if now >= self.until:
            self.transport.close()
        elif b"connection: close" not in lowered:
            self.ask()

    def connection_lost(self, _error: Exception | None) -> None:
        if time.perf_counter() < self.until:
            asyncio.get_running_loop().create_task(connect(self.server, self.until, self.done))
        elif not self.done.done():
            self.done.set_result(None)


async def connect(server: Server, until: float, done: asyncio.Future[None]) -> None:
    """Open a connection that asks until then."""
    loop = asyncio.get_running_loop()
    client = Client(server, until, done)
    try:
        if isinstance(server.address, int):
            await loop.create_connection(lambda: client, "127.0.0.1", server.address)
        else:
            await loop.create_unix_connection(lambda: client, server.address)
    except OSError as error:
        if not done.done():
            done.set_exception(error)


async def press(server: Server, seconds: float, connections: int = CONNECTIONS) -> None:
    """Ask with some connections for some seconds."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    ends = [loop.create_future() for _ in range(connections)]
    for done in ends:
        await connect(server, began + seconds, done)
    await asyncio.gather(*ends)
    server.seconds += time.perf_counter() - began


async def answers(server: Server) -> bool:
    """Return whether the server scores already."""
    try:
        if isinstance(server.address, int):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.address)
        else:
            reader, writer = await asyncio.open_unix_connection(server.address)
        writer.write(server.request)
        line = await reader.readline()
        writer.close()
    except OSError:
        return False
    return line.startswith(b"HTTP/1.1 200")


async def measure(servers: list[Server], environment: Path, folder: Path, seconds: float, rounds: int) -> None:
    """Start all, wait until they score, and let them take turns."""
    surroundings = {
        **os.environ,
        "AZUREML_MODEL_DIR": str(folder),
        "PATH": f"{environment / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT / 'sdk'}:{folder}",
        "OMP_NUM_THREADS": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    log = (folder / "servers.log").open("wb")
    try:
        for server in servers:
            if server.command:
                server.process = subprocess.Popen(
                    server.command, env=surroundings, cwd=folder, stdout=log, stderr=log, start_new_session=True
                )
            began = time.monotonic()
            while not await answers(server):
                if (server.process and server.process.poll() is not None) or time.monotonic() - began > STARTS_WITHIN_S:
                    said = (folder / "servers.log").read_text(errors="replace")[-2000:]
                    raise SystemExit(f"{server.name} does not start:\n{said}")
                await asyncio.sleep(0.1)
            print(f"{server.name} scores after {time.monotonic() - began:.1f} s", flush=True)
        for server in servers:
            await press(server, 0.5)
            server.times_ms.clear()
            server.seconds = 0.0
        for _ in range(rounds):
            for server in servers:
                await press(server, seconds)
    finally:
        for server in servers:
            if server.process is not None and server.process.poll() is None:
                os.killpg(server.process.pid, 15)
                server.process.wait(20)


def prepare(environment: Path, folder: Path) -> list[str]:
    """Make environment and models; returns which of the other servers are there."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(environment)], check=True, timeout=600)
        subprocess.run([uv, "pip", "install", "-q", "--python", str(python), *PACKAGES], check=True, timeout=600)
        for package in OTHERS:
            command = [uv, "pip", "install", "-q", "--python", str(python), package]
            done = subprocess.run(command, check=False, timeout=600)
            if done.returncode:
                print(f"NOT COMPARED: {package} cannot be installed here.", flush=True)
    found = {each.name.partition("-")[0] for each in environment.glob("lib/*/site-packages/*.dist-info")}
    there = [each for each in OTHERS if each.replace("-", "_") in found]
    (folder / "score.py").write_text(SCORE)
    (folder / "bare.py").write_text(BARE)
    how = "mlflow" if "mlflow" in there else "none"
    subprocess.run([str(python), "-c", MAKE, str(folder), how], check=True, stderr=subprocess.DEVNULL, timeout=600)
    return there


def servers_of(environment: Path, folder: Path, there: list[str]) -> list[Server]:
    """Return what is compared."""
    programs = environment / "bin"
    row = str([0.1 * each for each in range(FEATURES)])
    body = f'{{"data": [{row}]}}'.encode()
    instances = f'{{"instances": [{row}]}}'.encode()
    ours = [str(programs / "python"), "-m", "mlstudio.serving"]
    uvicorn = [str(programs / "uvicorn"), "bare:application", "--port", "18441", "--no-access-log"]
    script = [*ours, "--entry-script", "score.py", "--socket", str(folder / "script.sock")]
    servers = [
        Server("bare uvicorn, script", uvicorn, 18441, "/", body),
        Server("this server, script", script, str(folder / "script.sock"), "/score", body),
    ]
    if OTHERS[0] in there:
        reference = [str(programs / "azmlinfsrv"), "--entry_script", "score.py", "--port", "18442"]
        servers.append(Server("azureml-inference-server-http, script", reference, 18442, "/score", body))
    if OTHERS[1] in there:
        model = str(folder / "mlflow")
        theirs = [str(programs / "mlflow"), "models", "serve", "-m", model, "--env-manager", "local"]
        theirs += ["--port", "18443", "--workers", "1"]
        our_model = [*ours, "--model", model, "--socket", str(folder / "model.sock")]
        servers.append(Server("mlflow models serve, model", theirs, 18443, "/invocations", instances))
        servers.append(Server("this server, model", our_model, str(folder / "model.sock"), "/invocations", instances))
    return servers


@contextlib.contextmanager
def behind_the_gateway(folder: Path) -> Iterator[list[Server]]:
    """Start a studio with the same script and model behind an endpoint; gives it with the gateway before it, and alone."""
    studio = start(folder / "home")
    try:
        wait_for_sklearn(studio)
        script = SCORE.replace('os.environ["AZUREML_MODEL_DIR"]', "os.path.dirname(__file__)")
        files: dict[str, str | bytes] = {"score.py": script, "model.pkl": (folder / "model.pkl").read_bytes()}
        settings = {"timeout_ms": 30_000, "max_queue_wait_ms": 20_000}
        key = deploy(studio, files, environment="sklearn", request_settings=settings, collection={"sampling_rate": 0.1})
        wait_for(studio, 1)
        address = rows(studio, "SELECT address FROM endpoints_replica WHERE state = 'ready'")[0][0]
        row = str([0.1 * each for each in range(FEATURES)])
        body = f'{{"data": [{row}]}}'.encode()
        path = urlsplit(address_of(studio)).path
        yield [
            Server("a replica of the studio, script", [], address.removeprefix("unix:"), "/score", body),
            Server("the same through the gateway", [], studio.port + 1, path, body, key),
        ]
    finally:
        studio.stop()
        studio.clean_up()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--environment", type=Path, help="folder of the environment; kept")
    parser.add_argument("--without-studio", action="store_true", help="leave the gateway out")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-serving-") as path:
        folder = Path(path)
        environment = told.environment or folder / "environment"
        servers = servers_of(environment, folder, prepare(environment, folder))
        with contextlib.ExitStack() as stack:
            if not told.without_studio:
                servers += stack.enter_context(behind_the_gateway(folder))
            load = os.getloadavg()[0]
            asyncio.run(measure(servers, environment, folder, told.seconds, told.rounds))
    print(
        f"\n{CONNECTIONS} connections, one row; load of the machine {load:.1f} before, {os.getloadavg()[0]:.1f} after"
    )
    base = servers[0].rate
    print(f"{'':42}{'requests/s':>12}{'of bare':>9}{'p50 ms':>9}{'p99 ms':>9}{'errors':>8}")
    for each in servers:
        times = f"{statistics.median(each.times_ms):9.2f}{each.percentile(0.99):9.2f}"
        print(f"{each.name:42}{each.rate:12.0f}{each.rate / base:9.2f}{times}{each.errors:8}")


if __name__ == "__main__":
    main()

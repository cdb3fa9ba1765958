"""A small studio for agents and runners: the contract's API over real HTTP, kept in memory, and bad days on demand."""

import contextlib
import hashlib
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

AGENT_TOKEN = "agent_secret-of-the-test"


@dataclass
class Order:
    """A work order and all that came of it."""

    id: str
    kind: str
    spec: dict[str, Any]
    code: bytes = b""
    attempt: int = 1
    state: str = "Waiting"
    cancel: dict[str, str] | None = None
    told_cancel: bool = False
    logs: dict[str, bytearray] = field(default_factory=dict)
    log_ended: set[str] = field(default_factory=set)
    lines: list[dict[str, Any]] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    system: list[Any] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    heartbeats: list[dict[str, Any]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    drain: bool = False
    end: dict[str, Any] | None = None
    ends: int = 0
    inputs: dict[str, dict[str, bytes]] = field(default_factory=dict)
    fetched: list[tuple[str, int]] = field(default_factory=list)

    @property
    def token(self) -> str:
        """Of the runner."""
        return f"work_{self.id}_{self.attempt}"

    @property
    def log(self) -> str:
        """The command's output."""
        return bytes(self.logs.get("user_logs/std_log.txt", b"")).decode(errors="replace")

    @property
    def points(self) -> list[list[Any]]:
        """All metrics, in the order in which they arrived."""
        return [point for line in self.lines for point in line.get("m", [])]


class Studio:
    """Serves agents. ``is_away``: answers nobody. ``lose_answers``: does what it is asked and then hangs up, so often.
    ``input_bytes``: gives out so much of inputs, and then hangs up; with ``stalls`` only once ``input_bytes`` is None.

    ``unisolated``: an administrator accepted that user code is not kept apart.
    """

    def __init__(self, port: int = 0) -> None:
        self.orders: dict[str, Order] = {}
        self.facts: dict[str, Any] = {}
        self.is_away = False
        self.lose_answers = 0
        self.over: set[str] = set()
        self.refuse_files = ""
        self.input_bytes: int | None = None
        self.stalls = False
        self.unisolated = False
        self.changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Studio":
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def place(
        self, kind: str, spec: dict[str, Any], code: bytes = b"", data: dict[str, dict[str, bytes]] | None = None
    ) -> Order:
        """Queue an order. Args: data: files by the inputs that the spec names."""
        with self.changed:
            order = Order(str(uuid.uuid4()), kind, spec, code, inputs=data or {})
            self.orders[order.id] = order
            self.changed.notify_all()
        return order

    def cancel(self, order: Order, reason: str = "canceled by ada") -> None:
        """Ask for an order to be stopped."""
        with self.changed:
            order.cancel = {"reason": reason}
            self.changed.notify_all()

    # --- The API -----------------------------------------------------------------------------------------------------
    def lease(self, body: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + min(body["wait_s"], 20)
        with self.changed:
            while not (news := self._news(body)) and time.monotonic() < deadline and not self.is_away:
                self.changed.wait(0.2)
        return news or {"orders": [], "cancel": [], "over": []}

    def _news(self, body: dict[str, Any]) -> dict[str, Any]:
        free = {"run": body["free_slots"], "build": body["free_builds"], "replica": 8}
        given, cancels = [], []
        for order in self.orders.values():
            fits = order.state == "Waiting" and free[order.kind] > 0
            if fits or (order.state == "Leased" and order.id not in body["orders"]):
                free[order.kind] -= 1
                order.state = "Leased"
                shown = {"id": order.id, "kind": order.kind, "attempt": order.attempt, "token": order.token}
                given.append(
                    {
                        **shown,
                        "run_token": f"run_{order.id}",
                        "lease_s": 30,
                        "unisolated": self.unisolated,
                        "spec": order.spec,
                    }
                )
            if order.cancel and not order.told_cancel and order.id in body["orders"]:
                order.told_cancel = True
                cancels.append({"id": order.id, **order.cancel})
        over = [name for name in body["orders"] if name in self.over or name not in self.orders]
        return {"orders": given, "cancel": cancels, "over": over} if given or cancels or over else {}

    def heartbeat(self, order: Order, body: dict[str, Any]) -> dict[str, Any]:
        order.heartbeats.append(body)
        if order.state == "Leased":
            order.state = "Running"
        over = order.state == "Ended" or order.id in self.over
        return {"cancel": order.cancel, "heartbeat_s": 0.5, "over": over}

    def finish(self, order: Order, body: dict[str, Any]) -> dict[str, Any]:
        order.ends += 1
        if order.state != "Ended":
            order.state, order.end = "Ended", body
        return {}

    def take_log(self, order: Order, query: dict[str, str], data: bytes) -> tuple[int, dict[str, Any]]:
        kept = order.logs.setdefault(query["path"], bytearray())
        offset = int(query["offset"])
        if offset > len(kept):
            return 409, {"size": len(kept), "detail": "There is a gap."}
        kept += data[len(kept) - offset :]
        if query.get("end"):
            order.log_ended.add(query["path"])
        return 200, {"size": len(kept)}

    def take_metrics(self, order: Order, query: dict[str, str], data: bytes) -> dict[str, Any]:
        offset = int(query["offset"])
        assert data.endswith(b"\n")
        accepted = 0
        for line in data.splitlines(keepends=True):
            if offset >= order.taken.get(query["source"], 0):
                parsed = json.loads(line)
                (order.system if query["source"] == "system" else order.lines).append(parsed)
                accepted += 1
            offset += len(line)
        order.taken[query["source"]] = max(offset, order.taken.get(query["source"], 0))
        return {"accepted": accepted, "refused": []}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        studio = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if studio.is_away:
                    self.close_connection = True
                    return
                status, value = self.route(urlsplit(self.path), body)
                if studio.is_away or studio.lose_answers > 0:
                    studio.lose_answers -= 1
                    self.close_connection = True
                    return
                if status == 206:
                    self.part(value)
                    return
                content = value if isinstance(value, bytes) else json.dumps(value).encode()
                kind = "application/zip" if isinstance(value, bytes) else "application/json"
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with contextlib.suppress(OSError):  # whoever asked was killed meanwhile
                    self.wfile.write(content)

            def part(self, content: bytes) -> None:
                """Answer with the part of a file of an input that is asked for, as far as that is given out."""
                start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                given = content[start:]
                with studio.changed:
                    if studio.input_bytes is not None and len(given) > studio.input_bytes:
                        given, self.close_connection = given[: studio.input_bytes], True
                    if studio.input_bytes is not None:
                        studio.input_bytes -= len(given)
                with contextlib.suppress(OSError):
                    self.wfile.write(given)
                with studio.changed:
                    while self.close_connection and studio.stalls and studio.input_bytes is not None:
                        studio.changed.wait(0.2)

            def route(self, address: Any, body: bytes) -> tuple[int, Any]:
                path = address.path.removeprefix("/api/v1/")
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                query = {name: values[-1] for name, values in parse_qs(address.query).items()}
                if path.startswith("agents/"):
                    if token != AGENT_TOKEN:
                        return 401, {"detail": "Not one of ours."}
                    told = json.loads(body)
                    if path == "agents/lease/":
                        return 200, studio.lease(told)
                    if path == "agents/heartbeat/":
                        studio.facts = told
                    return 200, {"agent": "0192", "heartbeat_s": 5}
                order = next((each for each in studio.orders.values() if each.token == token), None)
                if order is None:
                    return 401, {"detail": "No such work."}
                with studio.changed:
                    return self.route_work(order, path, query, body)

            def route_work(self, order: Order, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
                if path == "work/heartbeat/":
                    return 200, studio.heartbeat(order, json.loads(body))
                if path == "work/replica/":
                    order.reports.append(json.loads(body))
                    return 200, {"drain": order.drain}
                if path == "work/end/":
                    return 200, studio.finish(order, json.loads(body))
                if path == "work/logs/":
                    return studio.take_log(order, query, body)
                if path == "work/metrics/":
                    return 200, studio.take_metrics(order, query, body)
                if path.startswith("work/inputs/"):
                    name, what = path.split("/")[2:4]
                    if name not in order.inputs:
                        return 404, {"detail": "No data of that name."}
                    files = order.inputs[name]
                    if what == "content":
                        order.fetched.append((query["path"], len(files[query["path"]])))
                        return 206, files[query["path"]]
                    after = query.get("after", "")
                    names = sorted(each for each in files if each > after)
                    rows = [
                        {"path": each, "size": len(files[each]), "sha256": hashlib.sha256(files[each]).hexdigest()}
                        for each in names[:2]
                    ]
                    return 200, {"files": rows, "next": names[1] if len(names) > 2 else None}
                if path == "work/code/":
                    return (200, order.code) if order.code else (404, {"detail": "No code."})
                if path.startswith("work/files/"):
                    name = unquote(path.removeprefix("work/files/"))
                    if studio.refuse_files:
                        return 507, {"detail": studio.refuse_files}
                    if hashlib.sha256(body).hexdigest() != self.headers["X-Content-SHA256"]:
                        return 422, {"detail": "Damaged on the way."}
                    if "run" in query:
                        begun = {line["c"]["id"] for line in order.lines if "c" in line}
                        if query["run"] not in begun:
                            return 404, {"detail": "No such run."}
                        name = f"{query['run']}:{name}"
                    order.files[name] = body
                    order.puts.append(name)
                    return 200, {}
                return 404, {"detail": f"No {path}."}

            do_GET = do_POST = do_PUT = answer  # noqa: N815 - the names the library calls

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        return Handler

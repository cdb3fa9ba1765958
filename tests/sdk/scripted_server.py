"""An HTTP server that answers as told: for what the real one does only when it is restarted or overloaded."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One answer. ``hang_up``: close the connection instead of answering; ``then_close``: after it, without a word."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    then_close: bool = False


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    connection: int


class ScriptedServer:
    """Serves ``answers`` in order; ``seen`` holds what came. Asked for more than it was told, it answers 500.

    ``aside``: answers by path that are no part of the script, nor seen.
    """

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.aside: dict[str, Answer] = {}
        self.seen: list[Seen] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "ScriptedServer":
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                port = self.client_address[1]
                told = script.aside.get(self.path)
                if told is None:
                    script.seen.append(Seen(self.command, self.path, dict(self.headers.items()), body, port))
                    told = script.answers.pop(0) if script.answers else Answer(500, {"detail": "not in the script"})
                if told.hang_up:
                    self.close_connection = True
                    return
                content = b"" if told.body is None else json.dumps(told.body).encode()
                self.send_response(told.status)
                for name, value in {"Content-Type": "application/json", **told.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                self.close_connection = self.close_connection or told.then_close

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - the names the library calls

            def log_message(self, *args: Any) -> None:
                """Say nothing: the tests look at ``seen``."""

        return Handler

"""Which request goes where, and what every answer carries: ids, times, rights of other sites, a line in the log."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol
from urllib.parse import parse_qs

from mlstudio import __version__
from mlstudio.serving.answers import FAILED, Answer, failure, json_answer
from mlstudio.serving.bodies import BadInput
from mlstudio.serving.cors import Cors
from mlstudio.serving.http import Request, Respond
from mlstudio.serving.inference import Inference
from mlstudio.serving.logs import Lines
from mlstudio.serving.swagger import ALIASES
from mlstudio.serving.workers import Pool

LONGEST_ID = 100
NOT_FOUND = (
    "The requested URL was not found on the server. "
    "If you entered the URL manually please check your spelling and try again."
)
NOT_ALLOWED = "The method is not allowed for the requested URL."
TEXT = ("Content-Type", "text/html; charset=utf-8")
EMPTY = [TEXT, (FAILED, "False")]
HEALTHY = Answer(200, b"Healthy", [TEXT])
SERVER = ("x-ms-server-version", f"mlstudio/{__version__}")


class Model(Protocol):
    """What is served: a script, or a model that needs none."""

    @property
    def is_raw(self) -> bool:
        """Whether it answers requests of any method itself."""

    @property
    def calls(self) -> dict[str, Callable[[Request], Answer]]:
        """What scores the requests of which path."""


class App:
    """Answers requests; those that call the model go through the pool.

    ``state``: loading, ready, draining or unhealthy. ``swagger``: documents by version.
    """

    def __init__(self, pool: Pool, lines: Lines) -> None:
        self._pool = pool
        self._lines = lines
        self._cors = Cors(os.environ.get("AML_CORS_ORIGINS", ""))
        self._model: Model | None = None
        self._inference: Inference | None = None
        self._scoring: dict[str, Callable[[Request], Answer]] = {}
        self.state = "loading"
        self.swagger: dict[str, dict[str, Any]] = {}
        self.answered = self.failed = 0

    def begin(self, model: Model, swagger: dict[str, dict[str, Any]], inference: Inference) -> None:
        """Serve a model from now on."""
        self.swagger = swagger
        self._inference = inference
        self._scoring = dict(model.calls)
        self._model = model
        self.state = "ready"

    def figures(self) -> dict[str, Any]:
        """Return how much there is to do, for whoever looks after this process."""
        counts = {"busy": self._pool.busy, "queued": self._pool.queued}
        return {"state": self.state, **counts, "answered": self.answered, "failed": self.failed}

    def handle(self, request: Request, respond: Respond) -> None:
        """Answer a request, now or later."""
        ids = _Ids(request.headers)
        request.request_id = ids.request_id

        def finish(answer: Answer) -> None:
            answer = Answer(
                answer.status, answer.body, [*answer.headers, SERVER, *ids.headers], answer.closes, answer.log
            )
            answer.headers += self._cors.headers(request)
            self._log(request, answer)
            respond(answer)

        if ids.problem:
            finish(failure(431, ids.problem))
        elif self._cors.is_preflight(request):
            finish(Answer(200, b"", [*EMPTY, *self._cors.preflight(request)]))
        else:
            self._route(request, finish)

    # --- Routes ------------------------------------------------------------------------------------------------------
    def _route(self, request: Request, finish: Respond) -> None:
        work = self._scoring.get(request.path)
        if work is not None:
            self._score(request, work, finish)
        elif request.path.startswith("/v2"):
            self._infer(request, finish)
        else:
            finish(self._plain(request))

    def _score(self, request: Request, work: Callable[[Request], Answer], finish: Respond) -> None:
        is_score = request.path == "/score"
        if request.method == "OPTIONS" and not (is_score and self._model is not None and self._model.is_raw):
            finish(Answer(200, b"", EMPTY))
        elif request.method not in (("GET", "POST", "OPTIONS") if is_score else ("POST",)):
            finish(_not_allowed("GET, POST, OPTIONS" if is_score else "POST, OPTIONS"))
        else:
            self._submit(request, lambda: work(request), finish)

    def _submit(self, request: Request, work: Callable[[], Answer], finish: Respond) -> None:
        coding = request.headers.get("content-encoding", "identity")
        if coding != "identity":
            finish(failure(415, f"The body is encoded as {coding}; send it as it is."))
            return
        if self.state == "unhealthy":
            finish(failure(503, "This replica takes no more requests; try again."))
            return
        ticket = self._pool.submit(work, finish, request.request_id)
        if ticket is None:
            waiting = self._pool.most_waiting
            finish(failure(503, f"{self._pool.size} requests are being scored and {waiting} wait; try again."))
        else:
            request.forget = lambda: self._pool.give_up(ticket)

    def _infer(self, request: Request, finish: Respond) -> None:
        if request.path.startswith("/v2/health/"):
            finish(self._health(request))
        elif self._inference is None:
            finish(self._not_yet())
        else:
            try:
                work = self._inference.route(request)
            except BadInput as refusal:
                finish(json_answer({"error": str(refusal)}, refusal.status))
                return
            if isinstance(work, Answer):
                finish(work)
            else:
                self._submit(request, work, finish)

    def _health(self, request: Request) -> Answer:
        if request.path == "/v2/health/live":
            return json_answer({"live": True})
        if request.path == "/v2/health/ready":
            return json_answer({"ready": self.state == "ready"}, 200 if self.state == "ready" else 503)
        return failure(404, NOT_FOUND)

    def _plain(self, request: Request) -> Answer:
        plain = {
            "/": self._healthy,
            "/health": self._healthy,
            "/ping": self._ping,
            "/swagger.json": lambda: self._describe(request),
            "/-/figures": lambda: json_answer(self.figures()),
        }
        answer = plain.get(request.path)
        if answer is None:
            return self._not_yet() if self._model is None and request.path == "/score" else failure(404, NOT_FOUND)
        if request.method not in ("GET", "HEAD"):
            return _not_allowed("GET, HEAD")
        return answer()

    def _healthy(self) -> Answer:
        return HEALTHY if self.state in ("ready", "draining") else self._not_yet()

    def _ping(self) -> Answer:
        return Answer(200, b"\n", [("Content-Type", "application/json")]) if self._model else self._not_yet()

    def _describe(self, request: Request) -> Answer:
        if self._model is None:
            return self._not_yet()
        asked = parse_qs(request.query).get("version", ["2"])[0]
        supported = ", ".join(sorted(self.swagger))
        if asked not in ALIASES:
            return failure(404, f"Swagger version [{asked}] is not valid. Supported versions: [{supported}].")
        if ALIASES[asked] not in self.swagger:
            sentence = f"Swagger version [{asked}] is not supported for the scoring script."
            return failure(404, f"{sentence} Supported swagger versions: [{supported}].")
        return json_answer(self.swagger[ALIASES[asked]])

    def _not_yet(self) -> Answer:
        words = {"loading": "The model is still being loaded; try again."}
        return failure(503, words.get(self.state, "This replica takes no more requests; try again."))

    def _log(self, request: Request, answer: Answer) -> None:
        is_scoring = request.path in self._scoring or request.path.endswith("/infer")
        if is_scoring:
            self.answered += 1
            self.failed += answer.status >= 500
        if not is_scoring and request.path != "/swagger.json":
            return
        address = f"{request.path}?{request.query}" if request.query else request.path
        took_ms = (monotonic() - request.began_at) * 1000
        if answer.log:
            self._lines.add(request.request_id, answer.log)
        said = f"{request.method} {address} {answer.status} {took_ms:.3f}ms {len(answer.body)}"
        self._lines.add(request.request_id, said)


class _Ids:
    """The ids of a request as the reference server passes them on. ``problem``: why they are refused."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.problem = ""
        self.request_id = headers.get("x-request-id") or str(uuid.uuid4())
        older, client = headers.get("x-ms-request-id", ""), headers.get("x-ms-client-request-id", "")
        client = client or older
        older = older or client or self.request_id
        if len(self.request_id) > LONGEST_ID:
            self.problem = f"x-request-id must not exceed {LONGEST_ID} characters"
            self.request_id = older = client = ""
        elif max(len(older), len(client)) > LONGEST_ID:
            self.problem = f"x-ms-request-id and x-ms-client-request-id must not exceed {LONGEST_ID} characters"
            older = client = ""
        pairs = [("x-request-id", self.request_id), ("x-ms-request-id", older), ("x-ms-client-request-id", client)]
        self.headers = [(name, value) for name, value in pairs if value]
        if "traceid" in headers:
            self.headers.append(("TraceId", headers["traceid"]))


def _not_allowed(methods: str) -> Answer:
    answer = failure(405, NOT_ALLOWED)
    answer.headers.append(("Allow", methods))
    return answer

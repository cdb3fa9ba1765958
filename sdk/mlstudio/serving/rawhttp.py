"""Requests and responses as ``@rawhttp`` scripts see them: Flask's where the environment has it, else what is usual of them."""

from __future__ import annotations

import email
import email.policy
import importlib
import importlib.util
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from mlstudio.serving.answers import FAILED, Answer
from mlstudio.serving.http import Request

HOP_BY_HOP = frozenset({"content-length", "connection", "transfer-encoding", "date", "keep-alive", "upgrade"})


class Headers(Mapping[str, str]):
    """Headers by name, in whatever case."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {"-".join(part.capitalize() for part in name.split("-")): text for name, text in values.items()}
        self._by_lower_name = {name.lower(): text for name, text in self._values.items()}

    def __getitem__(self, name: str) -> str:
        return self._by_lower_name[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Arguments(dict):
    """Values by name; of several of one name the first, and all of them by ``getlist``."""

    def __init__(self, values: Mapping[str, list[Any]]) -> None:
        super().__init__({name: each[0] for name, each in values.items()})
        self._all = values

    def getlist(self, name: str) -> list[Any]:
        """Return all values of this name."""
        return list(self._all.get(name, []))


class UploadedFile(io.BytesIO):
    """A file of a form. ``filename``: as its sender calls it."""

    def __init__(self, content: bytes, filename: str, content_type: str) -> None:
        super().__init__(content)
        self.filename = filename
        self.content_type = self.mimetype = content_type

    def save(self, target: Any) -> None:
        """Write it to a path or an open file."""
        if hasattr(target, "write"):
            target.write(self.getvalue())
        else:
            with open(target, "wb") as file:
                file.write(self.getvalue())


class RawRequest:
    """A request: ``method``, ``path``, ``headers``, ``args``, ``data``, ``json``, ``form``, ``files``, and more of Flask's."""

    def __init__(self, request: Request) -> None:
        self.method = request.method
        self.path = request.path
        self.query_string = request.query.encode()
        self.full_path = f"{request.path}?{request.query}"
        self.headers = Headers(request.headers)
        self.data = request.body
        self.content_type = request.headers.get("content-type", "")
        self.mimetype = self.content_type.partition(";")[0].strip().lower()
        self.content_length = len(request.body)
        self.args = Arguments(parse_qs(request.query, keep_blank_values=True))
        self._parts: tuple[Arguments, Arguments] | None = None

    def get_data(self, cache: bool = True, as_text: bool = False) -> bytes | str:
        """Return the body."""
        return self.data.decode("utf-8") if as_text else self.data

    @property
    def stream(self) -> io.BytesIO:
        """The body as a file."""
        return io.BytesIO(self.data)

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON."""
        return is_json(self.content_type)

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return self.get_json()

    def get_json(self, force: bool = False, silent: bool = False) -> Any:
        """Return the body, parsed; None where it is no JSON and ``silent``, or does not say that it is."""
        if not force and not self.is_json:
            return None
        try:
            return json.loads(self.data)
        except ValueError:
            if silent:
                return None
            raise

    @property
    def form(self) -> Arguments:
        """The fields of a form."""
        return self._form()[0]

    @property
    def files(self) -> Arguments:
        """The files of a form."""
        return self._form()[1]

    @property
    def values(self) -> Arguments:
        """Arguments of the address and fields of the form."""
        return Arguments({**self.form._all, **self.args._all})

    def _form(self) -> tuple[Arguments, Arguments]:
        if self._parts is None:
            fields: dict[str, list[Any]] = {}
            files: dict[str, list[Any]] = {}
            if self.mimetype == "application/x-www-form-urlencoded":
                for name, value in parse_qsl(self.data.decode("utf-8", "replace"), keep_blank_values=True):
                    fields.setdefault(name, []).append(value)
            elif self.mimetype == "multipart/form-data":
                head = f"Content-Type: {self.content_type}\r\n\r\n".encode()
                message = email.message_from_bytes(head + self.data, policy=email.policy.HTTP)
                for part in message.iter_parts() if message.is_multipart() else []:
                    name = str(part.get_param("name", "", header="content-disposition"))
                    payload = part.get_payload(decode=True)
                    content = payload if isinstance(payload, bytes) else b""
                    filename = part.get_filename()
                    if filename is None:
                        fields.setdefault(name, []).append(content.decode("utf-8", "replace"))
                    else:
                        files.setdefault(name, []).append(UploadedFile(content, filename, part.get_content_type()))
            self._parts = (Arguments(fields), Arguments(files))
        return self._parts


class RawResponse:
    """A response with a body, a status and headers of the script's own choice.

    Args: message: text, bytes, or anything that JSON has if ``json_str``; None is an empty JSON object.
    """

    def __init__(
        self,
        message: Any,
        status_code: int,
        response_headers: Mapping[str, str] | None = None,
        json_str: bool = False,
        run_function_failed: bool = False,
    ) -> None:
        is_object = json_str or message is None
        content = json.dumps({} if message is None else message) if is_object else message
        self.data = content.encode() if isinstance(content, str) else bytes(content)
        self.status_code = status_code
        self.headers: dict[str, str] = {
            "Content-Type": "application/json" if is_object else "text/html; charset=utf-8",
            FAILED: str(run_function_failed),
        }
        for name, value in (response_headers or {}).items():
            if name.lower() == "content-type":
                self.headers.pop("Content-Type", None)
            self.headers[name] = str(value)

    def get_data(self) -> bytes:
        """Return the body."""
        return self.data


def is_json(content_type: str) -> bool:
    """Return whether a content type is one of JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def is_response(value: Any) -> bool:
    """Return whether a script returned a response rather than a value."""
    return hasattr(value, "status_code") and hasattr(value, "headers") and callable(getattr(value, "get_data", None))


def as_answer(response: Any) -> Answer:
    """Return what a script's response says."""
    pairs = [(str(name), _one_line(value)) for name, value in response.headers.items()]
    headers = [(name, value) for name, value in pairs if name.lower() not in HOP_BY_HOP]
    if response.status_code >= 500:
        headers = [(name, value) for name, value in headers if name.lower() != FAILED] + [(FAILED, "True")]
    data = response.get_data()
    return Answer(int(response.status_code), data.encode() if isinstance(data, str) else bytes(data), headers)


def call(run: Callable[[Any], Any], request: Request) -> Any:
    """Call a function with a request as the environment's Flask has it, or else with ours."""
    if importlib.util.find_spec("flask") is None:
        return run(RawRequest(request))
    flask = importlib.import_module("flask")
    global _app
    if _app is None:
        _app = flask.Flask("score")
    with _app.request_context(_environ(request)):
        value = run(flask.request._get_current_object())
        if is_response(value):
            value.get_data()  # while the request is there that it may be made from
        return value


_app: Any = None


def _environ(request: Request) -> dict[str, Any]:
    host, _, port = request.headers.get("host", "localhost").partition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "SERVER_NAME": host,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    environ["CONTENT_LENGTH"] = str(len(request.body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return environ


def _one_line(value: Any) -> str:
    return str(value).replace("\r", " ").replace("\n", " ")

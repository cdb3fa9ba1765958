"""Entry scripts: ``init()`` once, ``run()`` for every request, called in the ways of the reference server."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from mlstudio.serving import collected, failures, rawhttp, stand_ins
from mlstudio.serving.answers import Answer, NotJson, failure, json_answer
from mlstudio.serving.bodies import BadInput, arguments, parse, problem_of, text_of
from mlstudio.serving.failures import StartFailed
from mlstudio.serving.http import Request
from mlstudio.serving.tensors import Tensor
from mlstudio.serving.workers import Overtime

MODULE = "entry_module"
SCRIPT_FAILED = "An unexpected error occurred in scoring script. Check the logs for more info."
HEADERS_NAME = "request_headers"


class Script:
    """An entry script that was loaded.

    Args: path: of the file. root: the folder of the user's files.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self.root = str(root)
        module = self._load(path)
        self._init = _function(module, "init", path)
        # Scripts made by a designer wrap the user's own; the reference server calls that one directly, too.
        inner = getattr(module, "driver_module", None)
        self.run = _function(inner if isinstance(inner, ModuleType) and hasattr(inner, "run") else module, "run", path)
        self.service_schema: Callable[[], dict[str, Any]] | None = getattr(module, "service_schema", None)
        self._signature(path)

    def start(self) -> None:
        """Call ``init()``.

        Raises:
            StartFailed: it raised.
        """
        try:
            self._init()
        except BaseException as error:
            raise StartFailed(failures.first_line(error, self.root), failures.story(error)) from error

    @property
    def is_raw(self) -> bool:
        """Whether ``run()`` takes requests of any method itself."""
        return self._kind == "raw"

    @property
    def parameters(self) -> list[str]:
        """The names of what ``run()`` takes, where its input is described by a schema; else none."""
        return [each.name for each in self._parameters] if self._kind == "object" else []

    @property
    def calls(self) -> dict[str, Callable[[Request], Answer]]:
        """What scores the requests of which path."""
        return {"/score": self.score}

    platform = "mlstudio_script"

    def metadata(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the tensors it takes and gives, as far as a script tells that."""
        names = self.parameters or ["data"]
        return [{"name": name, "datatype": "FP64", "shape": [-1]} for name in names], []

    def infer(self, request: Request, inputs: list[Tensor]) -> Any:
        """Score tensors: each is one of the parameters of a schema; ``{"data": […]}`` is the body for all other scripts."""
        if self.is_raw:
            raise BadInput("This deployment's script takes its own requests only, at /score.", 404)
        names = self.parameters
        by_name = {each.name: each.nested() for each in inputs}
        if len(inputs) == 1 and len(names or ["data"]) == 1:
            by_name = {(names or ["data"])[0]: inputs[0].nested()}
        headers = {**request.headers, "content-type": "application/json"}
        body = json.dumps(by_name).encode()
        answer = self.score(Request("POST", "/score", "", headers, body, request.began_at, request.request_id))
        return answer if answer.status >= 300 else json.loads(answer.body)

    def score(self, request: Request) -> Answer:
        """Call ``run()`` for a request; whatever happens becomes an answer."""
        try:
            values = self._inputs(request)
        except BadInput as refusal:
            return failure(refusal.status, str(refusal))
        if self._takes_headers:
            values[HEADERS_NAME] = dict(rawhttp.Headers(request.headers))
        collected.begin()
        began = perf_counter()
        try:
            value = self._call(values)
            took_ms = (perf_counter() - began) * 1000
            answer = rawhttp.as_answer(value) if rawhttp.is_response(value) else json_answer(value)
        except Overtime:
            raise
        except BadInput as refusal:  # the studio's own scripts say so what is wrong with a request
            return failure(refusal.status, str(refusal))
        except NotJson as problem:
            sentence = f"run() returned what is no JSON: {problem}."
            answer = failure(500, sentence, run_failed=True, log=sentence)
            answer.line = sentence
            return answer
        except BaseException as error:
            return self._failed(error, request)
        answer.headers += [("x-ms-run-fn-exec-ms", f"{took_ms:.3f}"), *collected.headers()]
        return answer

    def _call(self, values: dict[str, Any]) -> Any:
        if self._kind != "raw":
            return self.run(**values)
        name = self._parameters[0].name
        return rawhttp.call(lambda raw: self.run(**{**values, name: raw}), values[name])

    def _failed(self, error: BaseException, request: Request) -> Answer:
        """Return the answer to a call that raised: whose fault it was shows when the input is looked at."""
        status, sentence = 500, SCRIPT_FAILED
        if self._kind == "object" and not failures.reached_user_code(error, self.root):
            status, sentence = 422, f"The input does not fit the script's schema: {_in_words(error)}"
        elif self._kind == "text" and request.method == "POST" and (problem := problem_of(request.body)):
            status, sentence = 400, f"{problem.rstrip('.')}. The script could not use it."
        answer = failure(status, sentence, True, f"Encountered Exception: {failures.story(error)}")
        answer.line = failures.first_line(error, self.root)
        return answer

    def _inputs(self, request: Request) -> dict[str, Any]:
        if self._kind == "raw":
            return {self._parameters[0].name: request}
        if request.method not in ("GET", "POST"):
            raise BadInput("Method not allowed", 405)
        if self._kind == "text":
            text = json.dumps(arguments(request.query)) if request.method == "GET" else text_of(request)
            return {self._parameters[0].name: text}
        if request.method == "GET":
            return self._by_name(arguments(request.query))
        if not rawhttp.is_json(request.headers.get("content-type", "")):
            raise BadInput("Expects Content-Type to be application/json", 415)
        body = parse(request.body)
        if not isinstance(body, dict):
            raise BadInput("POST body should be a JSON dictionary.")
        return self._by_name(body)

    def _by_name(self, values: dict[str, Any]) -> dict[str, Any]:
        found = {}
        for each in self._parameters:
            if each.name not in values and each.default is inspect.Parameter.empty:
                raise BadInput(f"A value is not provided for the {each.name!r} parameter.")
            found[each.name] = values.get(each.name, each.default)
        return found

    def _load(self, path: Path) -> ModuleType:
        if not path.is_file():
            raise StartFailed(f"The entry script {path.name} is not among the deployment's files.")
        for folder in (self.root, str(path.parent)):
            if folder not in sys.path:
                sys.path.append(folder)
        stand_ins.install()
        spec = importlib.util.spec_from_file_location(MODULE, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # Pickles of classes that the script defines name this module.
        sys.modules[MODULE] = module
        try:
            spec.loader.exec_module(module)
        except BaseException as error:
            raise StartFailed(failures.first_line(error, self.root), failures.story(error)) from error
        return module

    def _signature(self, path: Path) -> None:
        try:
            parameters = list(inspect.signature(self.run).parameters.values())
        except ValueError as error:
            raise StartFailed(f"{path.name}: run() cannot be called: {error}.") from None
        kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        where = _where(self.run, path)
        if any(each.kind not in kinds for each in parameters):
            raise StartFailed(f"{where}: run() cannot accept positional-only arguments, *args, or **kwargs.")
        self._takes_headers = any(each.name == HEADERS_NAME for each in parameters)
        self._parameters = [each for each in parameters if each.name != HEADERS_NAME]
        if not self._parameters:
            other = f' other than "{HEADERS_NAME}"' if self._takes_headers else ""
            raise StartFailed(f"{where}: run() needs to accept an argument{other} for input data.")
        is_raw, has_schema = stand_ins.wants_raw_requests(), _has_schema(self.run)
        if is_raw and has_schema:
            raise StartFailed(f"{where}: run() cannot be decorated with both @rawhttp and @input_schema")
        self._kind = "raw" if is_raw else "object" if has_schema else "text"


def _function(module: ModuleType, name: str, path: Path) -> Callable[..., Any]:
    function: Any = getattr(module, name, None)
    if not callable(function):
        raise StartFailed(f"{path.name} does not have a {name}() function defined.")
    found: Callable[..., Any] = function
    return found


def _where(run: Callable[..., Any], path: Path) -> str:
    code = getattr(inspect.unwrap(run), "__code__", None)
    return f"{os.path.basename(code.co_filename)}, line {code.co_firstlineno}" if code else path.name


def _has_schema(run: Callable[..., Any]) -> bool:
    """Return whether the package inference-schema knows the function; a script that uses it has imported it."""
    util = sys.modules.get("inference_schema.schema_util")
    return bool(util and util.is_schema_decorated(run))


def _in_words(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"the column {error} is missing."
    text = str(error).strip() or type(error).__name__
    return text if text.endswith(".") else f"{text}."

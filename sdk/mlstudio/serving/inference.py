"""The Open Inference Protocol, version 2: what is served, whether it is ready, and scoring of named tensors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Protocol

from mlstudio import __version__
from mlstudio.serving import tensors
from mlstudio.serving.answers import FAILED, Answer, NotJson, json_answer
from mlstudio.serving.bodies import BadInput, parse
from mlstudio.serving.http import Request
from mlstudio.serving.tensors import Tensor

PATH = re.compile(r"/v2/models/([^/]+)(?:/versions/([^/]+))?(/ready|/infer)?/?\Z")
HEADER_SIZE = "inference-header-content-length"


class Inferable(Protocol):
    """What can score tensors."""

    @property
    def platform(self) -> str:
        """What kind of thing it is, such as ``mlflow_pyfunc``."""

    def metadata(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the tensors that go in and come out: ``name``, ``datatype`` and ``shape``, -1 for any number."""

    def infer(self, request: Request, inputs: list[Tensor]) -> Any:
        """Return what the model says to these tensors, or an :class:`Answer` where it cannot."""


class Inference:
    """The protocol for one model.

    Args: name: that clients call it by. version: the same.
    """

    def __init__(self, model: Inferable, name: str, version: str) -> None:
        self._model = model
        self._name = name
        self._version = version

    def route(self, request: Request) -> Answer | Callable[[], Answer]:
        """Return the answer, or what makes it where the model must be called.

        Raises:
            BadInput: there is no such model, or it is asked in another way than it can be.
        """
        if request.path.rstrip("/") == "/v2":
            return json_answer({"name": "mlstudio", "version": __version__, "extensions": ["binary_tensor_data"]})
        found = PATH.match(request.path)
        if found is None:
            raise BadInput(f"The Open Inference Protocol has no {request.path}.", 404)
        name, version, does = found.groups()
        if name != self._name or version not in (None, self._version):
            raise BadInput(f"No model {name!r} of that version is served here, only {self._name!r}.", 404)
        if request.method != ("POST" if does == "/infer" else "GET"):
            raise BadInput("The method is not allowed for this path.", 405)
        if does == "/infer":
            return lambda: self._infer(request)
        if does == "/ready":
            return json_answer({"name": self._name, "ready": True})
        inputs, outputs = self._model.metadata()
        told = {"name": self._name, "versions": [self._version], "platform": self._model.platform}
        return json_answer({**told, "inputs": inputs, "outputs": outputs})

    def _infer(self, request: Request) -> Answer:
        try:
            body, inputs = self._read(request)
            value = self._model.infer(request, inputs)
            if isinstance(value, Answer):
                return _as_error(value)
            names = [str(each["name"]) for each in self._model.metadata()[1]]
            outputs = tensors.outputs_of(value, names)
        except BadInput as refusal:
            return json_answer({"error": str(refusal)}, refusal.status)
        except NotJson as problem:
            sentence = f"The model returned what is no tensor: {problem}."
            answer = json_answer({"error": sentence}, 500, run_failed=True)
            answer.log = sentence
            return answer
        wanted = [each.get("name") for each in body.get("outputs") or [] if isinstance(each, dict)]
        kept = [each for each in outputs if not wanted or each["name"] in wanted]
        answered = {"model_name": self._name, "model_version": self._version, "outputs": kept or outputs}
        return json_answer({**answered, "id": body["id"]} if isinstance(body.get("id"), str) else answered)

    def _read(self, request: Request) -> tuple[dict[str, Any], list[Tensor]]:
        size = request.headers.get(HEADER_SIZE, str(len(request.body)))
        if not (size.isascii() and size.isdigit()) or int(size) > len(request.body):
            raise BadInput("Inference-Header-Content-Length does not fit the body.")
        raw = memoryview(request.body)[int(size) :]
        body = parse(request.body[: int(size)])
        if not isinstance(body, dict) or not isinstance(body.get("inputs"), list) or not body["inputs"]:
            raise BadInput('The body must be an object with a list of "inputs".')
        inputs = []
        for each in body["inputs"]:
            tensor, taken = tensors.read(each, raw)
            raw = raw[taken:]
            inputs.append(tensor)
        return body, inputs


def _as_error(answer: Answer) -> Answer:
    """Return a failure in the words of this protocol."""
    sentence = json.loads(answer.body).get("message", "") if answer.body else ""
    failed = answer.header(FAILED) == "True"
    told = json_answer({"error": sentence}, answer.status, run_failed=failed)
    told.log = answer.log
    return told

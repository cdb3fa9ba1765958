"""Models that MLflow wrote, served without code: by what their signature says, with what the environment has."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from mlstudio.serving import failures, flavors, rawhttp
from mlstudio.serving.answers import Answer, NotJson, failure, json_answer, plain
from mlstudio.serving.bodies import BadInput, content_type, parse, text_of
from mlstudio.serving.frames import FORMS, Signature
from mlstudio.serving.http import Request
from mlstudio.serving.tensors import OF_DTYPE, Tensor
from mlstudio.serving.workers import Overtime

SAMPLES = {
    "double": 0.0,
    "float": 0.0,
    "long": 0,
    "integer": 0,
    "string": "",
    "boolean": False,
    "datetime": "2026-01-01T00:00:00",
}
DATATYPES = {"double": "FP64", "float": "FP32", "long": "INT64", "integer": "INT32", "boolean": "BOOL"}
JSON_TYPES = {
    "double": "number",
    "float": "number",
    "long": "integer",
    "integer": "integer",
    "boolean": "boolean",
}
OF_MLFLOW = FORMS[:4]
MOST_NAMED = 5
LONGEST_WORDS = 300


class MlflowModel:
    """A model in MLflow's format.

    Args: folder: with the file ``MLmodel``.

    Raises:
        StartFailed: it cannot be loaded here.
    """

    is_raw = False
    platform = "mlflow_pyfunc"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model = flavors.load(folder)
        self.signature = Signature(self._model.inputs)
        self._outputs = self._model.outputs
        # What libraries put off until they are used is not to be waited for by the first caller.
        with contextlib.suppress(BadInput, ImportError):
            self.predict(*self.signature.read(self._sample()))

    @property
    def calls(self) -> dict[str, Callable[[Request], Answer]]:
        """What scores the requests of which path."""
        return {"/score": self.score, "/invocations": self.score}

    def score(self, request: Request) -> Answer:
        """Score a body of MLflow's or Azure's dialect; ``/score`` gives Azure's bare list where it was asked in its words."""
        try:
            body, value, params = self._read(request)
            began = perf_counter()
            predictions = self.predict(value, params)
            took_ms = (perf_counter() - began) * 1000
            is_bare = request.path != "/invocations" and not any(name in body for name in OF_MLFLOW)
            answer = json_answer(plain(predictions) if is_bare else {"predictions": plain(predictions)})
        except BadInput as refusal:
            answer = failure(refusal.status, str(refusal), log=str(refusal.__cause__ or ""))
            answer.line = str(refusal)
            return answer
        except NotJson as problem:
            sentence = f"The model returned what is no JSON: {problem}."
            return failure(500, sentence, run_failed=True, log=sentence)
        answer.headers.append(("x-ms-run-fn-exec-ms", f"{took_ms:.3f}"))
        return answer

    def _read(self, request: Request) -> tuple[dict[str, Any], Any, dict[str, Any]]:
        kind = content_type(request)
        if request.method != "POST":
            raise BadInput("Method not allowed", 405)
        if kind == "text/csv":
            return {"dataframe_split": {}}, self.signature.read_csv(text_of(request)), {}
        if kind and not rawhttp.is_json(kind):
            raise BadInput(f"Send the body as application/json or text/csv; it came as {kind}.", 415)
        body = parse(request.body)
        value, params = self.signature.read(body)
        return body, value, params

    def predict(self, value: Any, params: dict[str, Any]) -> Any:
        """Return the model's predictions.

        Raises:
            BadInput: the model did not take the value.
        """
        try:
            return self._model.predict(value, params)
        except Overtime:
            raise
        except BaseException as error:
            problem = BadInput(f"The model cannot score this input{_holes(value)}: {_words(error)}")
            raise problem from _Story(failures.story(error))

    # --- The Open Inference Protocol -----------------------------------------------------------------------------------
    def metadata(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the tensors it takes and gives."""
        inputs = [_tensor_of(each, at, "input") for at, each in enumerate(self.signature.inputs)]
        return inputs, [_tensor_of(each, at, "output") for at, each in enumerate(self._outputs)]

    def infer(self, _request: Request, inputs: list[Tensor]) -> Any:
        """Score tensors: one for each column, or one for all of them."""
        by_name = {each.name: each.nested() for each in inputs}
        value: Any = by_name
        if len(inputs) == 1 and (inputs[0].name not in self.signature.names or self.signature.is_tensors):
            value = inputs[0].nested()
        elif not self.signature.is_tensors:
            columns = {name: [_only(name, row) for row in rows] for name, rows in by_name.items()}
            value = self.signature.read({"inputs": columns})[0]
            return self.predict(value, {})
        return self.predict(self.signature.read({"inputs": value})[0], {})

    # --- What it tells -----------------------------------------------------------------------------------------------
    def describe(self) -> dict[str, Any]:
        """Return its inputs, outputs and a sample for the studio."""
        return {"inputs": self.signature.inputs, "outputs": self._outputs, "sample": self._sample()}

    def schema(self) -> dict[str, Any]:
        """Return JSON schemas of ``input`` and ``output``, with examples."""
        columns = {
            str(each["name"]): {"type": JSON_TYPES.get(str(each["type"]), "string")}
            for each in self.signature.inputs
            if self.signature.is_named and not self.signature.is_tensors
        }
        rows: dict[str, Any] = {"type": "array", "items": {}}
        if columns:
            rows["items"] = {"type": "object", "properties": columns, "required": list(columns)}
        sample = self._sample()
        form = next(iter(sample)) if sample else "input_data"
        body = {"type": "object", "properties": {form if not columns else "input_data": rows}, "example": sample or {}}
        return {"input": body, "output": {"type": "array", "items": {}}}

    def _sample(self) -> dict[str, Any] | None:
        """Return a body that the model can score: the one that was saved with it, else one of the right types."""
        for name in ("serving_input_example.json", "input_example.json"):
            try:
                kept = json.loads((self._folder / name).read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(kept, dict) and set(kept) & set(FORMS):
                return kept
            if isinstance(kept, dict) and {"columns", "data"} <= set(kept):
                return {"input_data": kept}
        if self.signature.is_named and self.signature.has_columns:
            row = [SAMPLES.get(str(each["type"]), "") for each in self.signature.inputs]
            return {"input_data": {"columns": self.signature.names, "data": [row]}}
        if self.signature.has_columns:
            return {"input_data": [[SAMPLES.get(str(each["type"]), "") for each in self.signature.inputs]]}
        return None


class _Story(Exception):
    """Carries a traceback as text to the log."""


def _tensor_of(spec: dict[str, Any], at: int, role: str) -> dict[str, Any]:
    name = str(spec.get("name") or f"{role}-{at}")
    if spec.get("type") == "tensor":
        told = spec["tensor-spec"]
        return {"name": name, "datatype": OF_DTYPE.get(told["dtype"], "BYTES"), "shape": list(told["shape"])}
    return {"name": name, "datatype": DATATYPES.get(str(spec.get("type")), "BYTES"), "shape": [-1, 1]}


def _only(name: str, row: Any) -> Any:
    if isinstance(row, list):
        if len(row) != 1:
            raise BadInput(f"The input {name!r} is a column; its shape is [rows] or [rows, 1].")
        return row[0]
    return row


def _holes(value: Any) -> str:
    """Return which columns of a table have no value somewhere; that is what models cannot do with most often."""
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(value, pandas.DataFrame):
        return ""
    holes = [str(name) for name, is_hole in value.isna().any().items() if is_hole]
    more = ", …" if len(holes) > MOST_NAMED else ""
    return f", which has no value in {', '.join(map(repr, holes[:MOST_NAMED]))}{more}" if holes else ""


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    first = text.split(". ")[0][:LONGEST_WORDS]
    return first if first.endswith(".") else f"{first}."

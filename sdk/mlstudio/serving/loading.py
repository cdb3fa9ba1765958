"""From options to something that can be called, with all that it tells about itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstudio.serving import failures, swagger
from mlstudio.serving.answers import FAILED, Answer
from mlstudio.serving.failures import StartFailed
from mlstudio.serving.http import Request
from mlstudio.serving.inference import Inference
from mlstudio.serving.options import Options
from mlstudio.serving.script import Script

LARGEST_SAMPLE = 1 << 20


@dataclass
class Loaded:
    """A model that is ready. ``schema``: what the runner tells the studio: ``kind`` ("script" or "mlflow"), ``inputs``,
    ``outputs``, ``sample`` (the body of a request) and the documents ``swagger2`` and ``swagger3``."""

    model: Any
    inference: Inference
    swagger: dict[str, dict[str, Any]]
    schema: dict[str, Any]


def load(options: Options) -> Loaded:
    """Load what is to be served, and have it make itself ready.

    Raises:
        StartFailed: it cannot be served; the message is the first failing line.
    """
    loaded = _load_model(options) if options.entry_script is None else _load_script(options)
    if options.sample is not None:
        answer = score_sample(loaded, options.sample)
        if answer.status >= 300:
            sentence = said_in(answer)
            raise StartFailed(f"The sample request failed: {sentence}", answer.log or sentence)
    return loaded


def _load_script(options: Options) -> Loaded:
    assert options.entry_script is not None
    root = options.app_root.resolve()
    script = Script(root / options.entry_script, root)
    script.start()
    schema, versions = _schema_of(script)
    documents = swagger.documents(schema, versions, root)
    inputs = [{"name": name, "schema": part} for name, part in schema["input"].get("properties", {}).items()]
    sample = schema["input"].get("example") if script.parameters or script.service_schema else None
    told = {"kind": "script", "inputs": inputs, "outputs": schema["output"], "sample": sample, **_documents(documents)}
    return Loaded(script, Inference(script, options.name, options.version), documents, told)


def _schema_of(script: Script) -> tuple[dict[str, Any], list[str]]:
    """Return what a script's own ``service_schema()`` tells, else its decorators; and the versions that can express it."""
    if script.service_schema is None:
        return swagger.of_script(script.run)
    try:
        return script.service_schema(), swagger.ALL_VERSIONS
    except Exception as error:
        raise StartFailed(failures.first_line(error, script.root), failures.story(error)) from error


def _load_model(options: Options) -> Loaded:
    from mlstudio.serving.mlflow_model import MlflowModel

    assert options.model is not None
    model = MlflowModel(options.model)
    schema = model.schema()
    documents = swagger.documents(schema, swagger.ALL_VERSIONS, Path("/nonexistent"))
    told = {"kind": "mlflow", **model.describe(), **_documents(documents)}
    return Loaded(model, Inference(model, options.name, options.version), documents, told)


def _documents(by_version: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {f"swagger{version}": by_version.get(version) for version in ("2", "3")}


def score_sample(loaded: Loaded, path: Path) -> Answer:
    """Return the answer to the request whose body is in a file; an empty file is the model's own sample.

    Raises:
        StartFailed: there is none.
    """
    body = path.read_bytes() if path.is_file() else b""
    if not body.strip():
        if loaded.schema.get("sample") is None:
            raise StartFailed("There is no sample to call the model with: give one, or describe the input by a schema.")
        body = json.dumps(loaded.schema["sample"]).encode()
    answer: Answer = loaded.model.score(Request("POST", "/score", "", {"content-type": "application/json"}, body))
    return answer


def said_in(answer: Answer) -> str:
    """Return why a call failed: the failing line where it is known, else what callers are told."""
    if answer.line:
        return answer.line
    if answer.header(FAILED) is None:
        return f"it was answered with status {answer.status}"
    return str(json.loads(answer.body).get("message", ""))

"""What to try an endpoint with. No I/O."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.endpoints.models import Revision
from apps.registry.models import ModelVersion

_VALUES: dict[str, Any] = {
    "boolean": True,
    "integer": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "datetime": "2026-01-31",
}
_KINDS = {
    "boolean": "boolean",
    "integer": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "string": "string",
    "datetime": "string",
}
_WIDEST = 100
# As many columns a form can have; what has more is written as JSON.
_MOST_COLUMNS = 200
NOTHING_KNOWN = '{"data": [[0]]}'


@dataclass(frozen=True)
class Sample:
    """A request that fits a model; ``is_guessed``: nothing is known of what it takes."""

    text: str
    is_guessed: bool = False


def sample_of(revision: Revision | None) -> Sample:
    """Return a request for a revision: one it was checked with, or its servers say, else what the signature lets one guess."""
    if revision is None:
        return Sample(NOTHING_KNOWN, is_guessed=True)
    for said in (revision.sample, revision.schema.get("sample")):
        if said is not None:
            return Sample(said if isinstance(said, str) else written(said))
    return sample_of_model(revision.model)


def sample_of_model(model: ModelVersion | None) -> Sample:
    """Return a request for a model that no server has loaded yet."""
    signature = (model.manifest or {}).get("signature") if model else None
    if isinstance(signature, Mapping) and signature.get("inputs"):
        return Sample(written(_of_signature(signature["inputs"])))
    return Sample(NOTHING_KNOWN, is_guessed=True)


def schema_of(revision: Revision, sample: str) -> dict[str, Any] | None:
    """Return the JSON schema of a request, for a form; None where no more is known than what the sample shows.

    A table as MLflow writes it (``{"columns", "data"}``) is ``{"type": "table", "columns": […]}``, each a property with its name.

    Args: sample: a request that fits, as text: it decides in which of its dialects a model is asked.
    """
    inputs = revision.schema.get("inputs")
    if revision.schema.get("kind") == "script":
        return _of_parameters(inputs) if isinstance(inputs, list) and inputs else None
    if not isinstance(inputs, list):
        inputs = ((revision.model.manifest or {}).get("signature") or {}).get("inputs") if revision.model else None
    columns = [one for one in inputs or [] if isinstance(one, Mapping)]
    is_table = all(one.get("name") and one.get("type") in _KINDS and "shape" not in one for one in columns)
    if not columns or not is_table or len(columns) > _MOST_COLUMNS:
        return None
    try:
        body = json.loads(sample)
    except ValueError:
        return None
    for form, value in body.items() if isinstance(body, dict) else ():
        fields = [
            {"name": str(one["name"]), **_kind(str(one["type"])), "required": one.get("required") is not False}
            for one in columns
        ]
        if isinstance(value, dict) and {"columns", "data"} <= set(value):
            return {"type": "object", "properties": {form: {"type": "table", "columns": fields}}}
        if isinstance(value, list) and all(isinstance(row, dict) for row in value):
            named = {field["name"]: field for field in fields}
            rows = {
                "type": "object",
                "properties": named,
                "required": [one["name"] for one in fields if one["required"]],
            }
            return {"type": "object", "properties": {form: {"type": "array", "items": rows}}}
    return None


def _of_parameters(inputs: list[Any]) -> dict[str, Any]:
    properties = {
        str(one["name"]): one.get("schema") or {} for one in inputs if isinstance(one, Mapping) and one.get("name")
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _kind(said: str) -> dict[str, str]:
    found = {"type": _KINDS[said]}
    return {**found, "format": "date-time"} if said == "datetime" else found


def _of_signature(inputs: list[dict[str, Any]]) -> dict[str, Any]:
    columns = inputs[:_WIDEST]
    if any("shape" in column for column in columns):
        first = columns[0]
        value: Any = _VALUES.get(str(first.get("type")), 0.0)
        for size in reversed(first.get("shape") or [1]):
            value = [value] * (size if 0 < size <= _WIDEST else 1)
        return {"inputs": value}
    names = [column.get("name") or str(place) for place, column in enumerate(columns)]
    row = [_VALUES.get(str(column.get("type")), "text") for column in columns]
    return {"dataframe_split": {"columns": names, "data": [row]}}


def written(value: Any) -> str:
    """Return JSON for people: what fits stands in one line."""
    return _lines(value, "")


def _lines(value: Any, indent: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if len(text) + len(indent) <= _WIDEST or not isinstance(value, dict | list):
        return text
    inner = f"{indent}  "
    if isinstance(value, list):
        parts, ends = [_lines(one, inner) for one in value], "[]"
    else:
        parts = [f"{json.dumps(name, ensure_ascii=False)}: {_lines(one, inner)}" for name, one in value.items()]
        ends = "{}"
    joined = ",\n".join(f"{inner}{part}" for part in parts)
    return f"{ends[0]}\n{joined}\n{indent}{ends[1]}"

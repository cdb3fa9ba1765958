"""What MLflow's clients send to log, read and checked. No I/O."""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from apps.experiments.ingestion.requests import LONGEST_TAG, LONGEST_VALUE, Entry, Logged, read_texts
from apps.experiments.metrics.points import Point, PointRefused, read_point
from apps.tracking.errors import Invalid

SOURCE = "mlflow"
MOST_METRICS = 10_000


class ModelValue(NamedTuple):
    """A value that was logged for a model too: the model's id as it was sent, and over which data set."""

    model_id: str
    point: Point
    dataset_name: str
    dataset_digest: str


def read_call(call: str, body: bytes) -> tuple[str, Entry, list[ModelValue]]:
    """Read one call's body. Returns the id of the run as it was sent, what is to be stored, and what of it is for models.

    Raises:
        Invalid: it cannot be stored; says why.
    """
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Invalid(_("The body is not JSON: %(fault)s.") % {"fault": error}) from None
    if not isinstance(said, dict):
        raise Invalid(_("The body is a JSON object."))
    run_id = said.get("run_id") or said.get("run_uuid")
    if not isinstance(run_id, str):
        raise Invalid(_("Missing value for required parameter “%(name)s”.") % {"name": "run_id"})
    try:
        entry = _READERS[call](said)
        return run_id, entry, _for_models(_list_in(said, "metrics") or [said], entry)
    except PointRefused as error:
        raise Invalid(_("This cannot be logged: %(fault)s.") % {"fault": error}) from None


def as_request(run_id: UUID, call: str, body: bytes, entry: Entry) -> Logged:
    """Return what the writer stores. A call that is sent again has the same hash, and so counts once."""
    digest = hashlib.sha256(f"{call}\n".encode() + body).digest()
    return Logged(run_id, SOURCE, int.from_bytes(digest[:8]) >> 1, None, [entry], len(body))


def _batch(said: dict[str, Any]) -> Entry:
    metrics = _list_in(said, "metrics")
    if len(metrics) > MOST_METRICS:
        raise PointRefused(f"a batch has up to {MOST_METRICS} metrics")
    return Entry(
        points=[_point(metric) for metric in metrics],
        parameters=_texts(_list_in(said, "params"), LONGEST_VALUE),
        tags=_texts(_list_in(said, "tags"), LONGEST_TAG),
    )


def _for_models(metrics: list[Any], entry: Entry) -> list[ModelValue]:
    """Return what of an entry's points, which are these metrics in their order, was logged for models."""
    values = []
    for metric, point in zip(metrics, entry.points, strict=False):
        texts = [metric.get(name) or "" for name in ("model_id", "dataset_name", "dataset_digest")]
        if texts[0] and all(isinstance(text, str) and "\0" not in text for text in texts):
            values.append(ModelValue(texts[0], point, texts[1], texts[2]))
    return values


def _metric(said: dict[str, Any]) -> Entry:
    return Entry(points=[_point(said)])


def _parameter(said: dict[str, Any]) -> Entry:
    return Entry(parameters=_texts([said], LONGEST_VALUE))


def _tag(said: dict[str, Any]) -> Entry:
    return Entry(tags=_texts([said], LONGEST_TAG))


def _point(said: Any) -> Point:
    if not isinstance(said, dict):
        raise PointRefused("a metric is an object with key, value, timestamp and step")
    return read_point(said.get("key"), said.get("value"), _whole(said.get("step", 0)), _whole(said.get("timestamp")))


def _whole(value: Any) -> Any:
    """Return a whole number that was sent as text, as JSON made of protocol buffers has it; all else as it is."""
    return int(value) if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 20 else value


def _texts(said: list[Any], longest: int) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for one in said:
        if not isinstance(one, dict) or not isinstance(one.get("key"), str):
            raise PointRefused("parameters and tags are objects with key and value")
        value = one.get("value", "")
        if pairs.get(one["key"], value) != value:
            raise PointRefused(f"{one['key']!r} has two values")
        pairs[one["key"]] = value
    return read_texts(pairs, longest)


def _list_in(said: dict[str, Any], name: str) -> list[Any]:
    found = said.get(name) or []
    if not isinstance(found, list):
        raise PointRefused(f"{name!r} is a list")
    return found


_READERS: dict[str, Callable[[dict[str, Any]], Entry]] = {
    "log-batch": _batch,
    "log-metric": _metric,
    "log-parameter": _parameter,
    "set-tag": _tag,
}
CALLS = frozenset(_READERS)

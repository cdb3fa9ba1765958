"""What MLflow's clients send to log, read and checked. No I/O."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from apps.experiments.ingestion.requests import LONGEST_TAG, LONGEST_VALUE, Entry, Logged, read_texts
from apps.experiments.metrics.points import Point, PointRefused, read_point
from apps.tracking.dialect import Invalid

SOURCE = "mlflow"
MOST_METRICS = 10_000


def read_call(call: str, body: bytes) -> tuple[str, Entry]:
    """Read one call's body. Returns the id of the run as it was sent, and what is to be stored.

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
        return run_id, _READERS[call](said)
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

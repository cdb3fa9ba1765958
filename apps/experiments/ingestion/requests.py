"""What clients send, read and checked. No I/O.

A request is a list of entries, each refused or stored as a whole: a line of a run's events file, or what an MLflow client
sent in one call.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from apps.core.errors import TooLarge, UserError
from apps.experiments.metrics.points import Point, PointRefused, check_name, now_ms, read_point
from apps.experiments.states import TERMINAL, RunStatus

MOST_LOG_BYTES = 2**20
MOST_METRIC_BYTES = 4 * 2**20
LONGEST_VALUE = 6000
LONGEST_TAG = 8000
LONGEST_PATH = 1000
LONGEST_CHILD_NAME = 255
LONGEST_DESCRIPTION = 20_000

RECORD_KINDS = frozenset(
    {"image", "table", "list", "text", "confusion_matrix", "accuracy_table", "residuals", "predictions"}
)


@dataclass(frozen=True)
class Record:
    """Something logged that is no number; see ``RunRecord``."""

    kind: str
    name: str
    step: int
    at_ms: int
    value: Any
    path: str


@dataclass(frozen=True)
class Child:
    """A run that the code of a run began: its id, that of the run it is below, and its name for a person."""

    run_id: UUID
    parent_id: UUID
    name: str


@dataclass(frozen=True)
class ChildEnd:
    """How such a run ended, as the code says."""

    status: RunStatus
    reason: str


@dataclass
class Entry:
    """What is stored together. ``offset`` is the byte of the file at which it stands, where there is a file.

    ``run_id``: the child that it is about; None where it is about the run whose file it is. ``refusal`` says why it is not
    stored; the store may refuse it too.
    """

    offset: int | None = None
    run_id: UUID | None = None
    child: Child | None = None
    end: ChildEnd | None = None
    points: list[Point] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    record: Record | None = None
    refusal: str = ""


@dataclass
class Logged:
    """One request with metrics and what goes with them.

    ``source`` and ``offset`` as in ``MetricJournal``. ``end`` is the byte after the last line of the file that was sent;
    None where there is no file, and ``offset`` a hash of the request. ``size``: bytes, for the writer's limit.
    """

    run_id: UUID
    source: str
    offset: int
    end: int | None
    entries: list[Entry]
    size: int
    is_system: bool = False

    @property
    def run_ids(self) -> set[UUID]:
        """The run it is of, and the children that it is about."""
        parents = {entry.child.parent_id for entry in self.entries if entry.child}
        return {self.run_id, *parents, *(entry.run_id for entry in self.entries if entry.run_id)}


@dataclass
class LogPart:
    """A stretch of a log. ``has_ended``: nothing more will come."""

    run_id: UUID
    path: str
    offset: int
    data: bytes
    has_ended: bool

    @property
    def run_ids(self) -> set[UUID]:
        """The run it is of."""
        return {self.run_id}

    @property
    def size(self) -> int:
        """Bytes, for the writer's limit."""
        return len(self.data)


def read_lines(run_id: UUID, source: str, offset: int, body: bytes) -> Logged:
    """Read whole lines of a run's events file (NDJSON), ``offset`` being the first one's byte in it.

    Raises:
        UserError: the last line is not whole.
    """
    if body and not body.endswith(b"\n"):
        raise UserError(_("The last line is not complete. Send whole lines, each with its line feed."))
    entries = []
    at = offset
    for line in body.split(b"\n")[:-1]:
        entries.append(_read_line(line, at))
        at += len(line) + 1
    return Logged(run_id, source, offset, at, entries, len(body), is_system=source == "system")


def read_record(value: Any) -> Record:
    """Check a record.

    Raises:
        PointRefused: it cannot be kept.
    """
    if not isinstance(value, dict) or value.get("kind") not in RECORD_KINDS:
        raise PointRefused(f"a record is of one of the kinds {', '.join(sorted(RECORD_KINDS))}")
    path = value.get("path") or ""
    if not isinstance(path, str) or len(path) > LONGEST_PATH:
        raise PointRefused(f"a path is a text of up to {LONGEST_PATH} characters")
    if b"\\u0000" in orjson.dumps(value.get("value")):
        raise PointRefused("the value of a record has no NUL characters")
    point = read_point(value.get("name"), 0, value.get("step"), value.get("at_ms"))
    return Record(value["kind"], point.name, point.step or 0, point.at_ms, value.get("value"), path)


def read_texts(values: Any, longest: int) -> dict[str, str]:
    """Check parameters, tags or properties: texts by name.

    Raises:
        PointRefused: one of them cannot be kept.
    """
    if not isinstance(values, dict):
        raise PointRefused("names and values are a mapping")
    for name, value in values.items():
        check_name(name)
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            raise PointRefused(f"the value of {name!r} is no text of up to {longest} characters")
    return values


def too_large(limit: int) -> TooLarge:
    """Return the error for a body that is longer than a request may be."""
    return TooLarge(_("The body is larger than %(limit)d MiB. Send it in parts.") % {"limit": limit // 2**20})


def _read_line(line: bytes, offset: int) -> Entry:
    entry = Entry(offset)
    try:
        said = orjson.loads(line)
        run = said.pop("run", None) if isinstance(said, dict) else None
        if not isinstance(said, dict) or len(said) != 1:
            raise PointRefused("a line is an object with one key, and the run it is about where that is a child")
        entry.run_id = None if run is None else _id_of(run)
        ((kind, value),) = said.items()
        if kind not in _READERS:
            raise PointRefused(f"the key is one of {', '.join(_READERS)}")
        _READERS[kind](entry, value)
    except orjson.JSONDecodeError as error:
        entry.refusal = f"it is no JSON: {error}"
    except PointRefused as error:
        entry.refusal = str(error)
    return entry


def _metrics(entry: Entry, value: Any) -> None:
    if not isinstance(value, list):
        raise PointRefused("metrics are a list")
    for item in value:
        if not isinstance(item, list) or len(item) != 4:
            raise PointRefused("a metric is a list of its name, value, step and time")
        entry.points.append(read_point(*item))


def _system(entry: Entry, value: Any) -> None:
    if not isinstance(value, list):
        raise PointRefused("metrics are a list")
    for item in value:
        if not isinstance(item, list) or len(item) != 3:
            raise PointRefused("a metric of the system is a list of its name, value and time")
        name, number, at_ms = item
        entry.points.append(read_point(name, number, None, at_ms))


def _parameters(entry: Entry, value: Any) -> None:
    entry.parameters = read_texts(value, LONGEST_VALUE)


def _tags(entry: Entry, value: Any) -> None:
    entry.tags = read_texts(value, LONGEST_TAG)


def _properties(entry: Entry, value: Any) -> None:
    entry.properties = read_texts(value, LONGEST_TAG)


def _record(entry: Entry, value: Any) -> None:
    entry.record = read_record(value)


def _model(entry: Entry, value: Any) -> None:
    if not isinstance(value, dict):
        raise PointRefused("a model is an object with its name and path")
    name, path = value.get("name"), value.get("path") or ""
    check_name(name)
    if not isinstance(path, str) or len(path) > LONGEST_PATH or "\0" in path:
        raise PointRefused(f"a path is a text of up to {LONGEST_PATH} characters")
    said: dict[str, Any] = {key: read_texts(value.get(key) or {}, LONGEST_TAG) for key in ("tags", "properties")}
    texts = read_texts({key: value.get(key) or "" for key in ("type", "framework", "description")}, LONGEST_DESCRIPTION)
    entry.record = Record("model", str(name), 0, now_ms(), {**said, **texts}, path)


def _child(entry: Entry, value: Any) -> None:
    if not isinstance(value, dict):
        raise PointRefused("a child run is an object with its id and that of its parent")
    name = value.get("name") or ""
    if not isinstance(name, str) or len(name) > LONGEST_CHILD_NAME or not name.isprintable():
        raise PointRefused(f"the name of a child run is one line of up to {LONGEST_CHILD_NAME} characters")
    entry.child = Child(_id_of(value.get("id")), _id_of(value.get("parent")), name)


def _end(entry: Entry, value: Any) -> None:
    status, reason = (value.get("status"), value.get("reason") or "") if isinstance(value, dict) else ("", "")
    if status not in TERMINAL or not isinstance(reason, str) or "\0" in reason:
        raise PointRefused(f"a child run ends as one of {', '.join(sorted(TERMINAL))}, with a reason in words")
    if entry.run_id is None:
        raise PointRefused("only child runs end by what their program says")
    entry.end = ChildEnd(RunStatus(status), reason)


def _id_of(text: Any) -> UUID:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        raise PointRefused("a run is named by its id, a UUID") from None


_READERS: dict[str, Callable[[Entry, Any], None]] = {
    "m": _metrics,
    "s": _system,
    "p": _parameters,
    "t": _tags,
    "d": _properties,
    "r": _record,
    "g": _model,
    "c": _child,
    "e": _end,
}

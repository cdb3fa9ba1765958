"""Points into the journal, and their summaries, for a whole group of requests at once."""

import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from apps.experiments.ingestion.requests import Logged
from apps.experiments.metrics.points import MOST_NAMES, Point, dump, text_of
from apps.experiments.models import MetricJournal, MetricSummary, Run

POINTS_A_ROW = 1000
"""A row of the journal is one message to open pages, so a long request becomes several."""
SYSTEM_PREFIX = "system/"  # MLflow's clients name so what they measure of the machine; our runner does too
_NAMES_AT_ONCE = 900
_RUNS_REMEMBERED = 200

_JOURNAL = 'INSERT INTO {table} (run_id, source, "offset", points, payload, created_at) VALUES (%s, %s, %s, %s, %s, %s)'
# The last value is that of the highest step, and of several at one step that of the latest time.
_SUMMARY = """
INSERT INTO {table} AS old (run_id, name, is_system, count, last, last_text, last_step, last_at_ms, minimum, maximum)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (run_id, name) DO UPDATE SET
  count = old.count + excluded.count,
  last = CASE WHEN {newer} THEN excluded.last ELSE old.last END,
  last_text = CASE WHEN {newer} THEN excluded.last_text ELSE old.last_text END,
  last_at_ms = CASE WHEN {newer} THEN excluded.last_at_ms ELSE old.last_at_ms END,
  last_step = CASE WHEN {newer} THEN excluded.last_step ELSE old.last_step END,
  minimum = CASE WHEN old.minimum IS NULL OR excluded.minimum < old.minimum THEN excluded.minimum ELSE old.minimum END,
  maximum = CASE WHEN old.maximum IS NULL OR excluded.maximum > old.maximum THEN excluded.maximum ELSE old.maximum END
"""
_NEWER = "(excluded.last_step > old.last_step OR (excluded.last_step = old.last_step AND excluded.last_at_ms >= old.last_at_ms))"

# The names each run has, as far as this process knows; the writer's thread alone uses it.
_names: OrderedDict[UUID, set[str]] = OrderedDict()


def metrics_topic(run_id: UUID) -> str:
    """Return the topic under which readers of a run's metrics are woken."""
    return f"run:{run_id}:metrics"


@dataclass(slots=True)
class _Summary:
    is_system: bool
    count: int = 0
    last: float = math.nan
    last_step: int = -(2**63)
    last_at_ms: int = 0
    minimum: float | None = None
    maximum: float | None = None

    def add(self, step: int, at_ms: int, value: float) -> None:
        self.count += 1
        if (step, at_ms) >= (self.last_step, self.last_at_ms):
            self.last, self.last_step, self.last_at_ms = value, step, at_ms
        if math.isfinite(value):
            self.minimum = value if self.minimum is None or value < self.minimum else self.minimum
            self.maximum = value if self.maximum is None or value > self.maximum else self.maximum


class Group:
    """Collects the points of requests and writes them together."""

    def __init__(self) -> None:
        self._rows: list[tuple[Logged, int, list[Point]]] = []
        self._summaries: dict[UUID, dict[str, _Summary]] = {}
        self._stored_steps: dict[tuple[UUID, str], int] = {}

    def fault_of(self, run_id: UUID, points: list[Point]) -> str:
        """Return why these points cannot be stored, or an empty text. Names that are new count from now on."""
        known = _names_of(run_id)
        fresh = {point.name for point in points} - known
        if len(known) + len(fresh) > MOST_NAMES:
            return (
                f"a run has up to {MOST_NAMES} metric names, and {min(fresh)!r} would be one more; "
                "put what varies into a table (log_row) instead of the name"
            )
        known |= fresh
        return ""

    def add(self, request: Logged, offset: int | None, points: list[Point]) -> None:
        """Take points of a request; ``offset`` is that of their line, where there is one."""
        run_id = request.run_id
        if not points:
            return
        if any(point.step is None for point in points):
            points = self._numbered(run_id, points)
        if not self._rows or self._rows[-1][0] is not request:
            self._rows.append((request, request.offset if offset is None else offset, []))
        self._rows[-1][2].extend(points)
        summaries = self._summaries.setdefault(run_id, {})
        for name, step, at_ms, value in points:
            summary = summaries.get(name)
            if summary is None:
                is_system = request.is_system or name.startswith(SYSTEM_PREFIX)
                summary = summaries[name] = _Summary(is_system)
            summary.add(step or 0, at_ms, value)

    def write(self) -> None:
        """Write what was collected."""
        if not self._rows:
            return
        with connection.cursor() as cursor:
            journal = connection.ops.quote_name(MetricJournal._meta.db_table)
            cursor.executemany(_JOURNAL.format(table=journal), list(self._journal_rows()))
            table = connection.ops.quote_name(MetricSummary._meta.db_table)
            # In one order, as two transactions may upsert the same rows.
            rows = [
                _summary_row(run, name, summaries[name])
                for run_id, summaries in sorted(self._summaries.items(), key=_run_of)
                for run in (as_stored(run_id),)
                for name in sorted(summaries)
            ]
            cursor.executemany(_SUMMARY.format(table=table, newer=_NEWER), rows)

    def _journal_rows(self) -> Iterable[tuple[Any, ...]]:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        for request, begins, points in self._rows:
            run = as_stored(request.run_id)
            for start in range(0, len(points), POINTS_A_ROW):
                part = points[start : start + POINTS_A_ROW]
                offset = None if start else begins
                yield run, request.source, offset, len(part), dump(part), now

    def _numbered(self, run_id: UUID, points: list[Point]) -> list[Point]:
        """Return the points, each that has no step with the one after its series' highest."""
        self._look_up_steps(run_id, {point.name for point in points if point.step is None})
        following: dict[str, int] = {}
        numbered = []
        for point in points:
            if point.step is None:
                summary = self._summaries.get(run_id, {}).get(point.name)
                highest = max(self._stored_steps[run_id, point.name], summary.last_step if summary else -1)
                point = point._replace(step=max(highest + 1, following.get(point.name, 0)))
            following[point.name] = max(following.get(point.name, 0), (point.step or 0) + 1)
            numbered.append(point)
        return numbered

    def _look_up_steps(self, run_id: UUID, names: set[str]) -> None:
        unknown = sorted(name for name in names if (run_id, name) not in self._stored_steps)
        self._stored_steps |= {(run_id, name): -1 for name in unknown}
        for start in range(0, len(unknown), _NAMES_AT_ONCE):
            stored = MetricSummary.objects.filter(run_id=run_id, name__in=unknown[start : start + _NAMES_AT_ONCE])
            self._stored_steps |= {(run_id, name): step for name, step in stored.values_list("name", "last_step")}


def forget_names(run_ids: Iterable[UUID]) -> None:
    """Forget which names runs have, since what was to be written has not been."""
    for run_id in run_ids:
        _names.pop(run_id, None)


def _names_of(run_id: UUID) -> set[str]:
    known = _names.pop(run_id, None)
    if known is None:
        known = set(MetricSummary.objects.filter(run_id=run_id).values_list("name", flat=True))
    _names[run_id] = known
    if len(_names) > _RUNS_REMEMBERED:
        _names.popitem(last=False)
    return known


def _summary_row(run: Any, name: str, one: _Summary) -> tuple[Any, ...]:
    text = text_of(one.last)
    last = None if text else one.last
    values = (one.count, last, text, one.last_step, one.last_at_ms, one.minimum, one.maximum)
    return (run, name, one.is_system, *values)


def as_stored(run_id: UUID) -> Any:
    """Return a run's id as plain SQL takes it, and gives it back."""
    return Run._meta.pk.get_db_prep_value(run_id, connection)


def _run_of(item: tuple[UUID, dict[str, _Summary]]) -> str:
    return item[0].hex

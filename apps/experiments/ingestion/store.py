"""Writes a group of requests in one transaction. Called by the writer alone, in its thread."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from apps.core.errors import StudioError
from apps.experiments.ingestion import log_parts, series
from apps.experiments.ingestion.errors import RunUnknown
from apps.experiments.ingestion.family import Family
from apps.experiments.ingestion.requests import Logged, LogPart
from apps.experiments.ingestion.series import as_stored
from apps.experiments.models import MetricJournal, Run, RunMark

Request = Logged | LogPart
_Sent = tuple[UUID, str, int | None]

# Plain SQL: most groups are a few small requests, for which building the queries took longer than all the rest.
_RUNS = "SELECT id FROM {table} WHERE id IN ({marks}) AND deleted_at IS NULL ORDER BY id {lock}"
_SENT = 'SELECT run_id, source, "offset" FROM {table} WHERE {conditions}'


@dataclass
class Stored:
    """What became of a request. ``refused``: ``(number of the line from 1, reason)``. ``points``: how many are new, by run.

    ``log_size``: the log's size in bytes. ``log_is_cut``: it takes no more. ``topics`` have news.
    """

    accepted: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    points: dict[UUID, int] = field(default_factory=dict)
    log_size: int = 0
    log_is_cut: bool = False
    topics: set[str] = field(default_factory=set)


def store(requests: list[Request]) -> list[Stored | StudioError]:
    """Store requests together, in their order. Returns for each what became of it, or why nothing of it was stored.

    Raises:
        Exception: whatever the database raises; nothing has been stored then.
    """
    outcomes: list[Stored | StudioError] = []
    with transaction.atomic():
        runs = _locked({run_id for request in requests for run_id in request.run_ids})
        group = series.Group()
        sent_before = _sent_before(requests)
        for request in requests:
            if request.run_id not in runs:
                outcomes.append(RunUnknown())
                continue
            try:
                if isinstance(request, LogPart):
                    outcomes.append(_store_log(request))
                else:
                    outcomes.append(_store_logged(request, group, sent_before, runs))
            except StudioError as error:
                outcomes.append(error)
        group.write()
    return outcomes


def _locked(run_ids: set[UUID]) -> set[UUID]:
    """Return the runs that can be written to.

    Their rows stay locked until the commit, so that what several processes write to a run becomes visible in the order of
    its numbers. They are locked in one order, or two groups could wait for each other.
    """
    stored = {as_stored(run_id): run_id for run_id in run_ids}
    lock = connection.ops.for_update_sql(no_key=True) if connection.features.has_select_for_update else ""
    marks = ", ".join(["%s"] * len(stored))
    with connection.cursor() as cursor:
        cursor.execute(_RUNS.format(table=_table_of(Run), marks=marks, lock=lock), list(stored))
        return {stored[run] for (run,) in cursor.fetchall()}


def _store_log(part: LogPart) -> Stored:
    log = log_parts.append(part)
    topics = {log_parts.log_topic(part.run_id, part.path)} if log.is_news else set()
    return Stored(accepted=1, log_size=log.size, log_is_cut=log.is_cut, topics=topics)


def _store_logged(request: Logged, group: series.Group, sent_before: set[_Sent], runs: set[UUID]) -> Stored:
    stored = Stored()
    sent = (request.run_id, request.source, request.offset)
    if request.end is None and sent in sent_before:
        stored.accepted = len(request.entries)
        return stored
    sent_before.add(sent)
    mark = _read_to(request)
    family = Family(request, runs)
    for number, entry in enumerate(request.entries, 1):
        if entry.offset is not None and entry.offset < mark:
            stored.accepted += 1  # by an earlier request
            continue
        run_id = entry.run_id or request.run_id
        reason = (
            entry.refusal
            or family.fault_of(run_id)
            or group.fault_of(run_id, entry.points)
            or family.details_of(run_id).store(entry)
            or family.begin_or_end(entry)
        )
        if reason:
            stored.refused.append((number, reason))
            continue
        stored.accepted += 1
        if entry.points:
            stored.points[run_id] = stored.points.get(run_id, 0) + len(entry.points)
            group.add(family.request_of(run_id), entry.offset, entry.points)
    if request.end is not None and request.end > mark:
        RunMark.objects.update_or_create(run_id=request.run_id, name=request.source, defaults={"position": request.end})
    stored.topics |= {series.metrics_topic(run_id) for run_id in stored.points}
    family.tell()
    return stored


def _sent_before(requests: list[Request]) -> set[_Sent]:
    """Return which of the requests that come from no file have been stored, as far as the journal remembers."""
    hashed = [request for request in requests if isinstance(request, Logged) and request.end is None]
    if not hashed:
        return set()
    values = [(as_stored(request.run_id), request.source, request.offset) for request in hashed]
    # One condition for each: with a list of triples SQLite would read the whole table instead of the index.
    conditions = " OR ".join(['(run_id = %s AND source = %s AND "offset" = %s)'] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            _SENT.format(table=_table_of(MetricJournal), conditions=conditions), [v for row in values for v in row]
        )
        found = set(cursor.fetchall())
    return {
        (request.run_id, request.source, request.offset)
        for request, row in zip(hashed, values, strict=True)
        if row in found
    }


def _read_to(request: Logged) -> int:
    """Return the byte of the file before which everything has been stored; 0 where there is no file."""
    if request.end is None:
        return 0
    marks = RunMark.objects.filter(run_id=request.run_id, name=request.source)
    return marks.values_list("position", flat=True).first() or 0


def _table_of(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)

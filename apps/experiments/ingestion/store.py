"""Writes a group of requests in one transaction. Called by the writer alone, in its thread."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from apps.core import events
from apps.core.errors import StudioError
from apps.experiments.events import run_topic
from apps.experiments.ingestion import details, log_parts, series
from apps.experiments.ingestion.errors import RunUnknown
from apps.experiments.ingestion.requests import Entry, Logged, LogPart
from apps.experiments.models import MetricJournal, Run, RunMark

Request = Logged | LogPart
_Sent = tuple[UUID, str, int | None]


@dataclass
class Stored:
    """What became of a request. ``refused``: ``(number of the line from 1, reason)``. ``points``: how many are new.

    ``log_size``: the log's size in bytes. ``topics`` have news.
    """

    accepted: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    points: int = 0
    log_size: int = 0
    topics: set[str] = field(default_factory=set)


def store(requests: list[Request]) -> list[Stored | StudioError]:
    """Store requests together, in their order. Returns for each what became of it, or why nothing of it was stored.

    Raises:
        Exception: whatever the database raises; nothing has been stored then.
    """
    outcomes: list[Stored | StudioError] = []
    with transaction.atomic():
        runs = _locked({request.run_id for request in requests})
        group = series.Group()
        sent_before = _sent_before(requests)
        for request in requests:
            run = runs.get(request.run_id)
            if run is None:
                outcomes.append(RunUnknown())
                continue
            try:
                if isinstance(request, LogPart):
                    outcomes.append(_store_log(request))
                else:
                    outcomes.append(_store_logged(run, request, group, sent_before))
            except StudioError as error:
                outcomes.append(error)
        group.write()
    return outcomes


def _locked(run_ids: set[UUID]) -> dict[UUID, Run]:
    """Return the runs that can be written to.

    Their rows stay locked until the commit, so that what several processes write to a run becomes visible in the order of
    its numbers. They are locked in one order, or two groups could wait for each other.
    """
    found = Run.objects.select_for_update(no_key=True).filter(pk__in=run_ids, deleted_at=None).order_by("pk")
    return {run.pk: run for run in found.only("pk", "workspace_id", "properties", "status")}


def _store_log(part: LogPart) -> Stored:
    size, is_news = log_parts.append(part)
    return Stored(accepted=1, log_size=size, topics={log_parts.log_topic(part.run_id, part.path)} if is_news else set())


def _store_logged(run: Run, request: Logged, group: series.Group, sent_before: set[_Sent]) -> Stored:
    stored = Stored()
    sent = (request.run_id, request.source, request.offset)
    if request.end is None and sent in sent_before:
        stored.accepted = len(request.entries)
        return stored
    sent_before.add(sent)
    mark = _read_to(request)
    changes = False
    for number, entry in enumerate(request.entries, 1):
        if entry.offset is not None and entry.offset < mark:
            stored.accepted += 1  # by an earlier request
            continue
        reason = entry.refusal or group.fault_of(run.pk, entry.points) or details.store(run, request.source, entry)
        if reason:
            stored.refused.append((number, reason))
            continue
        stored.accepted += 1
        stored.points += len(entry.points)
        changes = changes or _is_shown_on_page(entry)
        group.add(run.pk, request, entry.offset, entry.points)
    if request.end is not None and request.end > mark:
        RunMark.objects.update_or_create(run_id=run.pk, name=request.source, defaults={"position": request.end})
    if stored.points:
        stored.topics.add(series.metrics_topic(run.pk))
    if changes:
        events.publish(run_topic(run.pk), "run.changed", {"status": run.status, "is_over": run.is_over})
    return stored


def _sent_before(requests: list[Request]) -> set[_Sent]:
    """Return which of the requests that come from no file have been stored, as far as the journal remembers."""
    hashed = [request for request in requests if isinstance(request, Logged) and request.end is None]
    if not hashed:
        return set()
    found = MetricJournal.objects.filter(
        run_id__in={request.run_id for request in hashed}, offset__in=[request.offset for request in hashed]
    )
    return set(found.values_list("run_id", "source", "offset"))


def _read_to(request: Logged) -> int:
    """Return the byte of the file before which everything has been stored; 0 where there is no file."""
    if request.end is None:
        return 0
    marks = RunMark.objects.filter(run_id=request.run_id, name=request.source)
    return marks.values_list("position", flat=True).first() or 0


def _is_shown_on_page(entry: Entry) -> bool:
    return bool(entry.parameters or entry.tags or entry.properties or entry.record)

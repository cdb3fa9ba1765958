"""Joins small segments of logs into files of the store, in the background. Readers see the same bytes before and after."""

from django.db import transaction
from django.db.models import Q, Sum

from apps.core.storage import get_store
from apps.experiments.logs.reading import bytes_of
from apps.experiments.models import LogSegment, Run, RunLog

JOINED_BYTES = 4 * 2**20


def join_what_waits() -> int:
    """Join the segments of every log that has grown, or ended. Returns how many logs."""
    waiting = LogSegment.objects.filter(key="").values("log_id").annotate(total=Sum("length"))
    grown = waiting.filter(Q(total__gte=JOINED_BYTES) | Q(log__ended_at__isnull=False))
    logs = [row["log_id"] for row in grown]
    for log_id in logs:
        join_segments(log_id)
    return len(logs)


def join_segments(log_id: int) -> int:
    """Join a log's small segments; what is too little for a file waits while the log goes on. Returns how many files were made.

    Harmless when run twice, or at once: the file is written first, and only who finds the segments as they were puts it in
    their place.
    """
    log = RunLog.objects.select_related("run").filter(pk=log_id).first()
    made = 0
    while log is not None:
        segments, is_enough = _next_segments(log)
        if not segments or not (is_enough or log.ended_at):
            break
        if not _replace(log, segments):
            break
        made += 1
    return made


def _next_segments(log: RunLog) -> tuple[list[LogSegment], bool]:
    """Return segments that lie one after the other in the database, and whether they make a file already."""
    chosen: list[LogSegment] = []
    size = 0
    for segment in LogSegment.objects.filter(log=log, key="").order_by("offset").iterator(chunk_size=16):
        if chosen and size + segment.length > JOINED_BYTES:
            return chosen, True
        chosen.append(segment)
        size += segment.length
        if segment.lines > bytes_of(segment).count(b"\n"):
            return chosen, True  # a line was broken here, which only the end of a segment can say
    return chosen, size >= JOINED_BYTES


def _replace(log: RunLog, segments: list[LogSegment]) -> bool:
    data = b"".join(bytes_of(segment) for segment in segments)
    offset = segments[0].offset
    key = f"{log.run.files_prefix}/logs/{log.pk}/{offset}-{len(data)}"
    get_store().write(key, [data])
    with transaction.atomic():
        is_there = Run.objects.select_for_update(no_key=True).filter(pk=log.run_id).values_list("pk").first()
        joined = LogSegment.objects.filter(log=log, key="", offset__gte=offset, offset__lt=offset + len(data))
        if joined.count() != len(segments):
            if not is_there:
                get_store().delete(key)
            return False
        joined.delete()
        LogSegment.objects.create(
            log=log,
            offset=offset,
            length=len(data),
            first_line=segments[0].first_line,
            lines=sum(segment.lines for segment in segments),
            key=key,
        )
    return True

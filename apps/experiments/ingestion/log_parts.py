"""Appends to logs."""

from uuid import UUID

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import Conflict, UserError
from apps.core.storage.keys import fault_in_path
from apps.experiments.ingestion.errors import LogGap
from apps.experiments.ingestion.requests import LogPart
from apps.experiments.models import LogSegment, RunLog

LONGEST_PATH_BYTES = 500
LONGEST_LINE_BYTES = 2**20
MOST_LOGS = 1000


def log_topic(run_id: UUID, path: str) -> str:
    """Return the topic under which readers of a log are woken."""
    return f"run:{run_id}:log:{path}"


def check_path(path: str) -> str:
    """Return the path of a log.

    Raises:
        UserError: it is no plain relative path.
    """
    if fault := fault_in_path(path, max_bytes=LONGEST_PATH_BYTES):
        raise UserError(_("A log cannot be called “%(path)s”: %(fault)s.") % {"path": path[:100], "fault": fault})
    return path


def append(part: LogPart) -> tuple[int, bool]:
    """Add to a log, whose run's row is locked, what it does not have yet. Returns its size, and whether that is news.

    Raises:
        LogGap: bytes before ``part`` are missing.
        Conflict: the run has too many logs.
    """
    log = RunLog.objects.filter(run_id=part.run_id, path=part.path).first()
    if log is None:
        if RunLog.objects.filter(run_id=part.run_id).count() >= MOST_LOGS:
            raise Conflict(_("A run has at most %(most)d logs.") % {"most": MOST_LOGS})
        log = RunLog(run_id=part.run_id, path=part.path)
    if part.offset > log.size:
        raise LogGap(log.size)
    data = part.data[log.size - part.offset :]
    ends_now = part.has_ended and log.ended_at is None
    if not data and not ends_now and log.pk:
        return log.size, False
    if ends_now:
        log.ended_at = timezone.now()
    offset, first_line = log.size, log.lines
    lines = data.count(b"\n")
    if data and not lines and log.pk and _open_line_bytes(log) + len(data) >= LONGEST_LINE_BYTES:
        lines = 1  # the line is broken here: a segment with more lines than line feeds says so
    log.size, log.lines = offset + len(data), first_line + lines
    log.save()
    if data:
        LogSegment.objects.create(
            log=log, offset=offset, length=len(data), first_line=first_line, lines=lines, data=data
        )
    return log.size, True


def _open_line_bytes(log: RunLog) -> int:
    """Return how long the last line is so far, in bytes; what it has in the segment it began in is left out."""
    inside = LogSegment.objects.filter(log=log, first_line=log.lines, lines=0)
    return inside.aggregate(total=Sum("length"))["total"] or 0

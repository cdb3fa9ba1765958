"""Appends to logs."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import Conflict, UserError
from apps.core.storage.keys import fault_in_path
from apps.experiments.events import run_changed
from apps.experiments.ingestion.errors import LogGap
from apps.experiments.ingestion.requests import LogPart
from apps.experiments.models import LogSegment, Run, RunLog

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


@dataclass(frozen=True)
class Appended:
    """What a log is after something was added: its size in bytes, whether that is news, and whether it takes no more."""

    size: int
    is_news: bool
    is_cut: bool


def append(part: LogPart) -> Appended:
    """Add to a log, whose run's row is locked, what it does not have yet. At its limit the log says so, and takes no more.

    Raises:
        LogGap: bytes before ``part`` are missing.
        Conflict: the run has too many logs.
    """
    log = RunLog.objects.filter(run_id=part.run_id, path=part.path).first()
    if log is None:
        if RunLog.objects.filter(run_id=part.run_id).count() >= MOST_LOGS:
            raise Conflict(_("A run has at most %(most)d logs.") % {"most": MOST_LOGS})
        log = RunLog(run_id=part.run_id, path=part.path)
    data = b"" if log.cut_at else _what_follows(log, part)
    limit = settings.STUDIO.log_limit_mb * 2**20
    if log.cut_at is None and log.size + len(data) > limit:
        data = data[: limit - log.size] + _notice(limit)
        log.cut_at = timezone.now()
        run_changed(Run.objects.get(pk=part.run_id))
    ends_now = part.has_ended and log.ended_at is None
    if not data and not ends_now and log.pk:
        return Appended(log.size, is_news=False, is_cut=log.cut_at is not None)
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
    return Appended(log.size, is_news=True, is_cut=log.cut_at is not None)


def _what_follows(log: RunLog, part: LogPart) -> bytes:
    if part.offset > log.size:
        raise LogGap(log.size)
    return part.data[log.size - part.offset :]


def _notice(limit: int) -> bytes:
    words = _("The log ends here: it has reached %(size)s, the most that is kept of one. The run goes on.")
    return f"\n=== {words % {'size': filesizeformat(limit)}} ===\n".encode()


def _open_line_bytes(log: RunLog) -> int:
    """Return how long the last line is so far, in bytes; what it has in the segment it began in is left out."""
    inside = LogSegment.objects.filter(log=log, first_line=log.lines, lines=0)
    return inside.aggregate(total=Sum("length"))["total"] or 0

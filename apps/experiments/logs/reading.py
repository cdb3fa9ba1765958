"""Logs as readers see them, whether their bytes lie in the database or in the store.

Lines end with a line feed, or where a segment has more lines than line feeds: there a line without end has been broken. What
follows the last line feed is a line too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from apps.core.errors import NotFound
from apps.core.storage import get_store
from apps.experiments.models import LogSegment, RunLog

MOST_LINES = 2000
LONGEST_SHOWN_LINE = 20_000
# Two thousand long lines would be more than a browser can hold, so an answer may have fewer lines than were asked for.
MOST_SHOWN_BYTES = 4 * 2**20
_LONGEST_CHARACTER = 4
_ROWS_AT_ONCE = 16


class LogMissing(NotFound):
    """The run has no log of this name, or not yet."""

    code = "log_missing"

    def __init__(self) -> None:
        super().__init__(_("The run has no such log, or has not begun to write it."))


@dataclass
class Lines:
    """A stretch of a log. Texts are raw, with ANSI codes and carriage returns. ``truncated``: numbers of lines cut short."""

    first_line: int
    total_lines: int
    lines: list[str] = field(default_factory=list)
    truncated: list[int] = field(default_factory=list)


def find_log(run_id: UUID, path: str) -> RunLog:
    """Return one of a run's logs.

    Raises:
        LogMissing: there is none of this name.
    """
    log = RunLog.objects.filter(run_id=run_id, path=path).first()
    if log is None:
        raise LogMissing
    return log


def read_lines(log: RunLog, first: int, count: int) -> Lines:
    """Return up to ``count`` lines of a log from number ``first`` (from 0) on."""
    found = Lines(first, count_lines(log))
    size = 0
    for number, block in blocks(log, first):
        lines = block.removesuffix(b"\n").split(b"\n")
        for line in lines[max(0, first - number) :]:
            if len(found.lines) == count or size > MOST_SHOWN_BYTES:
                return found
            text, is_cut = shown(line)
            if is_cut:
                found.truncated.append(first + len(found.lines))
            found.lines.append(text)
            size += len(text)
    return found


def count_lines(log: RunLog) -> int:
    """Return how many lines a log has, counting one that has not ended yet; as it was when ``log`` was read."""
    if not log.size:
        return 0
    if b"".join(read_bytes(log, log.size - 1, log.size)) == b"\n":
        return log.lines
    last = LogSegment.objects.filter(log=log, offset__lt=log.size).order_by("-offset")[0]
    is_broken = last.offset + last.length == log.size and last.lines > bytes_of(last).count(b"\n")
    return log.lines + int(not is_broken)


def blocks(log: RunLog, first: int = 0) -> Iterator[tuple[int, bytes]]:
    """Give a log from line ``first`` or a little before it on, as whole lines: the number of the first one, and their bytes.

    Where the beginning of the very first line given is missing, its number is lower than ``first``. What was added since
    ``log`` was read is left out.
    """
    # Of a line's bytes the first are in the segment in which the line before it ends.
    before = LogSegment.objects.filter(log=log, first_line__lt=first).order_by("-first_line", "-offset")
    start = before.values_list("offset", flat=True).first() or 0
    rows = LogSegment.objects.filter(log=log, offset__gte=start, offset__lt=log.size).order_by("offset")
    kept: list[bytes] = []
    number = 0
    for segment in rows.iterator(chunk_size=_ROWS_AT_ONCE):  # one query: what is joined meanwhile does not matter
        data = bytes_of(segment)
        lines = segment.lines
        if len(data) > log.size - segment.offset:
            data = data[: log.size - segment.offset]
            lines = data.count(b"\n")
        if not kept:
            number = segment.first_line
        cut = len(data) if lines > data.count(b"\n") else data.rfind(b"\n") + 1
        if not cut:
            kept.append(data)
            continue
        yield number, b"".join([*kept, data[:cut]])
        number = segment.first_line + lines
        kept = [data[cut:]] if cut < len(data) else []
    if kept:
        yield number, b"".join(kept)


def read_bytes(log: RunLog, start: int, end: int) -> Iterator[bytes]:
    """Give a log's bytes from ``start`` up to, not including, ``end``."""
    first = LogSegment.objects.filter(log=log, offset__lte=start).order_by("-offset")
    begin = first.values_list("offset", flat=True).first() or 0
    rows = LogSegment.objects.filter(log=log, offset__gte=begin, offset__lt=end).order_by("offset")
    for segment in rows.iterator(chunk_size=_ROWS_AT_ONCE):
        skip = max(0, start - segment.offset)
        if data := bytes_of(segment, skip)[: end - segment.offset - skip]:
            yield data


def bytes_of(segment: LogSegment, start: int = 0) -> bytes:
    """Return a segment's bytes from ``start`` on."""
    if segment.key:
        return b"".join(get_store().open(segment.key, start))
    return bytes(segment.data or b"")[start:]


def shown(line: bytes, longest: int = LONGEST_SHOWN_LINE) -> tuple[str, bool]:
    """Return a line as text of at most ``longest`` characters, and whether it was cut."""
    text = line[: (longest + 1) * _LONGEST_CHARACTER].decode("utf-8", "replace")
    return text[:longest], len(text) > longest

"""News of a log for the websocket: its bytes."""

from uuid import UUID

from channels.db import database_sync_to_async

from apps.core.feeds import Item
from apps.experiments.ingestion.log_parts import log_topic
from apps.experiments.logs.reading import read_bytes
from apps.experiments.models import RunLog

PIECE_BYTES = 64 * 1024
_LONGEST_CHARACTER = 4


class LogSource:
    """Implements ``Source``. An item's number is the byte offset at its end; that of the log's end is one more than its size.

    A piece never ends within a character, unless the log does.
    """

    ring_items = 32
    page_items = 16

    def __init__(self, run_id: UUID, path: str) -> None:
        self.run_id = run_id
        self.path = path
        self.topic = log_topic(run_id, path)

    async def bounds(self) -> tuple[int, int]:
        found: tuple[int, int] = await database_sync_to_async(self._bounds, thread_sensitive=False)()
        return found

    async def after(self, seq: int, limit: int) -> list[Item]:
        found: list[Item] = await database_sync_to_async(self._after, thread_sensitive=False)(seq, limit)
        return found

    def _bounds(self) -> tuple[int, int]:
        log = self._log()
        if log is None:
            return 1, 0
        if log.ended_at is not None:
            return 1, log.size + 1
        end = b"".join(read_bytes(log, max(0, log.size - _LONGEST_CHARACTER), log.size))
        return 1, log.size - _unfinished(end)

    def _after(self, seq: int, limit: int) -> list[Item]:
        log = self._log()
        if log is None:
            return []
        items: list[Item] = []
        data = b"".join(read_bytes(log, seq, min(log.size, seq + limit * PIECE_BYTES)))
        start = 0
        while start < len(data) and len(items) < limit:
            piece = data[start : start + PIECE_BYTES]
            if log.ended_at is None or seq + start + len(piece) < log.size:
                piece = piece[: len(piece) - _unfinished(piece)]
            if not piece:
                break
            items.append(self._item(seq + start, piece))
            start += len(piece)
        if log.ended_at is not None and seq + start == log.size and len(items) < limit:
            items.append(Item(log.size + 1, {"type": "log.ended"}))
        return items

    def _item(self, offset: int, data: bytes) -> Item:
        end = offset + len(data)
        return Item(end, {"seq": end, "type": "log", "data": {"path": self.path, "offset": offset, "bytes": data}})

    def _log(self) -> RunLog | None:
        return RunLog.objects.filter(run_id=self.run_id, path=self.path).first()


def _unfinished(data: bytes) -> int:
    """Return how many bytes at the end begin a character in UTF-8 whose rest is missing."""
    for back in range(1, min(_LONGEST_CHARACTER, len(data) + 1)):
        byte = data[-back]
        if byte & 0xC0 == 0x80:
            continue
        length = 2 if byte & 0xE0 == 0xC0 else 3 if byte & 0xF0 == 0xE0 else 4 if byte & 0xF8 == 0xF0 else 1
        return back if length > back else 0
    return 0

"""When a crashed process is started again, and when it is no use."""

from collections import deque

CRASH_LIMIT = 5
WINDOW_S = 60.0
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 5.0


class RestartPolicy:
    """Back-off that triples with each crash in the last minute; the fifth is the last."""

    def __init__(self) -> None:
        self._crashes: deque[float] = deque(maxlen=CRASH_LIMIT)

    @property
    def has_crashes(self) -> bool:
        """Whether the process ever crashed."""
        return bool(self._crashes)

    def delay_after_crash(self, now: float) -> float | None:
        """Count a crash.

        Args:
            now: monotonic time, in seconds.

        Returns:
            Seconds to wait before the next start, or None when the process crashed too often to be started again.
        """
        self._crashes.append(now)
        recent = sum(1 for crash in self._crashes if now - crash <= WINDOW_S)
        if recent >= CRASH_LIMIT:
            return None
        delay: float = FIRST_DELAY_S * 3 ** (recent - 1)
        return min(delay, LONGEST_DELAY_S)

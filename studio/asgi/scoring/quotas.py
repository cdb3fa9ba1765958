"""How many requests each key may ask for in a minute."""

import math
import time

from django.utils.translation import gettext as _

from studio.asgi.scoring.refusals import Refused

MINUTE_S = 60.0


class Quota:
    """The quota of an endpoint's keys, each on its own, as this gateway counts them.

    A key that was not used for a minute may use all of its quota at once; after that, requests become free one by one, evenly
    over the minute.
    """

    def __init__(self) -> None:
        self.per_minute = 0
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, caller: str) -> None:
        """Count a request.

        Args: caller: which key it came with.

        Raises:
            Refused: the key has used up its quota.
        """
        if not self.per_minute:
            return
        now = time.monotonic()
        left, at = self._left.get(caller, (float(self.per_minute), now))
        rate = self.per_minute / MINUTE_S
        left = min(left + (now - at) * rate, float(self.per_minute))
        if left >= 1.0:
            self._left[caller] = (left - 1.0, now)
            return
        self._left[caller] = (left, now)
        detail = _("This key may ask %(most)d times a minute. Wait, or have the quota of the endpoint raised.")
        wait_s = max(1, math.ceil((1.0 - left) / rate))
        raise Refused(429, "quota", detail % {"most": self.per_minute}, retry_after=wait_s)

"""Search in logs of any length. RE2 finds in time linear to what it reads, whatever the pattern, so no pattern can hang it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.experiments.logs.reading import blocks, shown
from apps.experiments.models import RunLog

LONGEST_QUERY = 500
LONGEST_HIT = 2000
MOST_HITS = 1000
# What one request may take; the rest is for the next one, which begins where it ended.
MOST_BYTES = 64 * 2**20
LONGEST_S = 2.0


class PatternRefused(UserError):
    """It is no regular expression that can be searched for."""

    code = "invalid_pattern"


@dataclass
class Hits:
    """Lines that match: ``(number, text)``. ``next_line``: where to go on; None where the log has been searched to its end."""

    found: list[tuple[int, str]] = field(default_factory=list)
    next_line: int | None = None


def search(
    log: RunLog, query: str, *, first: int = 0, most: int = 200, is_regex: bool = False, by_case: bool = False
) -> Hits:
    """Find the lines from number ``first`` on in which ``query`` occurs.

    Raises:
        PatternRefused: the query is no regular expression that RE2 knows; look-around and back-references are none.
    """
    pattern = _compiled(query, is_regex=is_regex, by_case=by_case)
    hits = Hits()
    begun, size = time.monotonic(), 0
    for number, block in blocks(log, first):
        if size and (size + len(block) > MOST_BYTES or time.monotonic() - begun > LONGEST_S):
            hits.next_line = max(number, first)
            return hits
        size += len(block)
        for line_number, line in _matches(pattern, block, number):
            if line_number < first:
                continue
            if len(hits.found) == most:
                hits.next_line = line_number
                return hits
            hits.found.append((line_number, shown(line, LONGEST_HIT)[0]))
    return hits


def _matches(pattern: Any, block: bytes, number: int) -> Iterator[tuple[int, bytes]]:
    """Give each line of a block that matches, with its number."""
    at = counted = 0
    while at < len(block) and (match := pattern.search(block, at)):
        start = block.rfind(b"\n", 0, match.start()) + 1
        if match.start() == len(block) and block.endswith(b"\n"):
            return  # an empty match behind the last line
        end = block.find(b"\n", match.start())
        end = len(block) if end < 0 else end
        number += block.count(b"\n", counted, start)
        counted = start
        yield number, block[start:end]
        at = end + 1


def _compiled(query: str, *, is_regex: bool, by_case: bool) -> Any:
    import re2  # loaded by whoever searches first: most processes never do

    options = re2.Options()
    options.literal = not is_regex
    options.case_sensitive = by_case
    options.never_nl = True
    options.log_errors = False
    try:
        return re2.compile((f"(?m){query}" if is_regex else query).encode(), options=options)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        message = _("This is no regular expression that can be searched for: %(reason)s.")
        raise PatternRefused(message % {"reason": reason}, field="q") from None

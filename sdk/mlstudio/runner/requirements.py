"""What may stand in requirements: names of packages and their versions.

Where packages come from is set up on the machine; files and variables of it are none of a requirement's business.
"""

from __future__ import annotations

import re

NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?\s*(?:\[[\w\s,.-]*\])?\s*"
PACKAGE = re.compile(rf"{NAME}(?:$|[<>=!~;(].*)")
HASH = re.compile(r"\s--hash=\w+:\w+")


class RequirementError(Exception):
    """A line that cannot be used; the message says which and why."""


def check(text: str) -> None:
    """See that every line names a package.

    Raises:
        RequirementError: one does not.
    """
    joined = text.replace("\\\r\n", "").replace("\\\n", "")
    for number, line in enumerate(joined.splitlines(), 1):
        said = HASH.sub("", re.sub(r"(^|\s)#.*", "", line)).strip()
        if not said:
            continue
        if "${" in said or not PACKAGE.fullmatch(said):
            raise RequirementError(
                f"Line {number} of the requirements cannot be used: {said[:200]!r}. A line names a package, such as numpy>=1.26."
            )


def is_empty(text: str) -> bool:
    """Return whether nothing is required."""
    return not any(line.split("#")[0].strip() for line in text.splitlines())

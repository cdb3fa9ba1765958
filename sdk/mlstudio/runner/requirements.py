"""What may stand in requirements: packages, and where to look for them; no files of the machine that resolves them."""

from __future__ import annotations

import re

NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?\s*(?:\[[\w\s,.-]*\])?\s*"
PACKAGE = re.compile(rf"{NAME}(?:$|[<>=!~;(].*|@\s*https?://\S+(?:\s*;.*)?)")
OPTION = re.compile(r"(?:-i|-f|--index-url|--extra-index-url|--find-links)[\s=]\s*https?://\S+|--pre")
HASH = re.compile(r"\s--hash=\w+:\w+")


class RequirementError(Exception):
    """A line that cannot be used; the message says which and why."""


def check(text: str) -> None:
    """See that every line names a package, or an index by its address.

    Raises:
        RequirementError: one does not. Files of the machine, and its variables, are none of a requirement's business.
    """
    joined = text.replace("\\\r\n", "").replace("\\\n", "")
    for number, line in enumerate(joined.splitlines(), 1):
        said = HASH.sub("", re.sub(r"(^|\s)#.*", "", line)).strip()
        if not said:
            continue
        if "${" in said or not (OPTION.fullmatch(said) or PACKAGE.fullmatch(said)):
            raise RequirementError(
                f"Line {number} of the requirements cannot be used: {said[:200]!r}. A line names a package, such as numpy>=1.26, "
                "or an index: --extra-index-url https://…"
            )


def is_empty(text: str) -> bool:
    """Return whether nothing is required."""
    return not any(line.split("#")[0].strip() for line in text.splitlines())

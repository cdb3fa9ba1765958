"""What several commands read and show."""

from __future__ import annotations

import sys

from mlstudio.errors import ConfigurationError
from mlstudio.transfers import Progress


def progress_bar() -> Progress | None:
    """Return what shows progress on a terminal; nothing where nobody looks."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        share = 100 if not total else done * 100 // total
        print(
            f"\r{share:3} %  {done >> 20} of {total >> 20} MiB",
            end="\n" if done >= total else "",
            file=sys.stderr,
            flush=True,
        )

    return show


def tags_of(given: list[str]) -> dict[str, str]:
    """Return tags as they are given on the command line, ``NAME=VALUE`` or ``NAME``.

    Raises:
        ConfigurationError: one has no name.
    """
    tags = {}
    for tag in given:
        name, _sep, value = tag.partition("=")
        if not name:
            raise ConfigurationError(f"The tag {tag!r} has no name.")
        tags[name] = value
    return tags

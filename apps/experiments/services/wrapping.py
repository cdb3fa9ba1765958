"""Code in a zip that holds one folder and everything in that, as it comes when a folder itself was packed."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

_WORDS = re.compile(r"[^\s'\"=;|&<>()]+")


def wrapping_folder(paths: Iterable[str], command: str) -> str:
    """Return the one folder that all files lie in, if the command names files as they lie within it; else an empty text.

    Args: paths: of the files, with slashes.
    """
    there = set(paths)
    tops = {path.partition("/")[0] for path in there}
    top = next(iter(tops), "")
    if len(tops) != 1 or top in there:
        return ""
    named = {str(PurePosixPath(word)) for word in _WORDS.findall(command)}
    folders = {str(parent) for path in there for parent in PurePosixPath(path).parents}
    is_there = any(name in there or name in folders for name in named if name != ".")
    is_within = any(f"{top}/{name}" in there for name in named)
    return top if is_within and not is_there else ""

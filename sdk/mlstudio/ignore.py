"""Which files of a folder belong to its code: what ``.amlignore`` says, else ``.gitignore``, with git's own rules.

The command line asks before it packs a folder, and the studio asks again when it unpacks one; so both have this module.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

IGNORE_FILES = (".amlignore", ".gitignore")
# Never code: what tools leave behind, and what earlier runs wrote. An ignore file can take them back in with "!".
BUILT_IN = (
    ".git/", ".azureml/", ".studio/", ".ipynb_checkpoints/", "__pycache__/", "*.py[cod]", ".DS_Store",
    "/azureml-logs/", "/outputs/",
)  # fmt: skip


class Pattern:
    """One line of an ignore file, in the folder ``base`` (``""`` is the root, else it ends with a slash)."""

    def __init__(self, line: str, base: str = "") -> None:
        self.base = base
        self.takes_back = line.startswith("!")
        text = line[1:] if self.takes_back else line
        self.only_folders = text.endswith("/")
        text = text.rstrip("/") if self.only_folders else text
        is_anchored = "/" in text
        self._expression = re.compile(_translated(text.lstrip("/"), is_anchored), re.DOTALL)

    def matches(self, path: str, is_folder: bool) -> bool:
        """Whether the pattern is about ``path``, relative to the root, without a slash at its end."""
        if (self.only_folders and not is_folder) or not path.startswith(self.base):
            return False
        return self._expression.fullmatch(path[len(self.base) :]) is not None


class Ignored:
    """The rules of one folder. What lies in an ignored folder is ignored, whatever else is said of it.

    Args: read: gives the text of an ignore file, by its path relative to the folder, or None where there is none.
    """

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read
        self._name = next((name for name in IGNORE_FILES if read(name) is not None), "")
        self._built_in = [Pattern(line) for line in BUILT_IN]
        self._by_folder: dict[str, list[Pattern]] = {}
        self._folders: dict[str, bool] = {"": False}

    def __call__(self, path: str, is_folder: bool = False) -> bool:
        """Whether ``path``, relative and with slashes, is left out."""
        if is_folder:
            return self._is_ignored_folder(path)
        return self._is_ignored_folder(path.rpartition("/")[0]) or self._asked(path, is_folder=False)

    def _is_ignored_folder(self, folder: str) -> bool:
        if folder not in self._folders:
            above = self._is_ignored_folder(folder.rpartition("/")[0])
            self._folders[folder] = above or self._asked(folder, is_folder=True)
        return self._folders[folder]

    def _asked(self, path: str, *, is_folder: bool) -> bool:
        """Return what the last line says that is about the path; lines of deeper folders come last."""
        answer = False
        for pattern in self._patterns_for(path):
            if pattern.matches(path, is_folder):
                answer = not pattern.takes_back
        return answer

    def _patterns_for(self, path: str) -> Iterator[Pattern]:
        yield from self._built_in
        base = ""
        yield from self._patterns_in(base)
        for part in path.split("/")[:-1]:
            base += f"{part}/"
            yield from self._patterns_in(base)

    def _patterns_in(self, base: str) -> list[Pattern]:
        if not self._name:
            return []
        if base not in self._by_folder:
            text = self._read(base + self._name)
            self._by_folder[base] = [Pattern(line, base) for line in _lines(text or "")]
        return self._by_folder[base]


def rules_of(folder: Path) -> Ignored:
    """Return the rules of a folder on disk."""

    def read(path: str) -> str | None:
        try:
            return (folder / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None

    return Ignored(read)


def rules_of_texts(texts: Mapping[str, str]) -> Ignored:
    """Return the rules that ignore files say, given by their paths."""
    return Ignored(texts.get)


def code_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of a folder that are not ignored: path with slashes, and where it is. Ignored folders are not entered.

    Links to files are followed, links to folders are not, as these may lead around in a circle.
    """
    is_ignored = rules_of(folder)
    for place, folders, files in os.walk(folder):
        relative = Path(place).relative_to(folder).as_posix()
        base = "" if relative == "." else f"{relative}/"
        folders[:] = sorted(
            name for name in folders if not (Path(place) / name).is_symlink() and not is_ignored(base + name, True)
        )
        for name in sorted(files):
            path = Path(place) / name
            if path.is_file() and not is_ignored(base + name):
                yield base + name, path


def _lines(text: str) -> Iterator[str]:
    for raw in text.lstrip("\ufeff").splitlines():
        line = _without_trailing_spaces(raw)
        if line and not line.startswith("#") and line.strip("!/"):
            yield line


def _without_trailing_spaces(line: str) -> str:
    """Cut off spaces at the end, but for one that a backslash keeps."""
    kept = line.rstrip(" \t\r")
    return f"{kept} " if kept.endswith("\\") and len(kept) < len(line) else kept


def _translated(text: str, is_anchored: bool) -> str:
    """Return a pattern of git's as a regular expression over the whole path."""
    parts = [] if is_anchored else ["(?:.*/)?"]
    position = 0
    while position < len(text):
        if text.startswith("**/", position) and (position == 0 or text[position - 1] == "/"):
            parts.append("(?:.*/)?")
            position += 3
        elif text[position:] == "**" and (position == 0 or text[position - 1] == "/"):
            parts.append(".+")
            position += 2
        elif text[position] == "*":
            while position < len(text) and text[position] == "*":
                position += 1
            parts.append("[^/]*")
        elif text[position] == "?":
            parts.append("[^/]")
            position += 1
        elif text[position] == "[" and (end := _end_of_class(text, position)):
            parts.append(_class(text[position + 1 : end]))
            position = end + 1
        else:
            if text[position] == "\\" and position + 1 < len(text):
                position += 1
            parts.append(re.escape(text[position]))
            position += 1
    return "".join(parts)


def _end_of_class(text: str, start: int) -> int:
    """Return where the class that begins at ``start`` ends; 0 where it does not."""
    position = start + 1
    if position < len(text) and text[position] in "!^":
        position += 1
    if position < len(text) and text[position] == "]":
        position += 1
    while position < len(text) and text[position] != "]":
        position += 2 if text[position] == "\\" else 1
    return position if position < len(text) else 0


def _class(inside: str) -> str:
    negated = inside[:1] in {"!", "^"}
    inside = inside[1:] if negated else inside
    members = []
    position = 0
    while position < len(inside):
        if inside[position] == "\\" and position + 1 < len(inside):
            position += 1
            members.append(re.escape(inside[position]))
        elif inside[position] == "-" and 0 < position < len(inside) - 1:
            members.append("-")
        else:
            members.append(re.escape(inside[position]))
        position += 1
    try:
        expression = f"(?!/)[{'^' if negated else ''}{''.join(members)}]"
        re.compile(expression)
    except re.error:  # such as a range that runs backwards, which matches nothing
        return "(?!)"
    return expression

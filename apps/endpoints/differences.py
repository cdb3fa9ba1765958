"""How one revision of a deployment differs from another. No I/O but the code that is compared."""

import difflib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.endpoints.file_parts import cores_written
from apps.endpoints.models import Revision
from apps.endpoints.samples import written
from apps.experiments.models import Snapshot
from apps.experiments.snapshots.reading import file_of

MOST_LINES = 400
LARGEST_BYTES = 200_000
_MARKS = {"+": "added", "-": "removed", "@": "place"}


@dataclass(frozen=True)
class Difference:
    """One setting that differs, in words; empty where one of the two has none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """A line of a comparison of two texts; ``mark``: ``added``, ``removed``, ``place`` or nothing."""

    text: str
    mark: str


def differences(old: Revision, new: Revision) -> list[Difference]:
    """Return the settings in which two revisions differ."""
    found = [
        (_("Model"), old.model_name, new.model_name),
        (_("Entry script"), old.entry_script, new.entry_script),
        (_("Environment"), old.environment_name, new.environment_name),
        (_("Memory of each, in MB"), _text(old.memory_mb), _text(new.memory_mb)),
        (_("Cores of each"), cores_written(old.cpus), cores_written(new.cpus)),
        (_("Request to check it with"), _text(old.sample), _text(new.sample)),
    ]
    labels = {
        "timeout_ms": _("Longest answer, in ms"),
        "max_concurrent": _("Requests at once, for each replica"),
        "max_queue_wait_ms": _("Longest wait for a free replica, in ms"),
        "startup_s": _("Longest start, in s"),
        "silence_s": _("Longest silence, in s"),
    }
    found += [(label, _text(old.requests[name]), _text(new.requests[name])) for name, label in labels.items()]
    names = sorted({*old.variables, *new.variables})
    found += [
        (_("Variable %(name)s") % {"name": name}, old.variables.get(name, ""), new.variables.get(name, ""))
        for name in names
    ]
    return [Difference(*row) for row in found if row[1] != row[2]]


def code_difference(old: Snapshot | None, new: Snapshot | None) -> list[Line]:
    """Return how the code differs, line by line; of a great deal the beginning."""
    if (old and old.sha256) == (new and new.sha256):
        return []
    before, after = _hashes(old), _hashes(new)
    lines: list[Line] = []
    for path in sorted({*before, *after}):
        if before.get(path) == after.get(path):
            continue
        first = _lines(old, path) if path in before else []
        second = _lines(new, path) if path in after else []
        diff = difflib.unified_diff(first, second, fromfile=path, tofile=path, lineterm="", n=3)
        lines.append(Line(path, "file"))
        lines += [Line(line, _MARKS.get(line[:1], "")) for line in list(diff)[2:]]
        if len(lines) > MOST_LINES:
            return [*lines[:MOST_LINES], Line("…", "place")]
    return lines


def _hashes(snapshot: Snapshot | None) -> dict[str, str]:
    return {file["path"]: file.get("sha256") or "" for file in snapshot.files} if snapshot else {}


def _lines(snapshot: Snapshot | None, path: str) -> list[str]:
    assert snapshot is not None
    try:
        return file_of(snapshot, path, most_bytes=LARGEST_BYTES).decode().splitlines()
    except (UserError, UnicodeDecodeError):
        return [_("(a file that is no text, or too large to be compared)")]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return written(value) if isinstance(value, dict | list) else str(value)

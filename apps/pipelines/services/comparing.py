"""Two versions of a component side by side: what they say, their ports, and their code line by line."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import UserError
from apps.experiments.jobs.yaml_text import write_yaml
from apps.experiments.models import Snapshot
from apps.experiments.snapshots.reading import file_of
from apps.pipelines.graph.types import Component, InputPort, OutputPort
from apps.pipelines.models import ComponentVersion
from apps.pipelines.services.components import component_of

MOST_COMPARED_BYTES: Final = 200_000
MOST_FILES: Final = 50
MOST_LINES: Final = 1000


@dataclass(frozen=True)
class Line:
    """One thing that two versions have, in words; empty where one has it not."""

    name: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.first != self.second


@dataclass(frozen=True)
class Section:
    """Things of one kind."""

    key: str
    title: str | Promise
    lines: list[Line]

    @property
    def differing(self) -> list[Line]:
        """Those that are not the same in both."""
        return [line for line in self.lines if line.differs]


@dataclass(frozen=True)
class ChangedFile:
    """A file of the code that is not the same in both. ``lines``: of a unified diff; none where it cannot be shown, which
    ``note`` explains. ``is_cut``: there are more."""

    path: str
    change: str  # added, removed or changed
    lines: list[str]
    note: str = ""
    is_cut: bool = False


def compare(first: ComponentVersion, second: ComponentVersion) -> list[Section]:
    """Return what two versions say, in the order in which people read it, with what is the same in both, too."""
    one, other = component_of(first), component_of(second)
    tags = (first.tags, second.tags)
    return [
        _section("details", gettext_lazy("Details"), _details(one), _details(other)),
        _section("inputs", gettext_lazy("Inputs"), _inputs(one), _inputs(other)),
        _section("outputs", gettext_lazy("Outputs"), _outputs(one), _outputs(other)),
        _section("variables", gettext_lazy("Environment variables"), one.variables, other.variables),
        _section("tags", gettext_lazy("Tags"), *tags),
    ]


def changed_files(first: ComponentVersion, second: ComponentVersion) -> list[ChangedFile]:
    """Return the files of the code that differ, each with its lines, at most ``MOST_FILES``."""
    if first.snapshot_id == second.snapshot_id:
        return []
    one, other = _files(first.snapshot), _files(second.snapshot)
    paths = [path for path in sorted({*one, *other}) if one.get(path) != other.get(path)]
    return [
        _changed(path, first.snapshot if path in one else None, second.snapshot if path in other else None)
        for path in paths[:MOST_FILES]
    ]


def port_text(port: InputPort) -> str:
    """Return an input in one line: type, whether it must be given, default, range, choices."""
    parts = [port.type]
    if port.optional:
        parts.append(_("optional"))
    if port.default is not None:
        parts.append(_("default %(value)s") % {"value": port.default})
    if range_ := range_text(port):
        parts.append(range_)
    if port.enum:
        parts.append(_("one of %(values)s") % {"values": ", ".join(map(str, port.enum))})
    return ", ".join(parts)


def range_text(port: InputPort) -> str:
    """Return the range of a number in words."""
    if port.minimum is not None and port.maximum is not None:
        return _("from %(least)s to %(most)s") % {"least": port.minimum, "most": port.maximum}
    if port.minimum is not None:
        return _("from %(least)s") % {"least": port.minimum}
    return _("up to %(most)s") % {"most": port.maximum} if port.maximum is not None else ""


def _section(key: str, title: Promise, first: Mapping[str, str], second: Mapping[str, str]) -> Section:
    names = dict.fromkeys([*first, *second])
    return Section(key, title, [Line(name, first.get(name, ""), second.get(name, "")) for name in names])


def _details(component: Component) -> dict[str, str]:
    deterministic = _("yes") if component.is_deterministic else _("no")
    named: dict[str, Any] = {
        _("Display name"): component.display_name,
        _("Description"): component.description,
        _("Type"): component.kind,
        _("Command"): component.command,
        _("Environment"): component.environment,
        _("Same result each time"): deterministic,
        _("Limits"): component.limits,
        _("Mini-batches"): component.parallel,
    }
    return {
        name: value if isinstance(value, str) else write_yaml(value).strip() for name, value in named.items() if value
    }


def _inputs(component: Component) -> dict[str, str]:
    return {name: port_text(port) for name, port in component.inputs.items()}


def _outputs(component: Component) -> dict[str, str]:
    def text(port: OutputPort) -> str:
        return f"{port.type}, {port.mode}" if port.mode else port.type

    return {name: text(port) for name, port in component.outputs.items()}


def _files(snapshot: Snapshot | None) -> dict[str, Any]:
    """Return what tells whether two files are the same, by their paths."""
    files = snapshot.files if snapshot else []
    return {str(file["path"]): file.get("sha256") or file["size"] for file in files}


def _changed(path: str, first: Snapshot | None, second: Snapshot | None) -> ChangedFile:
    """Return how a file differs. A snapshot is None where it has no such file."""
    change = "changed" if first and second else "removed" if first else "added"
    try:
        one, other = (_content(snapshot, path).decode().splitlines() for snapshot in (first, second))
    except UserError as error:
        return ChangedFile(path, change, [], str(error.message))
    except UnicodeDecodeError:
        return ChangedFile(path, change, [], _("It is no text."))
    lines = list(difflib.unified_diff(one, other, lineterm="", n=3))[2:]
    return ChangedFile(path, change, lines[:MOST_LINES], is_cut=len(lines) > MOST_LINES)


def _content(snapshot: Snapshot | None, path: str) -> bytes:
    return file_of(snapshot, path, most_bytes=MOST_COMPARED_BYTES) if snapshot else b""

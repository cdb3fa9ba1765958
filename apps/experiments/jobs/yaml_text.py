"""YAML as people write it by hand: plain values with the line of each, and nothing that could be a trap.

No tags but YAML's own, no key twice, no merge keys, and bounds on size, depth and what anchors multiply.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput

# Of a pipeline of a thousand steps, each with its component, and some: read in four seconds.
LONGEST_TEXT: Final = 1024 * 1024
MOST_VALUES: Final = 50_000
DEEPEST: Final = 40

Path = tuple[str | int, ...]

_SCALARS: Final = yaml.constructor.SafeConstructor()
# Dates stay the text they are written as: a job has no use for another kind of value.
_PLAIN: Final = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value"}
_READ: Final = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float")}


@dataclass(frozen=True)
class Document:
    """What a text says, and the line (from 1) on which each value begins, by its path."""

    value: Any
    lines: dict[Path, int]

    def line_of(self, path: Path) -> int | None:
        """Return the line of a value, or of the nearest one above that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_yaml(text: str, field: str, longest: int = LONGEST_TEXT) -> Document:
    """Read a YAML text.

    Args: field: what to call it in errors. longest: of the text, in characters.
    Raises:
        InvalidInput: it is no YAML, or has something in it that is not read; the message names the line.
    """
    if len(text) > longest:
        raise InvalidInput({field: [_("The file is larger than %(limit)d kB.") % {"limit": longest // 1024}]})
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        reader = _Reader(field)
        value = reader.read(node, ()) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _fault(
            field, mark, _("it is not YAML: %(problem)s") % {"problem": error.problem or error.context}
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        problem = _("it is nested too deep") if isinstance(error, RecursionError) else str(error).splitlines()[0]
        raise InvalidInput({field: [_("The file cannot be read: %(problem)s.") % {"problem": problem}]}) from None
    return Document(value, reader.lines)


def write_yaml(value: Any) -> str:
    """Return a value as YAML for people: keys in their order, texts of several lines as blocks."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, default_flow_style=False)


class _Reader:
    def __init__(self, field: str) -> None:
        self.lines: dict[Path, int] = {}
        self._field = field
        self._count = 0

    def read(self, node: yaml.Node, path: Path) -> Any:
        self._count += 1
        if self._count > MOST_VALUES or len(path) > DEEPEST:
            raise _fault(self._field, node.start_mark, _("it has too many values, or they are nested too deep"))
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, place)) for place, child in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)
        return self._mapping(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == "tag:yaml.org,2002:merge":
                raise _fault(self._field, key_node.start_mark, _("only plain texts can be names here"))
            key = str(self.read(key_node, path)) if key_node.tag in _PLAIN else key_node.value
            if key in found:
                problem = _("“%(name)s” stands there twice") % {"name": key[:60]}
                raise _fault(self._field, key_node.start_mark, problem)
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            found[key] = self.read(value_node, (*path, key))
        return found

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if "\0" in node.value or any("\ud800" <= character <= "\udfff" for character in node.value):
            raise _fault(self._field, node.start_mark, _("it has characters in it that cannot be stored"))
        if node.tag in _PLAIN:
            return node.value
        if node.tag not in _READ:
            raise _fault(
                self._field, node.start_mark, _("values of the kind “%(tag)s” are not read") % {"tag": node.tag[:60]}
            )
        try:
            value = _SCALARS.construct_object(node)
        except (ValueError, OverflowError):
            return node.value
        # NaN and the infinities are no JSON, and so no value that could be kept.
        return node.value if isinstance(value, float) and not math.isfinite(value) else value


def _fault(field: str, mark: yaml.Mark | None, problem: str) -> InvalidInput:
    line = mark.line + 1 if mark else 1
    return InvalidInput({field: [_("Line %(line)d: %(problem)s.") % {"line": line, "problem": problem}]})


class _Dumper(yaml.SafeDumper):
    """Writes no anchors, and long texts as people do."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)

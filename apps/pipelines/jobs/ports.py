"""Inputs and outputs as components declare them, and what files write for them."""

import re
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.experiments.jobs.yaml_text import Path
from apps.experiments.services.config import INPUT_MODES, OUTPUT_MODES
from apps.pipelines.graph.kinds import DATA_TYPES
from apps.pipelines.graph.types import LITERAL_TYPES, Binding, FromData, InputPort, OutputPort, OutputSetting, Value
from apps.pipelines.jobs.source import SectionReader

INPUT_FIELDS: Final = ("type", "description", "optional", "default", "min", "max", "enum", "mode", "path", "value")
OUTPUT_FIELDS: Final = ("type", "description", "mode", "name", "version", "path")
# Types of before that mean one of today's.
_ALIASES: Final = {"path": "uri_folder"}
_TYPE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def type_of(value: Any) -> str:
    """Return the type that a literal has by itself."""
    kinds: list[tuple[type, str]] = [(bool, "boolean"), (int, "integer"), (float, "number")]
    return next((name for kind, name in kinds if isinstance(value, kind)), "string")


def is_remote(path: str) -> bool:
    """Return whether a path is of the studio or the web, not of the machine the file comes from."""
    return path.startswith(("azureml:", "runs:/")) or "://" in path


def input_ports(section: SectionReader) -> dict[str, InputPort]:
    """Return the inputs that a component declares."""
    found = {}
    for name, given in section.mapping("inputs").items():
        if isinstance(given, dict):
            found[name] = input_port(section.section("inputs", name))
        elif isinstance(given, list):
            section.say(("inputs", name), _("it is a mapping such as “type: number”"))
        else:
            found[name] = InputPort(type_of(given), optional=given is None, default=given)
    return found


def input_port(section: SectionReader) -> InputPort:
    """Return an input, of a mapping that describes one."""
    tree = section.tree
    _warn_of_rest(section, INPUT_FIELDS)
    kind = data_type(section, tree.get("type"), "string" if "enum" in tree else "uri_folder")
    enum = tree.get("enum")
    if enum is not None and not isinstance(enum, list):
        section.say(("enum",), _("it is a list of values"))
    default = tree.get("default")
    if isinstance(default, (dict, list)):
        default = section.say(("default",), _("it is a single value"))
    return InputPort(
        type=kind,
        optional=section.flag("optional"),
        default=default,
        minimum=_limit(section, "min"),
        maximum=_limit(section, "max"),
        enum=tuple(enum) if isinstance(enum, list) else (),
        description=section.text("description"),
        mode=mode_of(section, INPUT_MODES),
    )


def output_ports(section: SectionReader) -> dict[str, OutputPort]:
    """Return the outputs that a component declares."""
    found = {}
    for name, given in section.mapping("outputs").items():
        if isinstance(given, str):
            found[name] = OutputPort(data_type(section, given, "uri_folder", ("outputs", name)))
        elif given is None or isinstance(given, dict):
            below = section.section("outputs", name)
            _warn_of_rest(below, OUTPUT_FIELDS)
            kind = data_type(below, below.tree.get("type"), "uri_folder")
            found[name] = OutputPort(kind, below.text("description"), mode_of(below, OUTPUT_MODES))
        else:
            section.say(("outputs", name), _("it is a mapping such as “type: uri_folder”"))
    return found


def output_setting(section: SectionReader) -> OutputSetting:
    """Return what a mapping says of the output of a step, or of the pipeline."""
    _warn_of_rest(section, OUTPUT_FIELDS)
    tree, name = section.tree, str(section.base[-1])
    if tree.get("name") and tree.get("version") is not None:
        said = _("The studio numbers versions itself: the “version” of the output “%(name)s” is passed over.")
        section.reading.warn(said % {"name": name})
    if tree.get("path"):
        said = _("The output “%(name)s” is kept with the run; its path is not written to.")
        section.reading.warn(said % {"name": name})
    return OutputSetting(
        type=data_type(section, tree.get("type"), ""),
        mode=mode_of(section, OUTPUT_MODES),
        name=section.text("name"),
        version=section.text("version"),
        path=section.text("path"),
    )


def data_type(section: SectionReader, written: Any, default: str, where: Path = ("type",)) -> str:
    """Return a type of input or output."""
    if written is None:
        return default
    if not isinstance(written, str) or not _TYPE.fullmatch(written):
        kinds = ", ".join((*LITERAL_TYPES, *DATA_TYPES))
        section.say(where, _("it is one of: %(types)s") % {"types": kinds})
        return default
    return _ALIASES.get(written, written)


def mode_of(section: SectionReader, modes: tuple[str, ...]) -> str:
    """Return how data is given; "" where nothing is said."""
    mode = section.text("mode")
    if mode == "mount":
        return modes[0]
    if mode and mode not in modes:
        section.say(("mode",), _("its mode is one of: %(modes)s") % {"modes": ", ".join(modes)})
        return ""
    return mode


def described_binding(section: SectionReader) -> Binding | None:
    """Return what a mapping gives an input: data, or a literal; None where it gives nothing, or nothing that could be read.

    Paths of the machine that the file comes from are data that was uploaded meanwhile.
    """
    tree = section.tree
    kind = data_type(section, tree.get("type"), "uri_folder")
    if kind in LITERAL_TYPES:
        value = tree.get("value")
        if isinstance(value, (dict, list)):
            return section.say(("value",), _("it is a single value"))  # type: ignore[no-any-return]
        return None if value is None else Value(value)
    path = tree.get("path")
    if path is None:
        return None
    if not isinstance(path, str) or not path.strip():
        return section.say(("path",), _("say where the data is"))  # type: ignore[no-any-return]
    mode = mode_of(section, INPUT_MODES)
    if is_remote(path):
        return FromData(path, kind, mode)
    place = section.source.path_of(path)
    if place not in section.reading.data:
        section.reading.data.append(place)
    found = section.reading.around.data_of(place, "")
    if found is None and not section.only_needs:
        problem = _("“%(path)s” did not come with the job; studio job create uploads it as a dataset")
        section.say(("path",), problem % {"path": place[:200]})
    return FromData(found or place, kind, mode)


def _limit(section: SectionReader, name: str) -> float | None:
    value = section.tree.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = float(value) if "." in value or "e" in value.lower() else int(value)
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        section.say((name,), _("it is a number"))
        return None
    return value


def _warn_of_rest(section: SectionReader, known: tuple[str, ...]) -> None:
    for name in section.tree:
        if name not in known:
            said = _("“%(name)s” means nothing here and is passed over.")
            section.reading.warn(said % {"name": ".".join(map(str, (*section.base[-2:], name)))})

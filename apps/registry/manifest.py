"""What MLflow wrote about a model into its ``MLmodel``: read as text, bounded, and never by loading the model. No models, no I/O
but the given one."""

import json
import math
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.experiments.jobs.yaml_text import read_yaml

NAME: Final = "MLmodel"
LARGEST_BYTES: Final = 1024 * 1024
MOST_REQUIREMENTS: Final = 1000
LONGEST_LINE: Final = 500
DEEPEST_TYPE: Final = 10

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_PYTHON = re.compile(r"python\s*=+\s*([0-9][0-9.]*)")


class _Unreadable(Exception):
    """A file is not what it should be; the argument says why, in words."""


def read_manifest(paths: Collection[str], open_file: Callable[[str], BinaryIO]) -> dict[str, Any]:
    """Return what ``ModelVersion.manifest`` says; empty where the files have no ``MLmodel`` of their own.

    It stands at the top, or in the one folder that holds all files. Where it cannot be read, ``{"problem": …}`` says why in
    words; what stands beside it (requirements, environment) is then not read either.

    Args: paths: of the model's files, relative. open_file: opens one of them to read; it is closed here.
    """
    known = frozenset(paths)
    path = _place_of(known)
    if path is None:
        return {}
    folder = path.removesuffix(NAME)
    try:
        said = _mapping_in(open_file, path)
        signature = _signature(said.get("signature"))
    except _Unreadable as error:
        return {"problem": str(error)}
    flavors = {str(name): conf for name, conf in _mapping(said.get("flavors")).items() if isinstance(conf, dict)}
    environment = _environment(known, open_file, folder)
    example = _text(_mapping(said.get("saved_input_example_info")).get("artifact_path"))
    return {
        "flavors": flavors,
        "signature": signature,
        "input_example": f"{folder}{example}" if f"{folder}{example}" in known else "",
        "model_uuid": _text(said.get("model_uuid")),
        "mlflow_version": _text(said.get("mlflow_version")),
        "python_version": _text(_mapping(flavors.get("python_function")).get("python_version"))
        or environment["python_version"],
        "requirements": environment["requirements"],
    }


def _place_of(paths: Collection[str]) -> str | None:
    if NAME in paths:
        return NAME
    tops = {path.partition("/")[0] for path in paths}
    inside = f"{next(iter(tops))}/{NAME}" if len(tops) == 1 else ""
    return inside if inside in paths else None


def _mapping_in(open_file: Callable[[str], BinaryIO], path: str) -> dict[str, Any]:
    """Return the mapping that a YAML file is."""
    try:
        said = read_yaml(_contents(open_file, path), "file", longest=LARGEST_BYTES).value
    except InvalidInput as error:
        sentence = " ".join(error.errors["file"])
        raise _Unreadable(_("“%(path)s” cannot be read. %(fault)s") % {"path": path, "fault": sentence}) from None
    if not isinstance(said, dict):
        raise _Unreadable(_("“%(path)s” cannot be read: it has no names with values.") % {"path": path})
    return said


def _contents(open_file: Callable[[str], BinaryIO], path: str) -> str:
    with closing(open_file(path)) as file:
        contents = file.read(LARGEST_BYTES + 1)
    if len(contents) > LARGEST_BYTES:
        said = _("“%(path)s” is larger than %(limit)d kB, and is not read.")
        raise _Unreadable(said % {"path": path, "limit": LARGEST_BYTES // 1024})
    try:
        return contents.decode()
    except UnicodeDecodeError:
        raise _Unreadable(_("“%(path)s” cannot be read: it is not UTF-8.") % {"path": path}) from None


def _signature(said: Any) -> dict[str, Any] | None:
    """Return what a model takes and gives; None where nothing is said about it."""
    if not isinstance(said, dict):
        return None
    return {
        "inputs": [_column(column) for column in _listed(said.get("inputs"))],
        "outputs": [_column(column) for column in _listed(said.get("outputs"))],
        "params": [_parameter(parameter) for parameter in _listed(said.get("params"))],
    }


def _listed(said: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, which MLflow writes as JSON within the YAML."""
    if isinstance(said, str):
        try:
            said = json.loads(said, parse_constant=str)
        except (ValueError, RecursionError):
            raise _Unreadable(_("The signature in “MLmodel” cannot be read: it is not JSON.")) from None
    if said is not None and not isinstance(said, list):
        raise _Unreadable(_("The signature in “MLmodel” cannot be read: it is no list of columns."))
    return [one for one in said or [] if isinstance(one, dict)]


def _column(said: Mapping[str, Any]) -> dict[str, Any]:
    tensor = said.get("tensor-spec")
    required = said.get("required", not said.get("optional"))  # the second is how the first releases of 2 said it
    column = {"name": _text(said.get("name")), "required": required is not False}
    if isinstance(tensor, dict):
        return {**column, "type": _text(tensor.get("dtype")), "shape": _shape(tensor.get("shape"))}
    return {**column, "type": _type_in_words(said)}


def _parameter(said: Mapping[str, Any]) -> dict[str, Any]:
    parameter = {"name": _text(said.get("name")), "type": _type_in_words(said), "required": False}
    parameter["default"] = _plain(said.get("default"))
    return {**parameter, "shape": _shape(said["shape"])} if said.get("shape") else parameter


def _type_in_words(said: Mapping[str, Any], depth: int = 0) -> str:
    """Return a type as MLflow shows it: ``Array(string)``, ``{a: long, b: double (optional)}``."""
    kind = _text(said.get("type"))
    if depth >= DEEPEST_TYPE:
        return "…"
    if kind == "array":
        return f"Array({_type_in_words(_mapping(said.get('items')), depth + 1)})"
    if kind == "map":
        return f"Map(str -> {_type_in_words(_mapping(said.get('values')), depth + 1)})"
    if kind == "object":
        properties = [
            f"{_text(name)}: {_type_in_words(_mapping(inner), depth + 1)}"
            f"{' (optional)' if _mapping(inner).get('required') is False else ''}"
            for name, inner in _mapping(said.get("properties")).items()
        ]
        return f"{{{', '.join(properties)}}}"
    return kind


def _shape(said: Any) -> list[int]:
    return [size for size in said if isinstance(size, int) and -1 <= size < 2**53] if isinstance(said, list) else []


def _environment(known: Collection[str], open_file: Callable[[str], BinaryIO], folder: str) -> dict[str, Any]:
    """Return the Python and the packages that the model was made with, from the files that MLflow puts beside it."""
    python, requirements = "", []
    try:
        if f"{folder}requirements.txt" in known:
            requirements = _contents(open_file, f"{folder}requirements.txt").splitlines()
        if f"{folder}python_env.yaml" in known:
            python = _text(_mapping_in(open_file, f"{folder}python_env.yaml").get("python"))
        elif f"{folder}conda.yaml" in known:
            python, listed = _conda(_mapping_in(open_file, f"{folder}conda.yaml"))
            requirements = requirements or listed
    except _Unreadable:
        pass  # the model itself is told of; a file beside it that is broken takes nothing from it
    lines = (line.partition(" #")[0].strip() for line in requirements)
    packages = [_text(line)[:LONGEST_LINE] for line in lines if line and not line.startswith(("#", "-"))]
    return {"python_version": python, "requirements": packages[:MOST_REQUIREMENTS]}


def _conda(said: Mapping[str, Any]) -> tuple[str, list[str]]:
    python, requirements = "", []
    dependencies = said.get("dependencies")
    for entry in dependencies if isinstance(dependencies, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("pip"), list):
            requirements += [line for line in entry["pip"] if isinstance(line, str)]
        elif isinstance(entry, str) and (found := _PYTHON.match(entry)):
            python = found[1]
    return python, requirements


def _mapping(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _text(said: Any) -> str:
    """Return a text that a database can keep, of a scalar; of all else nothing."""
    plain = said if isinstance(said, str) else str(said) if isinstance(said, int | float) else ""
    return _UNSTORABLE.sub("�", plain)


def _plain(said: Any) -> Any:
    """Return the default of a parameter: a scalar, or a list of such."""
    if isinstance(said, list):
        return [_plain(one) for one in said if not isinstance(one, list)]
    if isinstance(said, float) and not math.isfinite(said):
        return str(said)
    return said if isinstance(said, bool | int | float) or said is None else _text(said)

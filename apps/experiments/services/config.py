"""What a command run was given: ``CommandJob``, and how it stands in ``Run.config``.

``config`` is frozen at submit::

    {"version": 1,
     "command": "python train.py --lr ${{inputs.lr}}",      # as written; ``rendered_command`` puts the literals in
     "environment": {"reference": …as given, "id": "…", "name": "sklearn:1"} or null,
     "compute": "local",
     "inputs": {"lr": {"type": "number", "value": 0.1},      # value null: an optional input that was not given
                "data": {"type": "uri_file", "mode": "ro_mount", "path": …as given,
                         "kind": "dataset", "id": "…" or null, "reference": "iris:2",   # what it meant at submit
                         "sha256": "…" or "", "files": 1, "bytes": 3975, "single": "iris.csv" or ""}},
     "outputs": {"model": {"type": "uri_folder", "name": "to be registered as"}},
     "variables": {"NAME": "value"},
     "limits": {"timeout_s": null, "memory_mb": null, "processes": null},
     "extras": {"resources": {…}}}                           # what a job file said beyond; kept for export
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.experiments.models import Run
from apps.workspaces.tags import validate_tags

VERSION: Final = 1
LONGEST_COMMAND: Final = 100_000
LONGEST_VALUE: Final = 30_000
MOST_NAMES: Final = 200
LONGEST_TIMEOUT_S: Final = 366 * 24 * 3600
INPUT_TYPES: Final = ("string", "number", "integer", "boolean")
MODEL_TYPES: Final = ("mlflow_model", "custom_model", "triton_model", "safe_model")
DATA_TYPES: Final = ("uri_file", "uri_folder", "mltable", *MODEL_TYPES)
INPUT_MODES: Final = ("ro_mount", "download", "direct", "eval_mount", "eval_download")
OUTPUT_MODES: Final = ("rw_mount", "upload", "direct")
LONGEST_PATH: Final = 2000

_PLACE = re.compile(r"\$\{\{\s*(?P<kind>[A-Za-z_]+)\.(?P<name>[A-Za-z0-9_.-]+)\s*\}\}")
_ANY_PLACE = re.compile(r"\$\{\{(?P<inside>.*?)\}\}", re.DOTALL)
_OPTIONAL = re.compile(r"\$\[\[(?P<inside>.*?)\]\]", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_ASSET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")


@dataclass(frozen=True)
class Limits:
    """What a run may use; None leaves it to the machine."""

    timeout_s: int | None = None
    memory_mb: int | None = None
    processes: int | None = None


@dataclass(frozen=True)
class CommandJob:
    """A command to run. ``environment`` is a reference as ``hooks.resolve_environment`` takes it, or None.

    ``inputs`` by name: ``{"type", "value"}`` for literals, ``{"type", "path", "mode"}`` for data. ``outputs`` by name:
    ``{"type"}``, and the ``name`` that what is written there shall be registered under.
    ``properties`` never change once written. ``extras``: parts of a job file that mean nothing here but are kept for export.
    """

    command: str
    environment: Any = None
    compute: str = "local"
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    display_name: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)


def config_of(job: CommandJob, environment: dict[str, Any] | None) -> dict[str, Any]:
    """Return ``Run.config``. ``environment``: ``{"reference", "id", "name"}`` as it was resolved."""
    return {
        "version": VERSION,
        "command": job.command,
        "environment": environment,
        "compute": job.compute,
        "inputs": job.inputs,
        "outputs": job.outputs,
        "variables": job.variables,
        "limits": {
            "timeout_s": job.limits.timeout_s,
            "memory_mb": job.limits.memory_mb,
            "processes": job.limits.processes,
        },
        "extras": job.extras,
    }


def is_data(given: dict[str, Any]) -> bool:
    """Return whether an input is data, not a literal."""
    return given.get("type") in DATA_TYPES


def job_of(run: Run) -> CommandJob:
    """Return the job that ``run`` was submitted as, with the version of the environment that it got and data as it was named."""
    config = run.config
    environment = config.get("environment") or {}
    limits = config.get("limits") or {}
    return CommandJob(
        command=config.get("command", ""),
        environment=environment.get("name") or environment.get("reference"),
        compute=config.get("compute", "local"),
        inputs={name: _as_given(given) for name, given in (config.get("inputs") or {}).items()},
        outputs=config.get("outputs") or {},
        variables=config.get("variables") or {},
        limits=Limits(limits.get("timeout_s"), limits.get("memory_mb"), limits.get("processes")),
        display_name=run.display_name,
        description=run.description,
        tags={tag.name: tag.value for tag in run.tags.order_by("name")},
        properties=dict(run.properties),
        extras=config.get("extras") or {},
    )


def rendered_command(command: str, inputs: dict[str, dict[str, Any]]) -> str:
    """Return the command with its literals in place; outputs and data stay for the machine, which knows their paths.

    A part in ``$[[ ]]`` stays only where every input that it names was given.
    """

    def optional(match: re.Match[str]) -> str:
        names = [place["name"] for place in _PLACE.finditer(match["inside"]) if place["kind"] == "inputs"]
        given = all(_is_given(inputs.get(name) or {}) for name in names)
        return match["inside"] if given else ""

    def place(match: re.Match[str]) -> str:
        is_literal = match["kind"] == "inputs" and not is_data(inputs[match["name"]])
        return literal_text(inputs[match["name"]]["value"]) if is_literal else match[0]

    return _PLACE.sub(place, _OPTIONAL.sub(optional, command))


def literal_text(value: Any) -> str:
    """Return a literal as it stands on the command line; booleans as Python writes them, as Azure ML does."""
    return str(value)


def check_job(job: CommandJob) -> None:
    """Hold a job to its rules.

    Raises:
        InvalidInput: with a sentence for each field that breaks one; fields such as ``inputs.lr`` are named by their path.
    """
    errors: dict[str, list[str]] = {}

    def say(field_name: str, sentence: str) -> None:
        errors.setdefault(field_name, []).append(sentence)

    if not job.command.strip():
        say("command", _("Write the command to run, such as “python train.py”."))
    elif len(job.command) > LONGEST_COMMAND or "\0" in job.command:
        say("command", _("A command has at most %(limit)d characters, none of them NUL.") % {"limit": LONGEST_COMMAND})
    _check_inputs(job, say)
    _check_outputs(job, say)
    _check_variables(job, say)
    _check_limits(job.limits, say)
    if not errors:
        _check_places(job, say)
    if errors:
        raise InvalidInput(errors)


def check_tags(field_name: str, tags: Any) -> None:
    """Hold tags, or properties, to the rules of tags.

    Raises:
        InvalidInput: at ``field_name``.
    """
    try:
        validate_tags(tags)
    except ValidationError as error:
        raise InvalidInput({field_name: error.messages}) from None


def _check_inputs(job: CommandJob, say: Any) -> None:
    if len(job.inputs) > MOST_NAMES:
        say("inputs", _("A run has at most %(limit)d inputs.") % {"limit": MOST_NAMES})
    for name, given in job.inputs.items():
        if not _NAME.fullmatch(name):
            say("inputs", _bad_name(name))
            continue
        kind, value = given.get("type", "string"), given.get("value")
        if is_data(given):
            _check_data(name, given, say)
        elif kind not in INPUT_TYPES:
            types = ", ".join((*INPUT_TYPES, *DATA_TYPES))
            say(f"inputs.{name}", _("Its type is one of: %(types)s.") % {"types": types})
        elif value is not None and not _fits(kind, value):
            say(f"inputs.{name}", _("“%(value)s” is no %(type)s.") % {"value": str(value)[:60], "type": kind})
        elif isinstance(value, str) and (len(value) > LONGEST_VALUE or "\0" in value):
            say(f"inputs.{name}", _too_long())


def _check_data(name: str, given: dict[str, Any], say: Any) -> None:
    path, mode = given.get("path"), given.get("mode", INPUT_MODES[0])
    if not isinstance(path, str) or not path.strip():
        say(f"inputs.{name}", _("Say where the data is, such as azureml:iris:1."))
    elif len(path) > LONGEST_PATH or not path.isprintable():
        say(f"inputs.{name}", _("A path has at most %(limit)d characters, on one line.") % {"limit": LONGEST_PATH})
    if mode not in INPUT_MODES:
        say(f"inputs.{name}", _("Its mode is one of: %(modes)s.") % {"modes": ", ".join(INPUT_MODES)})


def _check_outputs(job: CommandJob, say: Any) -> None:
    if len(job.outputs) > MOST_NAMES:
        say("outputs", _("A run has at most %(limit)d outputs.") % {"limit": MOST_NAMES})
    for name, output in job.outputs.items():
        if not _NAME.fullmatch(name):
            say("outputs", _bad_name(name))
            continue
        kind, mode, registered = (
            output.get("type", "uri_folder"),
            output.get("mode", OUTPUT_MODES[0]),
            output.get("name"),
        )
        if kind not in DATA_TYPES:
            say(f"outputs.{name}", _("Its type is one of: %(types)s.") % {"types": ", ".join(DATA_TYPES)})
        if mode not in OUTPUT_MODES:
            say(f"outputs.{name}", _("Its mode is one of: %(modes)s.") % {"modes": ", ".join(OUTPUT_MODES)})
        if registered is not None and not _ASSET_NAME.fullmatch(asset_name(registered)):
            message = _(
                "“%(name)s” cannot be the name of a dataset or model: use letters, digits, hyphens, underscores or dots."
            )
            say(f"outputs.{name}", message % {"name": str(registered)[:60]})


def asset_name(name: Any) -> str:
    """Return what an output shall be registered as, without what job files put before it."""
    return str(name).removeprefix("azureml:")


def _check_variables(job: CommandJob, say: Any) -> None:
    if len(job.variables) > MOST_NAMES:
        say("variables", _("A run has at most %(limit)d environment variables.") % {"limit": MOST_NAMES})
    for name, value in job.variables.items():
        if not _VARIABLE.fullmatch(name):
            say("variables", _bad_name(name))
        elif len(value) > LONGEST_VALUE or "\0" in value:
            say(f"variables.{name}", _too_long())


def _check_limits(limits: Limits, say: Any) -> None:
    most = {"timeout_s": LONGEST_TIMEOUT_S, "memory_mb": 2**31, "processes": 2**20}
    for name, highest in most.items():
        value = getattr(limits, name)
        if value is not None and not 1 <= value <= highest:
            say(f"limits.{name}", _("It is a whole number from 1 to %(limit)d.") % {"limit": highest})


def _check_places(job: CommandJob, say: Any) -> None:
    """Every ``${{…}}`` must mean something, and what stands outside of ``$[[ ]]`` must have a value."""
    required = _OPTIONAL.sub("", job.command)
    for match in _ANY_PLACE.finditer(job.command):
        place = _PLACE.fullmatch(match[0])
        shown = {"place": match[0][:80]}
        if place is None or place["kind"] not in {"inputs", "outputs"}:
            say("command", _("“%(place)s” means nothing here; use ${{inputs.NAME}} or ${{outputs.NAME}}.") % shown)
        elif place["name"] not in (job.inputs if place["kind"] == "inputs" else job.outputs):
            say("command", _("The command uses “%(place)s”, but the job has nothing of that name.") % shown)
        elif place["kind"] == "inputs" and not _is_given(job.inputs[place["name"]]) and match[0] in required:
            say(f"inputs.{place['name']}", _("The command needs a value for it."))


def _is_given(given: dict[str, Any]) -> bool:
    return is_data(given) or given.get("value") is not None


def _as_given(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("type", "path", "mode") if name in given} if is_data(given) else given


def _fits(kind: str, value: Any) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (kind == "number" and isinstance(value, float))


def _bad_name(name: str) -> str:
    message = _("“%(name)s” cannot be a name: use letters, digits and underscores, and begin with a letter.")
    return message % {"name": name[:60]}


def _too_long() -> str:
    return _("A value has at most %(limit)d characters, none of them NUL.") % {"limit": LONGEST_VALUE}

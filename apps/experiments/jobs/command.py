"""From a command job's YAML to a ``CommandJob``. Knows neither rows nor files: what these say is asked of ``Surroundings``.

The shape: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
"""

import difflib
import re
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.experiments.jobs.yaml_text import Document, Path, read_yaml
from apps.experiments.services.config import CommandJob, Limits

SCHEMA: Final = "https://azuremlschemas.azureedge.net/latest/commandJob.schema.json"

READ: Final = (
    "$schema", "type", "name", "command", "code", "environment", "environment_variables", "inputs", "outputs", "compute",
    "limits", "experiment_name", "display_name", "description", "tags", "properties",
)  # fmt: skip
# Known to the schema, and without a meaning here; kept for export.
KEPT: Final = ("resources", "distribution", "services", "identity", "queue_settings", "parent_job_name", "component")
OTHER_TYPES: Final = ("pipeline", "sweep", "automl", "spark", "parallel", "import", "finetuning", "data_transfer")
DATA_TYPES: Final = ("uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model", "triton_model", "safe_model")

_GIT = re.compile(r"(git\+|git@|git://|ssh://|https?://)")
_REGISTRY = re.compile(
    r"azureml://registries/[^/]+/environments/(?P<name>[^/]+)(?:/(?P<kind>versions|labels)/(?P<which>[^/]+))?/?"
)


class Surroundings(Protocol):
    """What a job file refers to: names of the workspace, and files that came with it."""

    def target_named(self, name: str) -> str | None:
        """Return the compute target that a name means here; None where it means none."""

    def environment_named(self, reference: str) -> str:
        """Return a reference with aliases put in."""

    def text_of(self, path: str, code: str) -> str | None:
        """Return the text of a file beside the job file; None where it did not come along.

        Args: path: as written in the job file. code: the code folder, as written there.
        """

    def data_of(self, input_name: str, path: str, code: str) -> str | None:
        """Return where local data stands in the code folder at run time; None where it did not come along."""


@dataclass(frozen=True)
class Needs:
    """What a client must send with a job file: paths as written there, relative to it."""

    code: str = ""
    files: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReadJob:
    """A job file as it was understood. ``warnings`` are sentences about what was read differently from how it was written."""

    job: CommandJob
    experiment_name: str
    needs: Needs
    warnings: tuple[str, ...]


def read_job(text: str, around: Surroundings, *, settings: tuple[str, ...] = (), only_needs: bool = False) -> ReadJob:
    """Read a command job's YAML.

    Args: settings: changes such as ``limits.timeout=60``, made before anything is read. only_needs: do not ask for files that
        are not there yet; the job is then not complete.

    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line.
    """
    document = read_yaml(text, "job")
    if not isinstance(document.value, dict):
        raise InvalidInput(
            {"job": [_("A job file is a mapping that begins with lines such as “command: python train.py”.")]}
        )
    for setting in settings:
        _apply(document.value, setting)
    reader = _CommandReader(document, around, only_needs=only_needs)
    read = reader.read()
    if reader.errors:
        raise InvalidInput(reader.errors)
    return read


def _apply(tree: dict[str, Any], setting: str) -> None:
    """Change one value of a job, as ``--set a.b=c`` asks for it; the value is read as YAML."""
    path, separator, written = setting.partition("=")
    names = [part for part in path.strip().split(".") if part]
    if not separator or not names:
        raise InvalidInput({"set": [_("“%(setting)s” is not of the form name=value.") % {"setting": setting[:100]}]})
    for name in names[:-1]:
        below = tree.setdefault(name, {})
        if not isinstance(below, dict):
            raise InvalidInput(
                {"set": [_("“%(path)s” has nothing below it that could be set.") % {"path": path[:100]}]}
            )
        tree = below
    tree[names[-1]] = read_yaml(written, "set").value


class _CommandReader:
    def __init__(self, document: Document, around: Surroundings, *, only_needs: bool) -> None:
        self.errors: dict[str, list[str]] = {}
        self._document = document
        self._tree: dict[str, Any] = document.value
        self._around = around
        self._only_needs = only_needs
        self._warnings: list[str] = []
        self._files: list[str] = []
        self._data: dict[str, str] = {}

    def read(self) -> ReadJob:
        self._check_kind()
        self._check_names()
        command = self._text("command", required=True)
        code = self._code()
        job = CommandJob(
            command=command.strip("\n") if command else "",
            environment=self._environment(),
            compute=self._compute(),
            inputs=self._inputs(),
            outputs=self._outputs(),
            variables=self._texts("environment_variables"),
            limits=self._limits(),
            display_name=self._text("display_name") or self._text("name"),
            description=self._text("description"),
            tags=self._texts("tags"),
            properties=self._texts("properties"),
            extras={name: self._tree[name] for name in KEPT if self._tree.get(name) is not None},
        )
        self._warn_of_kept()
        needs = Needs(code, tuple(self._files), self._data)
        return ReadJob(job, self._text("experiment_name"), needs, tuple(self._warnings))

    # --- What kind of file it is ---

    def _check_kind(self) -> None:
        kind = self._tree.get("type")
        schema = str(self._tree.get("$schema") or "")
        named = re.search(r"/(\w+)Job\.schema\.json", schema)
        kind = kind if kind is not None else (named[1] if named else "command")
        if kind == "command":
            return
        if str(kind).lower() in OTHER_TYPES:
            self._say(("type",), _("jobs of the type “%(type)s” cannot be run here yet") % {"type": kind})
        else:
            self._say(("type",), _("“%(type)s” is no type of job; write “command”") % {"type": str(kind)[:60]})

    def _check_names(self) -> None:
        for name in self._tree:
            if name in READ or name in KEPT:
                continue
            near = difflib.get_close_matches(name, [*READ, *KEPT], n=1)
            hint = _(" Did you mean “%(name)s”?") % {"name": near[0]} if near else ""
            self._say((name,), _("a command job has no field “%(name)s”") % {"name": name[:60]}, hint)

    # --- Fields ---

    def _code(self) -> str:
        code = self._text("code")
        if _GIT.match(code):
            problem = _("code is not fetched from git addresses yet: clone it, and write the folder's path")
            self._say(("code",), problem)
        elif code.startswith("azureml:"):
            self._say(("code",), _("code is not taken from the cloud: write the path of a folder"))
        return code

    def _environment(self) -> Any:
        given = self._tree.get("environment")
        if given is None or given == "":
            return None
        if isinstance(given, str):
            return self._environment_file(given[5:]) if given.startswith("file:") else self._environment_named(given)
        if isinstance(given, dict):
            return self._environment_inline(given, ("environment",))
        return self._say(("environment",), _("it is a name such as “azureml:sklearn:1”, or a mapping with an image"))

    def _environment_named(self, given: str) -> str:
        registry = _REGISTRY.fullmatch(given)
        if registry:
            name, which = registry["name"], registry["which"] or "latest"
            given = f"{name}@{which}" if registry["kind"] != "versions" else f"{name}:{which}"
        return self._around.environment_named(given)

    def _environment_file(self, path: str) -> Any:
        text = self._file(path, ("environment",))
        if text is None:
            return None
        value = read_yaml(text, "environment").value
        if not isinstance(value, dict):
            return self._say(("environment",), _("“%(path)s” describes no environment") % {"path": path[:200]})
        folder = path.rpartition("/")[0]
        return self._environment_inline(value, ("environment",), f"{folder}/" if folder else "")

    def _environment_inline(self, given: dict[str, Any], path: Path, folder: str = "") -> Any:
        found = {name: value for name, value in given.items() if name != "$schema" and value is not None}
        if "build" in found:
            return self._say((*path, "build"), _("images are not built here: give an image and a conda_file"))
        conda = found.get("conda_file")
        if isinstance(conda, str):
            text = self._file(folder + conda.removeprefix("./") if folder else conda, (*path, "conda_file"))
            if text is None:
                return None
            found["conda_file"] = read_yaml(text, "environment.conda_file").value
        if not isinstance(found.get("conda_file", {}), dict):
            return self._say((*path, "conda_file"), _("it is a path, or a mapping with “dependencies”"))
        return found

    def _file(self, path: str, where: Path) -> str | None:
        self._files.append(path)
        text = self._around.text_of(path, self._text("code"))
        if text is None and not self._only_needs:
            self._say(where, _("the file “%(path)s” did not come with the job") % {"path": path[:200]})
        return text

    def _compute(self) -> str:
        given = self._text("compute")
        name = given.removeprefix("azureml:").rpartition("/")[2]
        if not name or name == "serverless":
            return "local"
        target = self._around.target_named(name)
        if target is not None:
            return target
        said = _(
            "There is no compute target “%(name)s” here; the run goes to “local”. An alias of the workspace can say otherwise."
        )
        self._warnings.append(said % {"name": name[:100]})
        return "local"

    def _inputs(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for name, given in self._mapping("inputs").items():
            if isinstance(given, dict):
                read = self._data_input(name, given)
                if read is not None:
                    found[name] = read
            elif isinstance(given, list):
                self._say(("inputs", name), _("a list cannot be an input"))
            else:
                found[name] = {"type": _type_of(given), "value": given}
        return found

    def _data_input(self, name: str, given: dict[str, Any]) -> dict[str, Any] | None:
        kind, path = given.get("type", "uri_folder"), given.get("path")
        where: Path = ("inputs", name)
        if kind in {"string", "number", "integer", "boolean"}:
            value = given.get("value", given.get("default"))
            return {"type": kind, "value": value}
        if kind not in DATA_TYPES:
            return self._say((*where, "type"), _("“%(type)s” is no type of input") % {"type": str(kind)[:60]})
        if not isinstance(path, str) or not path:
            return self._say((*where, "path"), _("say where the data is"))
        if path.startswith("azureml:") or "://" in path:
            problem = _(
                "data from “%(path)s” cannot be used yet: put the file beside the code and write its path, "
                "or let the program fetch it"
            )
            return self._say((*where, "path"), problem % {"path": path[:200]})
        self._data[name] = path
        place = self._around.data_of(name, path, self._text("code"))
        if place is None and not self._only_needs:
            problem = _("“%(path)s” did not come with the job; studio job create sends it along")
            return self._say((*where, "path"), problem % {"path": path[:200]})
        return {"type": "string", "value": place or path}

    def _outputs(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for name, given in self._mapping("outputs").items():
            described = {"type": given} if isinstance(given, str) else given or {}
            if not isinstance(described, dict):
                self._say(("outputs", name), _("it is a mapping such as “type: uri_folder”"))
                continue
            kind = described.get("type", "uri_folder")
            if kind not in DATA_TYPES:
                self._say(("outputs", name, "type"), _("“%(type)s” is no type of output") % {"type": str(kind)[:60]})
                continue
            rest = {key: value for key, value in described.items() if key != "type" and value is not None}
            if "path" in rest:
                said = _("The output “%(name)s” is kept with the run; its path is not written to.")
                self._warnings.append(said % {"name": name})
            found[name] = {"type": kind, **rest}
        return found

    def _limits(self) -> Limits:
        given = self._mapping("limits")
        for name in given:
            if name != "timeout":
                self._say(("limits", name), _("a command job has no such limit; there is “timeout”, in seconds"))
        timeout = given.get("timeout")
        if timeout is not None and (not isinstance(timeout, int) or isinstance(timeout, bool) or timeout < 1):
            self._say(("limits", "timeout"), _("it is a number of seconds"))
            timeout = None
        return Limits(timeout_s=timeout)

    # --- What means nothing here ---

    def _warn_of_kept(self) -> None:
        if self._tree.get("name"):
            self._warnings.append(
                _("The studio gives each run a name of its own; “name” is taken for the name to show.")
            )
        resources = self._mapping("resources")
        nodes = resources.get("instance_count", 1)
        distribution = self._mapping("distribution")
        processes = distribution.get("process_count_per_instance", 1)
        if nodes != 1 or processes != 1:
            self._warnings.append(_("The run is one process on one machine; it is not distributed."))
        ignored = [name for name in resources if name not in {"instance_count"}]
        if ignored:
            said = _("These resources mean nothing here: %(names)s.")
            self._warnings.append(said % {"names": ", ".join(sorted(ignored))[:200]})
        if self._tree.get("services"):
            self._warnings.append(_("No services are started beside the run: “services” is passed over."))
        rest = [name for name in ("identity", "queue_settings", "parent_job_name", "component") if self._tree.get(name)]
        for name in rest:
            self._warnings.append(_("“%(name)s” means nothing here and is passed over.") % {"name": name})

    # --- Reading ---

    def _text(self, name: str, *, required: bool = False) -> str:
        value = self._tree.get(name)
        if isinstance(value, (dict, list)):
            self._say((name,), _("it is a text"))
            return ""
        if required and (value is None or not str(value).strip()):
            self._say((name,), _("say what to run, such as “command: python train.py”"))
        return "" if value is None else _plain(value)

    def _texts(self, name: str) -> dict[str, str]:
        found = {}
        for key, value in self._mapping(name).items():
            if isinstance(value, (dict, list)):
                self._say((name, key), _("it is a text"))
            else:
                found[key] = "" if value is None else _plain(value)
        return found

    def _mapping(self, name: str) -> dict[str, Any]:
        value = self._tree.get(name)
        if value is None or isinstance(value, dict):
            return value or {}
        self._say((name,), _("it is a mapping of names and values"))
        return {}

    def _say(self, path: Path, problem: str, hint: str = "") -> None:
        """Note what is wrong with a field, once each."""
        line = self._document.line_of(path)
        sentence = _("Line %(line)d: %(problem)s.") if line else _("%(problem)s.")
        told = self.errors.setdefault(".".join(map(str, path)), [])
        message = sentence % {"line": line, "problem": problem} + hint
        if message not in told:
            told.append(message)


def _type_of(value: Any) -> str:
    kinds: list[tuple[type, str]] = [(bool, "boolean"), (int, "integer"), (float, "number")]
    return next((name for kind, name in kinds if isinstance(value, kind)), "string")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else str(value)

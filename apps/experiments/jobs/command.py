"""From a command job's YAML to a ``CommandJob``. Knows neither rows nor files: what these say is asked of ``Surroundings``.

The shape: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
"""

import difflib
import re
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.experiments.hooks import Needs
from apps.experiments.jobs.environment import EnvironmentReader, Surroundings
from apps.experiments.jobs.yaml_text import Document, Path, read_yaml
from apps.experiments.services.config import DATA_TYPES, INPUT_MODES, CommandJob, Limits

SCHEMA: Final = "https://azuremlschemas.azureedge.net/latest/commandJob.schema.json"

READ: Final = (
    "$schema", "type", "name", "command", "code", "environment", "environment_variables", "inputs", "outputs", "compute",
    "limits", "experiment_name", "display_name", "description", "tags", "properties",
)  # fmt: skip
# Known to the schema, and without a meaning here; kept for export.
KEPT: Final = ("resources", "distribution", "services", "identity", "queue_settings", "parent_job_name", "component")
OTHER_TYPES: Final = ("pipeline", "sweep", "automl", "spark", "parallel", "import", "finetuning", "data_transfer")

_GIT = re.compile(r"(git\+|git@|git://|ssh://|https?://)")


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
        apply_setting(document.value, setting)
    reader = _CommandReader(document, around, only_needs=only_needs)
    read = reader.read()
    if reader.errors:
        raise InvalidInput(reader.errors)
    return read


def type_of_file(text: str) -> str:
    """Return the type of job that a file says it is of, in lower case; ``command`` where it says nothing.

    Raises:
        InvalidInput: it is no YAML.
    """
    tree = read_yaml(text, "job").value
    return _type_in(tree).lower() if isinstance(tree, dict) else "command"


def _type_in(tree: dict[str, Any]) -> str:
    named = re.search(r"/(\w+)Job\.schema\.json", str(tree.get("$schema") or ""))
    kind = tree.get("type")
    return str(kind) if kind is not None else (named[1] if named else "command")


def apply_setting(tree: dict[str, Any], setting: str) -> None:
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


def with_settings(text: str, settings: tuple[str, ...]) -> dict[str, Any]:
    """Return a job file as values, with changes made to it as ``apply_setting`` makes them.

    Raises:
        InvalidInput: it is no YAML, or a change does not fit it.
    """
    tree = read_yaml(text, "job").value
    for setting in settings:
        apply_setting(tree, setting)
    return dict(tree)


class _CommandReader(EnvironmentReader):
    def __init__(self, document: Document, around: Surroundings, *, only_needs: bool) -> None:
        super().__init__(document, around, only_needs=only_needs)
        self._warnings: list[str] = []
        self._data: dict[str, str] = {}

    def read(self) -> ReadJob:
        self._check_kind()
        self._check_names()
        command = self.text("command", required=True)
        code = self._code()
        job = CommandJob(
            command=command.strip("\n") if command else "",
            environment=self.environment(),
            compute=self._compute(),
            inputs=self._inputs(),
            outputs=self._outputs(),
            variables=self.texts("environment_variables"),
            limits=self._limits(),
            display_name=self.text("display_name") or self.text("name"),
            description=self.text("description"),
            tags=self.texts("tags"),
            properties=self.texts("properties"),
            extras={name: self.tree[name] for name in KEPT if self.tree.get(name) is not None},
        )
        self._warn_of_kept()
        needs = Needs(code, tuple(self.files), self._data)
        return ReadJob(job, self.text("experiment_name"), needs, tuple(self._warnings))

    # --- What kind of file it is ---

    def _check_kind(self) -> None:
        kind = _type_in(self.tree)
        if kind == "command":
            return
        if kind.lower() in OTHER_TYPES:
            self.say(("type",), _("jobs of the type “%(type)s” cannot be run here yet") % {"type": kind})
        else:
            self.say(("type",), _("“%(type)s” is no type of job; write “command”") % {"type": kind[:60]})

    def _check_names(self) -> None:
        for name in self.tree:
            if name in READ or name in KEPT:
                continue
            near = difflib.get_close_matches(name, [*READ, *KEPT], n=1)
            hint = _(" Did you mean “%(name)s”?") % {"name": near[0]} if near else ""
            self.say((name,), _("a command job has no field “%(name)s”") % {"name": name[:60]}, hint)

    # --- Fields ---

    def _code(self) -> str:
        code = self.text("code")
        if _GIT.match(code):
            problem = _("code is not fetched from git addresses yet: clone it, and write the folder's path")
            self.say(("code",), problem)
        elif code.startswith("azureml:"):
            self.say(("code",), _("code is not taken from the cloud: write the path of a folder"))
        return code

    def _compute(self) -> str:
        given = self.text("compute")
        name = given.removeprefix("azureml:").rpartition("/")[2]
        if not name or name == "serverless":
            return "local"
        target = self.around.target_named(name)
        if target is not None:
            return target
        said = _(
            "There is no compute target “%(name)s” here; the run goes to “local”. An alias of the workspace can say otherwise."
        )
        self._warnings.append(said % {"name": name[:100]})
        return "local"

    def _inputs(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for name, given in self.mapping("inputs").items():
            if isinstance(given, dict):
                read = self._data_input(name, given)
                if read is not None:
                    found[name] = read
            elif isinstance(given, list):
                self.say(("inputs", name), _("a list cannot be an input"))
            else:
                found[name] = {"type": _type_of(given), "value": given}
        return found

    def _data_input(self, name: str, given: dict[str, Any]) -> Any:
        kind, path = given.get("type", "uri_folder"), given.get("path")
        where: Path = ("inputs", name)
        if kind in {"string", "number", "integer", "boolean"}:
            value = given.get("value", given.get("default"))
            return {"type": kind, "value": value}
        if kind not in DATA_TYPES:
            return self.say((*where, "type"), _("“%(type)s” is no type of input") % {"type": str(kind)[:60]})
        if not isinstance(path, str) or not path:
            return self.say((*where, "path"), _("say where the data is"))
        mode = given.get("mode") or INPUT_MODES[0]
        if mode not in INPUT_MODES:
            problem = _("its mode is one of: %(modes)s")
            return self.say((*where, "mode"), problem % {"modes": ", ".join(INPUT_MODES)})
        if path.startswith(("azureml:", "runs:/")) or "://" in path:
            return {"type": kind, "path": path, "mode": mode}
        self._data[name] = path
        place = self.around.data_of(path, self.text("code"))
        if place is None and not self.only_needs:
            problem = _("“%(path)s” is not among the code; studio job create uploads it as a dataset")
            return self.say((*where, "path"), problem % {"path": path[:200]})
        return {"type": "string", "value": place or path}

    def _outputs(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for name, given in self.mapping("outputs").items():
            described = {"type": given} if isinstance(given, str) else given or {}
            if not isinstance(described, dict):
                self.say(("outputs", name), _("it is a mapping such as “type: uri_folder”"))
                continue
            kind = described.get("type", "uri_folder")
            if kind not in DATA_TYPES:
                self.say(("outputs", name, "type"), _("“%(type)s” is no type of output") % {"type": str(kind)[:60]})
                continue
            rest = {key: value for key, value in described.items() if key != "type" and value is not None}
            if isinstance(rest.get("name"), str) and "version" in rest:
                said = _("The studio numbers versions itself: the “version” of the output “%(name)s” is passed over.")
                self._warnings.append(said % {"name": name})
            if "path" in rest:
                said = _("The output “%(name)s” is kept with the run; its path is not written to.")
                self._warnings.append(said % {"name": name})
            found[name] = {"type": kind, **rest}
        return found

    def _limits(self) -> Limits:
        given = self.mapping("limits")
        for name in given:
            if name != "timeout":
                self.say(("limits", name), _("a command job has no such limit; there is “timeout”, in seconds"))
        timeout = given.get("timeout")
        if timeout is not None and (not isinstance(timeout, int) or isinstance(timeout, bool) or timeout < 1):
            self.say(("limits", "timeout"), _("it is a number of seconds"))
            timeout = None
        return Limits(timeout_s=timeout)

    # --- What means nothing here ---

    def _warn_of_kept(self) -> None:
        if self.tree.get("name"):
            self._warnings.append(
                _("The studio gives each run a name of its own; “name” is taken for the name to show.")
            )
        resources = self.mapping("resources")
        nodes = resources.get("instance_count", 1)
        distribution = self.mapping("distribution")
        processes = distribution.get("process_count_per_instance", 1)
        if nodes != 1 or processes != 1:
            self._warnings.append(_("The run is one process on one machine; it is not distributed."))
        ignored = [name for name in resources if name not in {"instance_count"}]
        if ignored:
            said = _("These resources mean nothing here: %(names)s.")
            self._warnings.append(said % {"names": ", ".join(sorted(ignored))[:200]})
        if self.tree.get("services"):
            self._warnings.append(_("No services are started beside the run: “services” is passed over."))
        rest = [name for name in ("identity", "queue_settings", "parent_job_name", "component") if self.tree.get(name)]
        for name in rest:
            self._warnings.append(_("“%(name)s” means nothing here and is passed over.") % {"name": name})


def _type_of(value: Any) -> str:
    kinds: list[tuple[type, str]] = [(bool, "boolean"), (int, "integer"), (float, "number")]
    return next((name for kind, name in kinds if isinstance(value, kind)), "string")

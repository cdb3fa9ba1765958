"""What a job file says of its environment: a name, a registry's, a mapping, or a file with one."""

import re
from typing import Any, Protocol

from django.utils.translation import gettext as _

from apps.experiments.jobs.fields import FieldReader
from apps.experiments.jobs.yaml_text import Document, Path, read_yaml

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

    def data_of(self, path: str, code: str) -> str | None:
        """Return where local data stands in the code folder; None where it is not part of the code."""


class EnvironmentReader(FieldReader):
    """Reads the field ``environment``. ``files``: what it refers to, by the paths as written.

    Args: only_needs: do not complain of files that are not there yet.
    """

    def __init__(self, document: Document, around: Surroundings, *, only_needs: bool) -> None:
        super().__init__(document)
        self.around = around
        self.only_needs = only_needs
        self.files: list[str] = []

    def environment(self) -> Any:
        """Return a reference as ``hooks.resolve_environment`` takes it; None where the file names none."""
        given = self.tree.get("environment")
        if given is None or given == "":
            return None
        if isinstance(given, str):
            return self._environment_file(given[5:]) if given.startswith("file:") else self._environment_named(given)
        if isinstance(given, dict):
            return self._environment_inline(given, ("environment",))
        return self.say(("environment",), _("it is a name such as “azureml:sklearn:1”, or a mapping with an image"))

    def _environment_named(self, given: str) -> str:
        registry = _REGISTRY.fullmatch(given)
        if registry:
            name, which = registry["name"], registry["which"] or "latest"
            given = f"{name}@{which}" if registry["kind"] != "versions" else f"{name}:{which}"
        return self.around.environment_named(given)

    def _environment_file(self, path: str) -> Any:
        text = self._file(path, ("environment",))
        if text is None:
            return None
        value = read_yaml(text, "environment").value
        if not isinstance(value, dict):
            return self.say(("environment",), _("“%(path)s” describes no environment") % {"path": path[:200]})
        folder = path.rpartition("/")[0]
        return self._environment_inline(value, ("environment",), f"{folder}/" if folder else "")

    def _environment_inline(self, given: dict[str, Any], path: Path, folder: str = "") -> Any:
        found = {name: value for name, value in given.items() if name != "$schema" and value is not None}
        if "build" in found:
            return self.say((*path, "build"), _("images are not built here: give an image and a conda_file"))
        conda = found.get("conda_file")
        if isinstance(conda, str):
            text = self._file(folder + conda.removeprefix("./") if folder else conda, (*path, "conda_file"))
            if text is None:
                return None
            found["conda_file"] = read_yaml(text, "environment.conda_file").value
        if not isinstance(found.get("conda_file", {}), dict):
            return self.say((*path, "conda_file"), _("it is a path, or a mapping with “dependencies”"))
        return found

    def _file(self, path: str, where: Path) -> str | None:
        self.files.append(path)
        text = self.around.text_of(path, self.text("code"))
        if text is None and not self.only_needs:
            self.say(where, _("the file “%(path)s” did not come with the job") % {"path": path[:200]})
        return text

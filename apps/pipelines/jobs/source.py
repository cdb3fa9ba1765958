"""The files that a pipeline is written in, and what they refer to, wherever each of them stands."""

import posixpath
import re
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from django.utils.translation import gettext as _

from apps.experiments.jobs.environment import EnvironmentReader
from apps.experiments.jobs.environment import Surroundings as JobSurroundings
from apps.experiments.jobs.yaml_text import Document, Path
from apps.pipelines.graph.components import near
from apps.pipelines.graph.types import Component

_GIT: Final = re.compile(r"(git\+|git@|git://|ssh://|https?://)")


@dataclass(frozen=True)
class CodeNeed:
    """Code of one component: a folder (or file), and what else shall lie in it; paths from where the pipeline's file stands."""

    code: str
    includes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What clients call it when they say which upload it is."""
        return " + ".join((self.code, *self.includes))


class Surroundings(JobSurroundings, Protocol):
    """What the files of a pipeline refer to. Paths are from where the first file stands, in their shortest form."""

    def component_named(self, reference: str) -> Component:
        """Return a registered component.

        Raises:
            UserError: it means nothing here, or is not for new use.
        """

    def code_of(self, need: CodeNeed) -> str:
        """Return the id of the snapshot that holds some code; "" where it did not come along."""

    def code_kept(self, snapshot_id: str) -> bool:
        """Return whether the workspace has the code that an exported file names by its id."""


@dataclass
class Reading:
    """What is found out while the files of one pipeline are read."""

    around: Surroundings
    only_needs: bool
    warnings: list[str] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    codes: dict[str, CodeNeed] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    components: dict[str, Component | None] = field(default_factory=dict)

    def warn(self, sentence: str) -> None:
        """Note that something was read differently from how it is written, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)


@dataclass(frozen=True)
class Source:
    """A file. ``folder``: where it stands, "" for the first; ``label``: its path, "" for the first. ``place``: the path of fields
    in the first file that leads to it."""

    reading: Reading
    document: Document
    folder: str = ""
    label: str = ""
    place: Path = ()

    def path_of(self, written: str) -> str:
        """Return a path that the file writes, from where the first file stands."""
        written = written.removeprefix("file:")
        if posixpath.isabs(written):
            return posixpath.normpath(written)
        return posixpath.normpath(posixpath.join(self.folder, written))


@dataclass(frozen=True)
class Part(Document):
    """A value within a document, with its lines."""

    base: Path = ()

    def line_of(self, path: Path) -> int | None:
        """Return the line of a value below."""
        return super().line_of((*self.base, *path))


class SectionReader(EnvironmentReader):
    """Reads one mapping of a file: the whole of it, a step, a component written there."""

    def __init__(self, source: Source, value: dict[str, Any], base: Path = ()) -> None:
        reading = source.reading
        super().__init__(Part(value, source.document.lines, base), reading.around, only_needs=reading.only_needs)
        self.source, self.reading, self.base = source, reading, base

    def say(self, path: Path, problem: str, hint: str = "") -> Any:
        """Note what is wrong with a field, with the file and line it stands in."""
        line, label = self._document.line_of(path), self.source.label
        values = {"file": label, "line": line, "problem": problem}
        if label:
            sentence = _("%(file)s, line %(line)d: %(problem)s.") if line else _("%(file)s: %(problem)s.")
        else:
            sentence = _("Line %(line)d: %(problem)s.") if line else _("%(problem)s.")
        message = sentence % values + hint
        told = self.reading.errors.setdefault(".".join(map(str, (*self.source.place, *self.base, *path))), [])
        if message not in told:
            told.append(message)
        return None

    def say_sentence(self, path: Path, sentence: str) -> None:
        """Note what is wrong with a field in a whole sentence, which a question may follow: what was probably meant."""
        problem, mark, hint = sentence.partition(". ")
        self.say(path, problem.removesuffix("."), f" {hint}" if mark else "")

    def check_names(self, known: tuple[str, ...], what: str) -> None:
        """Complain of fields that are none of ``known``. ``what``: what has no such field, in words."""
        for name in self.tree:
            if name not in known:
                problem = _("%(what)s has no field “%(name)s”") % {"what": what, "name": name[:60]}
                self.say((name,), problem, near(name, known))

    def section(self, *path: str) -> "SectionReader":
        """Return a reader of a mapping below; of an empty one where there is none, which is said where it is something else."""
        value: Any = self.tree
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None and not isinstance(value, dict):
            self.say(path, _("it is a mapping of names and values"))
        return SectionReader(self.source, value if isinstance(value, dict) else {}, (*self.base, *path))

    def flag(self, name: str) -> bool:
        """Return a boolean; False where there is none."""
        value = self.tree.get(name)
        if value is not None and not isinstance(value, bool):
            self.say((name,), _("it is true or false"))
        return value is True

    def count(self, name: str, least: int = 1) -> int | None:
        """Return a whole number; None where there is none. A text that is one counts, too."""
        value = self.tree.get(name)
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
            value = int(value)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            problem = _("it is a whole number from %(least)d on") % {"least": least}
            self.say((name,), problem)
            return None
        return value

    def compute(self, name: str = "compute") -> str:
        """Return a compute target's name; "" where the file names none."""
        given = self.text(name)
        if "${{" in given:
            return given.strip()
        return self.target(given)

    def target(self, given: str) -> str:
        """Return the target that a name means here; ``local``, and a warning, for one that means nothing."""
        name = given.removeprefix("azureml:").rpartition("/")[2]
        if not name:
            return ""
        if name == "serverless":
            return "local"
        found = self.around.target_named(name)
        if found is None:
            said = _(
                "There is no compute target “%(name)s” here; what was to run there runs on “local”. An alias of the "
                "workspace can say otherwise."
            )
            self.reading.warn(said % {"name": name[:100]})
        return found or "local"

    def code(self) -> str:
        """Return the id of the snapshot with the component's code; "" where it has none, or it did not come."""
        written = self.text("code")
        includes = self._includes()
        if not written:
            if includes:
                self.say(("additional_includes",), _("what is included needs a folder to lie in: write “code”"))
            return ""
        if written.startswith("azureml:"):
            return self._code_kept(written.removeprefix("azureml:"))
        if _GIT.match(written):
            problem = _("code is not fetched from git addresses yet: clone it, and write the folder's path")
            self.say(("code",), problem)
            return ""
        need = CodeNeed(self.source.path_of(written), tuple(map(self.source.path_of, includes)))
        self.reading.codes[need.key] = need
        found = self.reading.around.code_of(need)
        if not found and not self.only_needs:
            self.say(("code",), _("the folder “%(path)s” did not come with the job") % {"path": need.code[:200]})
        return found

    def _code_kept(self, snapshot_id: str) -> str:
        if self.reading.around.code_kept(snapshot_id):
            return snapshot_id
        self.say(("code",), _("the workspace has no such code: write the path of a folder"))
        return ""

    def _includes(self) -> list[str]:
        value = self.tree.get("additional_includes")
        if value is None:
            return []
        if not isinstance(value, list):
            self.say(("additional_includes",), _("it is a list of paths"))
            return []
        found = []
        for place, path in enumerate(value):
            if isinstance(path, str) and path:
                found.append(path)
            else:
                problem = _("only paths beside the file are included, not what lies elsewhere")
                self.say(("additional_includes", place), problem)
        return found

    def _file(self, path: str, where: Path) -> str | None:
        """Return the text of a file that this one names."""
        place = self.source.path_of(path)
        if place not in self.reading.files:
            self.reading.files.append(place)
        code = self.tree.get("code")
        folder = self.source.path_of(code) if isinstance(code, str) and code else ""
        text = self.reading.around.text_of(place, folder)
        if text is None and not self.only_needs:
            self.say(where, _("the file “%(path)s” did not come with the job") % {"path": place[:200]})
        return text

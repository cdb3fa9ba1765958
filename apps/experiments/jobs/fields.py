"""Read the fields of a job file, and note what is wrong with each."""

from typing import Any

from django.utils.translation import gettext as _

from apps.experiments.jobs.yaml_text import Document, Path


class FieldReader:
    """Reads one document, which is a mapping. ``errors``: sentences by the path of a field."""

    def __init__(self, document: Document) -> None:
        self.errors: dict[str, list[str]] = {}
        self.tree: dict[str, Any] = document.value
        self._document = document

    def text(self, name: str, *, required: bool = False) -> str:
        """Return a text; numbers and booleans as they are written in Python."""
        value = self.tree.get(name)
        if isinstance(value, (dict, list)):
            self.say((name,), _("it is a text"))
            return ""
        if required and (value is None or not str(value).strip()):
            self.say((name,), _("say what to run, such as “command: python train.py”"))
        return "" if value is None else str(value)

    def texts(self, name: str) -> dict[str, str]:
        """Return a mapping of texts."""
        found = {}
        for key, value in self.mapping(name).items():
            if isinstance(value, (dict, list)):
                self.say((name, key), _("it is a text"))
            else:
                found[key] = "" if value is None else str(value)
        return found

    def mapping(self, name: str) -> dict[str, Any]:
        """Return a mapping; an empty one where there is none."""
        value = self.tree.get(name)
        if value is None or isinstance(value, dict):
            return value or {}
        self.say((name,), _("it is a mapping of names and values"))
        return {}

    def say(self, path: Path, problem: str, hint: str = "") -> Any:
        """Note what is wrong with a field, once each. Returns None, as what could not be read."""
        line = self._document.line_of(path)
        sentence = _("Line %(line)d: %(problem)s.") if line else _("%(problem)s.")
        told = self.errors.setdefault(".".join(map(str, path)), [])
        message = sentence % {"line": line, "problem": problem} + hint
        if message not in told:
            told.append(message)
        return None

"""Model files as Azure ML v2 writes them (``az ml model create --file``)."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.experiments.jobs.fields import FieldReader
from apps.experiments.jobs.yaml_text import read_yaml
from apps.registry.services.sources import read_source
from apps.registry.states import ModelType, Stage

KNOWN: Final = frozenset(
    {"$schema", "name", "version", "path", "type", "description", "tags", "properties", "flavors", "stage"}
)


@dataclass(frozen=True)
class ReadModelFile:
    """What a model file says. ``is_local``: ``path`` is on the machine of whoever wrote it, who uploads it first.

    ``warnings``: sentences about what is passed over.
    """

    name: str
    path: str
    is_local: bool
    version: int | None = None
    type: str | None = None
    description: str = ""
    stage: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    flavors: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read_model_file(text: str) -> ReadModelFile:
    """Read a model file.

    Raises:
        InvalidInput: with a sentence for each field that cannot be read, and its line.
    """
    document = read_yaml(text, "file")
    if not isinstance(document.value, dict):
        raise InvalidInput({"file": [_("A model file is a mapping with “name” and “path”.")]})
    reader = FieldReader(document)
    name, path = reader.text("name").strip(), reader.text("path").strip()
    if not name and "name" not in reader.errors:
        reader.say(("name",), _("say what the model is called, such as “name: churn”"))
    if not path and "path" not in reader.errors:
        reader.say(("path",), _("say where its files are, such as “path: ./model”"))
    kind = reader.text("type") or None
    if kind is not None and kind not in ModelType.values:
        reader.say(("type",), _("it is one of: %(types)s") % {"types": ", ".join(ModelType.values)})
    stage = reader.text("stage")
    if stage and stage.lower() not in {str(value).lower() for value in Stage}:
        reader.say(("stage",), _("it is one of: %(types)s") % {"types": ", ".join(Stage.values)})
    version = _version(reader)
    tags, properties, flavors = reader.texts("tags"), reader.texts("properties"), reader.mapping("flavors")
    source = None
    try:
        source = read_source(path)
    except InvalidInput as error:
        reader.say(("path",), error.errors["path"][0].removesuffix("."))
    if reader.errors:
        raise InvalidInput(reader.errors)
    unknown = sorted(set(reader.tree) - KNOWN)
    warnings = [_("“%(name)s” means nothing here and is passed over.") % {"name": key[:60]} for key in unknown]
    return ReadModelFile(
        name=name,
        path=path,
        is_local=source is None,
        version=version,
        type=kind,
        description=reader.text("description"),
        stage=stage,
        tags=tags,
        properties=properties,
        flavors=flavors,
        warnings=warnings,
    )


def _version(reader: FieldReader) -> int | None:
    said = reader.tree.get("version")
    if said is None or said == "":
        return None
    text = str(said)
    if isinstance(said, bool) or not (text.isascii() and text.isdecimal() and 0 < int(text[:12]) < 2**31):
        reader.say(("version",), _("a version is a whole number from 1 on; leave it out, and it becomes the next one"))
        return None
    return int(text)

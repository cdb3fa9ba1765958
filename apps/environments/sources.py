"""Environments as people write them: requirements, conda files, definitions for Azure ML. No Django models, no I/O.

Whatever is wrong is collected, so that it can be put right at once, and each sentence names the line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

from apps.environments import conda
from apps.environments.errors import RecipeInvalid
from apps.environments.pythons import choose
from apps.environments.recipes import Recipe
from apps.environments.requirements import MOST_REQUIREMENTS, Findings, read_text, unique

LONGEST_SOURCE = 200_000
MOST_VARIABLES = 200
REQUIREMENTS, CONDA, DEFINITION = "requirements", "conda", "definition"

_DEFINITION_KEYS = frozenset(
    {
        "$schema",
        "name",
        "version",
        "description",
        "tags",
        "image",
        "conda_file",
        "build",
        "variables",
        "environment_variables",
    }
)
# What an Azure ML definition may say beside that has no meaning for packages.
_PASSED_OVER = frozenset(
    {"os_type", "inference_config", "properties", "type", "creation_context", "id", "latest_version", "stage"}
)


@dataclass(frozen=True)
class Pythons:
    """The Pythons that machines have, as ``major.minor``; ``default`` is one of them."""

    default: str
    available: Sequence[str]


@dataclass(frozen=True)
class Reading:
    """What a source says. ``image`` is set where it names nothing but a base image, and ``recipe`` is empty then."""

    kind: str
    recipe: Recipe
    variables: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    name: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    image: str = ""


def read(text: str, pythons: Pythons, *, python: str = "", conda_file: str = "") -> Reading:
    """Read requirements, a conda file or an Azure ML definition, whichever it is.

    Args: python: the version that somebody chose beside it; empty for the one that the text wants. conda_file: the content
        of the file that a definition names.

    Raises:
        RecipeInvalid: with a sentence for each place that cannot be read.
    """
    findings = Findings()
    if len(text) + len(conda_file) > LONGEST_SOURCE:
        findings.refuse(_("This is longer than %(most)d characters.") % {"most": LONGEST_SOURCE})
        raise RecipeInvalid(findings.problems)
    document = _parse(text, findings)
    if document is None:
        requirements = read_text(text, findings)
        return _reading(REQUIREMENTS, "", requirements, findings, pythons, python, {})
    return read_mapping(document, pythons, python=python, text=text, conda_file=conda_file)


def read_mapping(
    document: Mapping[Any, Any],
    pythons: Pythons,
    *,
    python: str = "",
    text: str = "",
    conda_file: str = "",
    field: str = "source",
) -> Reading:
    """Read a conda file or a definition that has been parsed, from ``text`` where that is known. Raises as ``read`` does.

    Args: field: where errors belong, in the form or file that it stands in.
    """
    findings = Findings()
    field = "conda_file" if conda_file else field
    kind, lines = CONDA, _lines(text)
    conda_part: Mapping[Any, Any] | None = document
    if "dependencies" not in document:
        kind, (conda_part, lines) = DEFINITION, _conda_part(document, text, conda_file, findings)
    wanted, requirements, variables = conda.read(conda_part, findings, lines) if conda_part else ("", [], {})
    if kind == DEFINITION:
        for key in ("variables", "environment_variables"):
            variables |= conda.read_variables(document, findings, key)
    image = str(document.get("image") or "") if kind == DEFINITION else ""
    if image and conda_part:
        sentence = _("The base image “%(image)s” is passed over: the packages of its conda file are what counts.")
        findings.warn(sentence % {"image": image[:200]})
    about: dict[str, Any] = {"name": str(document.get("name") or "")[:255], "image": "" if conda_part else image}
    if kind == DEFINITION:
        about |= {"description": str(document.get("description") or "")[:5000], "tags": _tags(document.get("tags"))}
    return _reading(kind, wanted, requirements, findings, pythons, python, variables, field=field, **about)


def _reading(
    kind: str,
    wanted: str,
    requirements: Sequence[str],
    findings: Findings,
    pythons: Pythons,
    python: str,
    variables: dict[str, str],
    *,
    field: str = "source",
    **about: Any,
) -> Reading:
    try:
        chosen, fits = choose(python or wanted, pythons.available, pythons.default)
    except ValueError:
        chosen, fits = pythons.default, True
        findings.refuse(
            _("“python%(versions)s” is no version of Python. Write python=3.11.") % {"versions": wanted[:40]}
        )
    if not fits:
        sentence = _("Python %(wanted)s is on none of the studio's machines; Python %(chosen)s is taken instead.")
        asked = (python or wanted).lstrip("=").removesuffix(".*")
        findings.warn(sentence % {"wanted": asked, "chosen": chosen})
    if len(requirements) > MOST_REQUIREMENTS:
        findings.refuse(_("There can be %(most)d packages at most.") % {"most": MOST_REQUIREMENTS})
    _check_variables(variables, findings)
    if findings.problems:
        raise RecipeInvalid(findings.problems, field=field)
    recipe = Recipe(chosen, unique(iter(requirements)))
    return Reading(kind, recipe, variables, tuple(findings.warnings), **about)


def _conda_part(
    document: Mapping[Any, Any], text: str, conda_file: str, findings: Findings
) -> tuple[Mapping[Any, Any] | None, dict[str, int]]:
    """Return the conda file of a definition, and on which of its lines the packages stand."""
    known = _DEFINITION_KEYS | _PASSED_OVER
    for key in [str(key) for key in document if str(key) not in known]:
        findings.warn(_("“%(key)s” is passed over: it has no meaning here.") % {"key": key[:40]})
    if document.get("version") is not None:
        findings.warn(_("The version that the file gives is passed over: the studio counts versions by itself."))
    if document.get("build"):
        findings.refuse(
            _(
                "Environments are not built from Dockerfiles here. Name the Python packages: as conda_file, or requirements."
            )
        )
    named = document.get("conda_file")
    if isinstance(named, Mapping):
        return named, _lines(text)
    if isinstance(named, str):
        if not conda_file:
            sentence = _("The definition names the file “%(file)s”. Put its content here, in place of the definition.")
            findings.refuse(sentence % {"file": named[:200]})
            return None, {}
        inner = _parse(conda_file, findings)
        if inner is None:
            findings.refuse(_("The conda file must be a mapping with “dependencies”."))
        return inner, _lines(conda_file)
    if named is not None:
        findings.refuse(_("“conda_file” must be the name of a file, or its content."))
    elif not document.get("image") and not document.get("build"):
        findings.refuse(
            _("This says no packages. Give a list “dependencies” (conda), or one requirement in each line.")
        )
    return None, {}


def _parse(text: str, findings: Findings) -> Mapping[Any, Any] | None:
    """Return the mapping that ``text`` is, or None where it is no YAML mapping and so may be requirements.

    Raises:
        RecipeInvalid: it begins as YAML does, but cannot be parsed.
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        if not any(line.rstrip().endswith(":") for line in text.splitlines() if not line.lstrip().startswith("#")):
            return None
        mark = getattr(error, "problem_mark", None)
        sentence = _("This is not YAML (%(fault)s).") % {"fault": getattr(error, "problem", None) or "?"}
        findings.refuse(sentence, mark.line + 1 if mark else None)
        raise RecipeInvalid(findings.problems) from None
    except (ValueError, RecursionError):  # a date that is none, or nesting that is meant to do harm
        return None
    return document if isinstance(document, Mapping) else None


def _lines(text: str) -> dict[str, int]:
    """Return on which line each entry of a list first stands, as the parser will give it."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.strip()
        if entry.startswith("- "):
            entry = entry[2:].split(" #", 1)[0].strip()
            lines.setdefault(entry.strip("'\""), number)
    return lines


def _tags(tags: Any) -> dict[str, str]:
    return {str(name)[:100]: str(value)[:1000] for name, value in tags.items()} if isinstance(tags, Mapping) else {}


def _check_variables(variables: dict[str, str], findings: Findings) -> None:
    if len(variables) > MOST_VARIABLES:
        findings.refuse(_("There can be %(most)d variables at most.") % {"most": MOST_VARIABLES})
    for name, value in variables.items():
        if not name.isidentifier() or not name.isascii():
            sentence = _("“%(name)s” cannot name a variable. Use letters, digits and underscores.")
            findings.refuse(sentence % {"name": name[:40]})
        if len(value) > 10_000 or "\0" in value:
            findings.refuse(_("The value of the variable “%(name)s” is too long.") % {"name": name[:40]})

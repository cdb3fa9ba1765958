"""What the environment names of Azure ML mean here. No Django models, no I/O."""

import re
from dataclasses import dataclass

from apps.environments.curated import CURATED, MINIMAL, SKLEARN

_SKLEARN = next(curated.requirements for curated in CURATED if curated.name == SKLEARN)

# What cloud environments of a family hold, beside what the curated ones here do: built when they are first named.
FAMILIES: dict[str, tuple[str, ...]] = {
    "pytorch": ("torch", "torchvision", *_SKLEARN),
    "acpt": ("torch", "torchvision", *_SKLEARN),
    "tensorflow": ("tensorflow", *_SKLEARN),
    "lightgbm": ("lightgbm", *_SKLEARN),
    "xgboost": ("xgboost", *_SKLEARN),
    "responsibleai": ("responsibleai", "raiutils", *_SKLEARN),
}
_CURATED_NAME = re.compile(r"^(?:azureml|microsoft)-", re.I)
_REGISTRY = re.compile(
    r"^azureml://registries/[^/]+/environments/(?P<name>[^/]+)(?:/(?:versions|labels)/(?P<version>[^/]+))?/?$", re.I
)
_RESOURCE = re.compile(r"/environments/(?P<name>[^/]+)(?:/(?:versions|labels)/(?P<version>[^/]+))?/?$", re.I)
_VERSIONED = re.compile(r"^(?P<name>[^:@/]+)(?:(?P<mark>[:@])(?P<version>[^:@/]+))?$")


@dataclass(frozen=True)
class Reference:
    """A reference taken apart. ``version`` is empty for the latest; ``is_foreign`` where it names a registry of the cloud."""

    name: str
    version: str = ""
    is_foreign: bool = False


@dataclass(frozen=True)
class Meaning:
    """What a name of the cloud stands for: a curated environment here, or packages that one shall be made of."""

    curated: str = ""
    requirements: tuple[str, ...] = ()


def parse(reference: str) -> Reference | None:
    """Take apart ``name``, ``name:version``, ``name@latest`` and the addresses of the cloud; None where it is none of these."""
    text = plain(reference)
    if "\0" in text:  # no name has it, and databases refuse to look for it
        return None
    if registry := _REGISTRY.match(text):
        return Reference(registry["name"], _version(registry["version"]), is_foreign=True)
    if text.startswith(("azureml://", "/subscriptions/")):
        resource = _RESOURCE.search(text)
        return Reference(resource["name"], _version(resource["version"])) if resource else None
    match = _VERSIONED.match(text)
    if match is None or (match["mark"] == "@" and match["version"].lower() != "latest"):
        return None
    return Reference(match["name"], _version(match["version"]))


def plain(reference: str) -> str:
    """Return a reference without the ``azureml:`` that stands before it in job files."""
    text = reference.strip()
    return text if text.startswith("azureml://") else text.removeprefix("azureml:")


def meaning_of(reference: Reference) -> Meaning | None:
    """Return what a name that the cloud gave its own environments stands for; None for any other name."""
    if not reference.is_foreign and not _CURATED_NAME.match(reference.name):
        return None
    return of_words(reference.name) or Meaning(curated=SKLEARN)


def of_words(text: str) -> Meaning | None:
    """Return what a name or base image stands for, by the libraries it names; None where it names none."""
    words = text.lower()
    for family, requirements in FAMILIES.items():
        if family in words:
            return Meaning(requirements=requirements)
    if "sklearn" in words or "scikit" in words:
        return Meaning(curated=SKLEARN)
    return Meaning(curated=MINIMAL) if re.search(r"minimal|openmpi|python-?3|/base|ubuntu|inference", words) else None


def is_reserved(name: str) -> bool:
    """Whether a name is kept: for the cloud's own environments, which files name, or since it stands in an address."""
    return name.lower().startswith(("azureml", "microsoft")) or name.lower() == "new"


def _version(text: str | None) -> str:
    return "" if not text or text.lower() == "latest" else text

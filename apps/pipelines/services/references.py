"""What pipelines and clients mean by a component."""

import re
from typing import Final

from apps.pipelines.errors import ComponentArchived, NotAComponentReference
from apps.pipelines.models import ComponentVersion
from apps.pipelines.services.components import LATEST, find_version, get_component
from apps.workspaces.models import Workspace

_NAME = r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,254}?)"
_WORD = r"[A-Za-z0-9_.-]{1,255}"
_SHORT: Final = re.compile(rf"(?:azureml:)?{_NAME}(?::(?P<version>{_WORD})|@(?P<label>(?i:latest)))?")
_LONG: Final = re.compile(
    rf"(?:azureml:)?/.*?/?components/{_NAME}(?:/versions/(?P<version>{_WORD})|/labels/(?P<label>{_WORD}))?"
)


def resolve_reference(workspace: Workspace, reference: str) -> ComponentVersion:
    """Return the version that a reference names, for new use.

    Args: reference: ``azureml:name:1``, ``name:1``, ``name@latest``, ``name`` (the latest version), or a long form that ends
        with ``components/name/versions/1``; a registry's name counts by its component.

    Raises:
        NotAComponentReference, ComponentUnknown, ComponentVersionUnknown: it means nothing here; says what there is.
        ComponentArchived: the version, or the whole component, is in the archive.
    """
    text = reference.strip()
    match = _SHORT.fullmatch(text) or _LONG.fullmatch(text)
    if match is None:
        raise NotAComponentReference(reference)
    component = get_component(workspace, match["name"])
    version = find_version(component, match["version"] or LATEST)
    if component.archived_at is not None:
        raise ComponentArchived(component.name)
    if version.archived_at is not None:
        latest = component.latest
        other = f"{component.name}:{latest.version}" if latest and latest.archived_at is None else ""
        raise ComponentArchived(version.reference, other)
    return version

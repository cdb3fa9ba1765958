"""What jobs, deployments and clients mean by a model."""

import re
from typing import Final
from urllib.parse import unquote

from django.db.models.functions import Lower

from apps.registry.errors import AliasUnknown, NotAReference, StageEmpty, VersionNotReady
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.services.models import get_model
from apps.registry.services.versions import LATEST, find_version, known_aliases, versions_of
from apps.registry.states import Stage, VersionState
from apps.workspaces.models import Workspace

_NAME = r"(?P<name>[A-Za-z0-9][A-Za-z0-9 ._-]{0,254}?)"
_WORD = r"[A-Za-z0-9_.-]{1,255}"
_AZURE: Final = re.compile(rf"(?:azureml:)?{_NAME}(?::(?P<number>{_WORD})|@(?P<alias>{_WORD}))?")
_MLFLOW: Final = re.compile(rf"models:/{{1,3}}{_NAME}(?:/(?P<number>{_WORD})|@(?P<alias>{_WORD}))")
_ASSET: Final = re.compile(rf"(?:azureml:/)?/?.*?/?models/{_NAME}/versions/(?P<number>{_WORD})")
_STAGES: Final = {str(stage).lower(): stage for stage in Stage}


def resolve_reference(workspace: Workspace, reference: str, *, must_be_ready: bool = True) -> ModelVersion:
    """Return the version that a reference names, with its model and run.

    Args: reference: ``azureml:name:1``, ``name:1``, ``name@latest``, ``name@alias``, ``name`` (the latest version),
        ``models:/name/1``, ``models:/name@alias``, ``models:/name/Production``, ``azureml://models/name/versions/1``.

    Raises:
        NotAReference, ModelUnknown, VersionUnknown, AliasUnknown, StageEmpty: it means nothing here; says what there is.
        VersionNotReady: its files are not there (yet), unless ``must_be_ready`` is False.
    """
    text = reference.strip()
    is_mlflow = text.startswith("models:")
    pattern = _MLFLOW if is_mlflow else _ASSET if text.startswith("azureml:/") else _AZURE
    match = pattern.fullmatch(unquote(text) if is_mlflow else text)
    if match is None:
        raise NotAReference(reference)
    found = match.groupdict()
    model = get_model(workspace, found["name"])
    version = _version(model, found.get("number"), found.get("alias"), is_mlflow=is_mlflow)
    if must_be_ready:
        check_ready(version)
    return version


def check_ready(version: ModelVersion) -> None:
    """Raise VersionNotReady unless all files of a version are there."""
    if version.state != VersionState.READY:
        failed = version.state == VersionState.FAILED
        raise VersionNotReady(version.reference, reason=version.state_reason, has_failed=failed)


def _version(model: RegisteredModel, number: str | None, alias: str | None, *, is_mlflow: bool) -> ModelVersion:
    if alias is not None and alias.lower() != LATEST:
        rows = versions_of(model).filter(aliases__in=model.aliases.alias(low=Lower("name")).filter(low=alias.lower()))
        version = rows.first()
        if version is None:
            raise AliasUnknown(model.name, alias, known_aliases(model))
        version.model = model
        return version
    stage = _STAGES.get(number.lower()) if is_mlflow and number else None
    if stage is not None:
        version = versions_of(model).filter(stage=stage).order_by("-number").first()
        if version is None:
            raise StageEmpty(model.name, str(stage))
        version.model = model
        return version
    return find_version(model, number or LATEST)

"""What can go wrong with registered models."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound, UserError
from apps.core.storage.keys import shown
from apps.registry.hooks import ModelUse

MOST_NAMES = 8


class ModelUnknown(NotFound):
    """A name is that of no model of the workspace."""

    code = "model_unknown"

    def __init__(self, name: str, names: Sequence[str]) -> None:
        if names:
            more = " …" if len(names) > MOST_NAMES else ""
            message = _("There is no model “%(name)s” here. There are: %(names)s.")
            values = {"name": shown(name), "names": f"{', '.join(names[:MOST_NAMES])}{more}"}
        else:
            message = _("There is no model “%(name)s” here, nor any other. Register one on the models page.")
            values = {"name": shown(name)}
        super().__init__(message % values)


class VersionUnknown(NotFound):
    """The model is there, but not in this version."""

    code = "model_version_unknown"

    def __init__(self, name: str, version: str, latest: int) -> None:
        values = {"name": name, "version": shown(version), "latest": latest}
        if latest:
            message = _("The model “%(name)s” has no version %(version)s; the latest is %(name)s:%(latest)d.")
        else:
            message = _("The model “%(name)s” has no version yet. Register one under this name.")
        super().__init__(message % values)


class AliasUnknown(NotFound):
    """The model has no such alias, or no version in that stage."""

    code = "model_alias_unknown"

    def __init__(self, name: str, alias: str, known: Sequence[str]) -> None:
        values = {"name": name, "alias": shown(alias), "known": ", ".join(known[:MOST_NAMES])}
        if known:
            message = _("The model “%(name)s” has no alias “%(alias)s”. It has: %(known)s.")
        else:
            message = _("The model “%(name)s” has no alias “%(alias)s”. Give one of its versions that alias first.")
        super().__init__(message % values)


class StageEmpty(NotFound):
    """No version of the model is in that stage."""

    code = "model_stage_empty"

    def __init__(self, name: str, stage: str) -> None:
        message = _("No version of the model “%(name)s” is in the stage %(stage)s.")
        super().__init__(message % {"name": name, "stage": stage})


class NotAReference(UserError):
    """What names a model is no reference."""

    code = "model_reference_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, reference: str) -> None:
        message = _(
            "“%(reference)s” is no name of a model. Write azureml:name:1, azureml:name@latest, name@alias or models:/name/1."
        )
        super().__init__(message % {"reference": shown(reference)})


class VersionNotReady(Conflict):
    """The files of a version are still being copied, or could not be."""

    code = "model_version_not_ready"

    def __init__(self, reference: str, *, reason: str, has_failed: bool) -> None:
        if has_failed:
            message = _("The model %(reference)s has no files: %(reason)s")
        else:
            message = _("The files of the model %(reference)s are still being copied. Try again in a moment.")
        super().__init__(message % {"reference": reference, "reason": reason})


class VersionExists(Conflict):
    """A version number was given before."""

    code = "model_version_exists"

    def __init__(self, name: str, number: int, latest: int) -> None:
        message = _(
            "The model “%(name)s” has had a version %(number)d; the latest is %(latest)d. "
            "Leave the version out, and it becomes the next one."
        )
        super().__init__(message % {"name": name, "number": number, "latest": latest}, field="version")


class NameTaken(Conflict):
    """A model of the new name exists."""

    code = "model_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(_("There is a model “%(name)s” already. Choose another name.") % {"name": name}, field="name")


class PathUnknown(UserError):
    """There is nothing under the path that shall become a model."""

    code = "model_path_unknown"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, path: str, known: Sequence[str]) -> None:
        values = {"path": shown(path), "known": ", ".join(known[:MOST_NAMES])}
        if known:
            message = _("The run has no file or folder “%(path)s”. It has: %(known)s.")
        else:
            message = _("The run has no files, so nothing of it can become a model.")
        super().__init__(message % values, field="path")


class FilesRefused(UserError):
    """The files cannot be those of a model."""

    code = "model_files_refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, message: str) -> None:
        super().__init__(message, field="path")


class ModelInUse(Conflict):
    """Something that is active uses the model, so that it cannot be deleted."""

    code = "model_in_use"

    def __init__(self, name: str, uses: Sequence[ModelUse]) -> None:
        self.uses = uses
        message = _("“%(name)s” cannot be deleted: it is used by %(uses)s. Take the model out of there first.")
        super().__init__(message % {"name": name, "uses": in_words(uses)})

    def problem(self) -> dict[str, Any]:
        return {**super().problem(), "uses": as_json(self.uses)}


class NotConfirmed(Conflict):
    """Deleting it must be confirmed with its name."""

    code = "model_not_confirmed"

    def __init__(self, name: str, uses: Sequence[ModelUse]) -> None:
        self.uses = uses
        if uses:
            message = _("“%(name)s” is used by %(uses)s. Write its name to delete it nevertheless, or archive it.")
        else:
            message = _("Write “%(name)s” to confirm that it shall be deleted, or archive it.")
        super().__init__(message % {"name": name, "uses": in_words(uses)}, field="confirm")

    def problem(self) -> dict[str, Any]:
        return {**super().problem(), "uses": as_json(self.uses)}


def in_words(uses: Sequence[ModelUse]) -> str:
    """Return what uses a model, as part of a sentence."""
    more = " …" if len(uses) > MOST_NAMES else ""
    return f"{', '.join(f'{use.kind} {use.label}' for use in uses[:MOST_NAMES])}{more}"


def as_json(uses: Sequence[ModelUse]) -> list[dict[str, Any]]:
    """Return uses as programs get them."""
    return [{"kind": use.kind, "label": use.label, "url": use.url, "blocks": use.blocks} for use in uses]

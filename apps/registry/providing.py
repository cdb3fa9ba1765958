"""Models as inputs of runs and deployments, and as what runs leave behind."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from apps.core.errors import NotFound, UserError
from apps.core.storage import get_store
from apps.experiments.hooks import InputFile, RegisteredOutput, ResolvedInput
from apps.experiments.models import Run
from apps.registry import services
from apps.registry.models import ModelFile, ModelVersion
from apps.registry.states import ModelType
from apps.workspaces.models import Workspace

KIND: Final = "model"


class ModelProvider:
    """Gives versions of models to runs: ``azureml:name:1`` and the like for the types of models, ``models:/name/1`` for any."""

    kind = KIND

    def resolve(self, workspace: Workspace, actor: Any, type: str, path: str) -> ResolvedInput | None:  # noqa: A002
        if not _is_ours(type, path):
            return None
        version = services.resolve_reference(workspace, path)
        if type in {ModelType.MLFLOW, ModelType.TRITON} and version.type != type:
            message = _("“%(model)s” is of the type %(found)s, not %(type)s.")
            raise UserError(message % {"model": version.reference, "found": version.type, "type": type})
        return resolved(version)

    def files(self, workspace: Workspace, given: dict[str, Any], after: str, limit: int) -> list[InputFile]:
        version = _version_of(workspace, given)
        rows = ModelFile.objects.filter(version=version, path__gt=after).order_by("path")
        return [InputFile(*facts) for facts in rows.values_list("path", "size", "sha256")[:limit]]

    def open(
        self, workspace: Workspace, given: dict[str, Any], path: str, start: int
    ) -> tuple[Iterator[bytes], int | None]:
        version = _version_of(workspace, given)
        file = services.find_file(version, path)
        return get_store().open(version.key_of(file.path), start), file.size

    def page_of(self, workspace: Workspace, asset_id: UUID) -> str:
        version = _find(workspace, asset_id)
        return version.get_absolute_url() if version else ""


def resolved(version: ModelVersion) -> ResolvedInput:
    """Return a version as an input. A model of a single file is that file, as Azure ML has it."""
    single = ""
    if not version.root and version.file_count == 1:
        single = ModelFile.objects.filter(version=version).values_list("path", flat=True).first() or ""
    return ResolvedInput(
        KIND,
        version.pk,
        version.reference,
        sha256=version.sha256,
        files=version.file_count,
        bytes=version.size,
        single=single,
    )


def register_output(run: Run, output_name: str, output: dict[str, Any]) -> RegisteredOutput | None:
    """Make a version of an output of a completed run, once. Fills ``experiments.hooks.register_output``."""
    if output.get("type") not in ModelType.values:
        return None
    wanted = str(output.get("version") or "")
    if wanted and not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 10):
        raise UserError(
            _("“%(version)s” is no version of a model: it is a whole number from 1 on.") % {"version": wanted[:40]}
        )
    version = services.register_from_run(
        actor=None,
        workspace=run.workspace,
        name=str(output["name"]).removeprefix("azureml:"),
        run=run,
        path=f"outputs/{output_name}",
        once=True,
        type=output["type"],
        version=int(wanted) if wanted else None,
    )
    return RegisteredOutput(KIND, version.pk, version.reference)


def _is_ours(kind: str, path: str) -> bool:
    if path.startswith("models:/"):
        return True
    elsewhere = (
        path.startswith(("runs:/", "http://", "https://", "file:")) or "/jobs/" in path or "/datastores/" in path
    )
    return kind in ModelType.values and not elsewhere


def _version_of(workspace: Workspace, given: dict[str, Any]) -> ModelVersion:
    version = _find(workspace, given["id"])
    if version is None:
        raise NotFound(_("The model “%(model)s” was deleted.") % {"model": given["reference"]})
    services.check_ready(version)
    return version


def _find(workspace: Workspace, version_id: Any) -> ModelVersion | None:
    rows = ModelVersion.objects.filter(model__workspace=workspace, pk=version_id).select_related("model")
    version = rows.defer("manifest").first()
    if version is not None:
        version.model.workspace = workspace
    return version

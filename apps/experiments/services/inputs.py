"""Data that runs read: what it means at submit, where its files come from, and who read it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput, NotFound, UserError
from apps.experiments import hooks
from apps.experiments.hooks import DataProvider, ResolvedInput
from apps.experiments.models import Direction, Run, RunData
from apps.experiments.services.config import INPUT_MODES, is_data
from apps.workspaces.models import Workspace

Given = dict[str, Any]


@dataclass(frozen=True)
class RunUse:
    """A run that read a version of something, or wrote it. ``name`` is what the run calls it."""

    run: Run
    asset_id: UUID
    direction: str
    name: str
    reference: str


@dataclass(frozen=True)
class ShownData:
    """Data of a run, for its page: the row, and the address of what it is; empty where that is gone or has no page."""

    row: RunData
    url: str


def resolve_inputs(
    workspace: Workspace, actor: User | None, inputs: Mapping[str, Given]
) -> tuple[dict[str, Given], list[str]]:
    """Find out what the data among a job's inputs means now.

    Returns: the inputs as they are frozen in ``Run.config``, and what was read differently from how it was written.
    Raises:
        InvalidInput: with a sentence for each input that means nothing here, at ``inputs.<name>``.
    """
    frozen: dict[str, Given] = {}
    warnings: list[str] = []
    errors: dict[str, list[str]] = {}
    for name, given in inputs.items():
        if not is_data(given):
            frozen[name] = given
            continue
        try:
            found = _resolved(workspace, actor, given)
        except UserError as error:
            errors[f"inputs.{name}"] = [str(error.message)]
            continue
        frozen[name] = _frozen(given, found)
        warnings += [*found.warnings, *_warnings_of(name, frozen[name])]
    if errors:
        raise InvalidInput(errors)
    return frozen, warnings


def check_still_there(workspace: Workspace, inputs: Mapping[str, Given]) -> None:
    """See that what a run read is still there, before it is run again.

    Raises:
        InvalidInput: with a sentence for each input that is gone, at ``inputs.<name>``.
    """
    errors: dict[str, list[str]] = {}
    for name, given in inputs.items():
        if not is_data(given):
            continue
        try:
            provider_of(given).files(workspace, given, "", 1)
        except UserError as error:
            errors[f"inputs.{name}"] = [str(error.message)]
    if errors:
        raise InvalidInput(errors)


def record_inputs(run: Run) -> None:
    """Write down what a new run reads."""
    inputs = {name: given for name, given in (run.config.get("inputs") or {}).items() if is_data(given)}
    RunData.objects.bulk_create(
        RunData(
            run=run,
            direction=Direction.INPUT,
            name=name,
            kind=given["kind"],
            asset_id=given["id"],
            reference=given["reference"][:1000],
        )
        for name, given in inputs.items()
    )


def provider_of(given: Mapping[str, Any]) -> DataProvider:
    """Return where the files of an input come from.

    Raises:
        NotFound: nothing here provides such data.
    """
    return _provider(given.get("kind"))


def data_of(run: Run) -> list[ShownData]:
    """Return what a run read, then what it wrote that was registered, or could not be."""
    workspace = run.workspace
    return [
        ShownData(row, _provider(row.kind).page_of(workspace, row.asset_id) if row.asset_id else "")
        for row in run.data.order_by("direction", "created_at", "id")
    ]


def runs_that_used(asset_ids: Collection[UUID], limit: int) -> list[RunUse]:
    """Return runs that read or wrote one of these rows, the newest first, at most ``limit``."""
    rows = RunData.objects.filter(asset_id__in=asset_ids, run__deleted_at=None)
    rows = rows.select_related("run__workspace", "run__experiment").order_by("-created_at", "id")
    return [
        RunUse(row.run, row.asset_id, row.direction, row.name, row.reference) for row in rows[:limit] if row.asset_id
    ]


def _provider(kind: str | None) -> DataProvider:
    found = next((provider for provider in hooks.data_providers() if provider.kind == kind), None)
    if found is None:
        raise NotFound(_("There is no data of the kind “%(kind)s” here.") % {"kind": kind})
    return found


def _resolved(workspace: Workspace, actor: User | None, given: Given) -> ResolvedInput:
    path = given["path"].strip()
    for provider in hooks.data_providers():
        found = provider.resolve(workspace, actor, given["type"], path)
        if found is not None:
            return found
    message = _(
        "“%(path)s” is nothing that the studio can read. Write azureml:name:1 for a dataset or model, "
        "azureml://datastores/workspaceblobstore/paths/…, runs:/<run>/<path> or an address that begins with https://."
    )
    raise UserError(message % {"path": path[:200]})


def _frozen(given: Given, found: ResolvedInput) -> Given:
    return {
        "type": given["type"],
        "mode": given.get("mode") or INPUT_MODES[0],
        "path": given["path"],
        "kind": found.kind,
        "id": str(found.id) if found.id else None,
        "reference": found.reference,
        "sha256": found.sha256,
        "files": found.files,
        "bytes": found.bytes,
        "single": found.single,
    }


def _warnings_of(name: str, frozen: Given) -> list[str]:
    if frozen["mode"] == "direct" and frozen["kind"] != "url":
        said = _("The input “%(name)s” is fetched to the machine: nothing there could read “%(path)s” directly.")
        return [said % {"name": name, "path": frozen["path"][:200]}]
    if frozen["mode"].startswith("eval_"):
        said = _(
            "The table “%(name)s” is not evaluated: the run gets its files, with an MLTable file that says how to read them."
        )
        return [said % {"name": name}]
    return []

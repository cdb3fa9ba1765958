"""Models that clients log: where their files go, and what is known of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.storage.keys import fault_in_path
from apps.experiments.ingestion.requests import LONGEST_VALUE
from apps.experiments.metrics.points import Point, text_of
from apps.experiments.models import Run, RunFile
from apps.experiments.models.data import Direction, RunData
from apps.experiments.services import create_interactive, end_run
from apps.experiments.states import RunStatus
from apps.tracking.errors import Invalid
from apps.tracking.models import LoggedModel, LoggedModelMetric, LoggedStatus, RunModel
from apps.tracking.requests import ModelValue
from apps.workspaces.models import Workspace

DEFAULT_NAME: Final = "model"
LONGEST_NAME: Final = 250
MOST_TEXTS: Final = 1000
MOST_MODELS: Final = 2000
"""How many models one run may log."""
_NOT_IN_NAMES: Final = frozenset("/:.%\"'\\")


@transaction.atomic
def create_logged_model(
    *,
    run: Run,
    name: str,
    type: str = "",  # noqa: A002
    params: Mapping[str, str],
    tags: Mapping[str, str],
    has_own_run: bool = False,
) -> LoggedModel:
    """Write down a model whose files are about to come. The caller has asked whether it may write to the run.

    Raises:
        Invalid: the name cannot be that of a folder, or there are too many.
    """
    assert run.experiment_id  # runs of the studio's own work are not among those that clients reach
    name = check_name(name or DEFAULT_NAME)
    Run.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)  # of two at once, each gets its own folder
    known = {folder.lower() for folder in LoggedModel.objects.filter(run=run).values_list("folder", flat=True)}
    if len(known) >= MOST_MODELS:
        raise Invalid(_("A run logs at most %(most)d models.") % {"most": MOST_MODELS})
    return LoggedModel.objects.create(
        workspace_id=run.workspace_id,
        experiment_id=run.experiment_id,
        run=run,
        has_own_run=has_own_run,
        name=name,
        folder=_free_folder(run, name, known),
        type=type,
        params=dict(params),
        tags=dict(tags),
    )


def create_home(*, actor: User | None, workspace: Workspace, experiment_name: str, name: str) -> Run:
    """Make a run for a model that is logged outside of any, so that its files have a place that people find."""
    return create_interactive(
        actor=actor, workspace=workspace, experiment_name=experiment_name, name=check_name(name or DEFAULT_NAME)
    )


def finalize(model: LoggedModel, status: LoggedStatus) -> None:
    """Say that a model's files are all there, or never will be."""
    model.status = status
    model.save(update_fields=["status", "updated_at"])
    if model.has_own_run:
        end_run(run=model.run, status=RunStatus.COMPLETED if status == LoggedStatus.READY else RunStatus.FAILED)


@transaction.atomic
def set_texts(model: LoggedModel, field: str, changes: Mapping[str, str | None]) -> None:
    """Change some of a model's ``params`` or ``tags``; None takes one away."""
    row = LoggedModel.objects.select_for_update(of=("self",), no_key=True).get(pk=model.pk)
    texts = {**getattr(row, field), **changes}
    kept = {name: text for name, text in texts.items() if text is not None}
    if len(kept) > MOST_TEXTS:
        raise Invalid(_("A model has at most %(most)d of these.") % {"most": MOST_TEXTS})
    setattr(row, field, kept)
    row.save(update_fields=[field, "updated_at"])
    setattr(model, field, kept)


@transaction.atomic
def link(run: Run, models: Iterable[tuple[LoggedModel, int]], direction: Direction) -> None:
    """Write down that a run read models, or wrote them, each with the run's step. Harmless when repeated."""
    for model, step in models:
        RunModel.objects.update_or_create(run=run, model=model, direction=direction, defaults={"step": step})
        if direction == Direction.INPUT:
            named = {"kind": "run", "asset_id": model.run_id, "reference": f"runs:/{model.run.name}/{model.folder}"}
            RunData.objects.get_or_create(run=run, direction=direction, name=model.name, defaults=named)


def keep_metrics(run_id: UUID, said: Sequence[ModelValue]) -> None:
    """Keep what was logged for models beside the run's own metrics: the last value over each data set.

    Ids that are of no model in the workspace are passed over: the values themselves are with the run.
    """
    wanted = {one.model_id: key for one in said if (key := id_in(one.model_id))}
    run = Run.objects.filter(pk=run_id).first()
    if run is None or not wanted:
        return
    known = LoggedModel.objects.filter(pk__in=wanted.values(), workspace_id=run.workspace_id).in_bulk()
    last: dict[tuple[UUID, str, str, str], Point] = {}
    for model_id, point, dataset, digest in said:
        if wanted.get(model_id) in known:
            last[(wanted[model_id], point.name, dataset[:500], digest[:36])] = point
    rows = [
        LoggedModelMetric(
            model_id=model_id, run=run, name=name, dataset_name=dataset, dataset_digest=digest,
            value=None if text_of(point.value) else point.value, text=text_of(point.value) or "",
            step=point.step or 0, at_ms=point.at_ms,
        )
        for (model_id, name, dataset, digest), point in last.items()
    ]  # fmt: skip
    LoggedModelMetric.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["model", "name", "dataset_name", "dataset_digest"],
        update_fields=["run", "value", "text", "step", "at_ms"],
    )


def id_in(text: Any) -> UUID | None:
    """Return the id that ``m-…`` stands for; None where it is none."""
    if not isinstance(text, str) or not text.startswith("m-"):
        return None
    try:
        return UUID(text[2:])
    except ValueError:
        return None


def check_name(name: str) -> str:
    """Return a name of a model that is also the name of a folder.

    Raises:
        Invalid: it cannot be one.
    """
    if len(name) > LONGEST_NAME or _NOT_IN_NAMES.intersection(name) or fault_in_path(name, max_bytes=1000) is not None:
        raise Invalid(
            _("“%(name)s” cannot be the name of a model: leave out / : . %% quotes and control characters.")
            % {"name": name[:100]}
        )
    return name


def texts_in(said: Any, name: str) -> dict[str, str]:
    """Return a list of objects with key and value as texts by key.

    Raises:
        Invalid: it is no such list, or a text is too long.
    """
    texts: dict[str, str] = {}
    for one in said if isinstance(said, list) else [said] if said else []:
        key, value = (one.get("key"), one.get("value", "")) if isinstance(one, dict) else (None, None)
        if not isinstance(key, str) or not key or len(key) > 255 or not isinstance(value, str):
            raise Invalid(_("“%(name)s” is a list of objects with key and value.") % {"name": name})
        if len(value) > LONGEST_VALUE or "\0" in key + value:
            raise Invalid(_("The value of “%(name)s” is too long, or has NUL characters.") % {"name": key[:100]})
        texts[key] = value
    if len(texts) > MOST_TEXTS:
        raise Invalid(_("A model has at most %(most)d of these.") % {"most": MOST_TEXTS})
    return texts


def _free_folder(run: Run, name: str, known: set[str]) -> str:
    for number in range(1, MOST_MODELS + 2):
        folder = name if number == 1 else f"{name}-{number}"
        is_taken = folder.lower() in known or RunFile.objects.filter(run=run, path__startswith=f"{folder}/").exists()
        if not is_taken:
            return folder
    raise Invalid(_("A run logs at most %(most)d models.") % {"most": MOST_MODELS})

"""Runs side by side: which are compared, and what of them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.experiments.models import Comparison, Direction, MetricSummary, Run, RunData, RunParameter, RunTag
from apps.experiments.services.config import is_data
from apps.experiments.text import status_of
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

FEWEST: Final = 2
MOST: Final = 1000
# So many names of each kind are compared: those that most of the runs have.
MOST_NAMES: Final = 300
LONGEST_VALUE: Final = 500


@dataclass(frozen=True)
class Row:
    """One thing of all runs, by its name; None where a run has none."""

    name: str
    values: list[Any]


@dataclass(frozen=True)
class Compared:
    """Runs, and their parameters, metrics, tags, data and settings, each value at the place of its run. ``left_out``: names of
    which there were too many, by kind."""

    runs: list[Run]
    parameters: list[Row]
    metrics: list[Row]
    tags: list[Row]
    data: list[Row]
    settings: list[Row]
    left_out: dict[str, int]


@transaction.atomic
def create_comparison(*, actor: User, workspace: Workspace, run_ids: Collection[UUID]) -> Comparison:
    """Put runs of a workspace side by side, in the order in which they are given.

    Raises:
        InvalidInput: they are fewer than two or too many, or one of them is not there.
    """
    acting(actor, workspace, Action.RUNS_READ)
    wanted = list(dict.fromkeys(run_ids))
    if not FEWEST <= len(wanted) <= MOST:
        message = _("Choose from %(fewest)d to %(most)d runs to compare; these are %(count)d.")
        raise InvalidInput({"runs": [message % {"fewest": FEWEST, "most": MOST, "count": len(wanted)}]})
    known = set(_runs(workspace, wanted).values_list("pk", flat=True))
    if missing := [str(pk) for pk in wanted if pk not in known]:
        raise InvalidInput({"runs": [_("There is no run %(id)s in this workspace.") % {"id": missing[0]}]})
    return Comparison.objects.create(workspace=workspace, created_by=actor, runs=[str(pk) for pk in wanted])


def compare(comparison: Comparison) -> Compared:
    """Return what the runs of a comparison have in common and what not. Takes as many queries for a thousand runs as for two."""
    runs = runs_of(comparison)
    place = {run.pk: number for number, run in enumerate(runs)}
    left_out: dict[str, int] = {}
    parameters = _rows(place, _named(RunParameter, place, left_out, "parameters"), _literals(runs))
    summaries = MetricSummary.objects.filter(run__in=place, is_system=False)
    names = _common(summaries, left_out, "metrics")
    metrics = _rows(
        place,
        (
            (row["run"], row["name"], {"last": row["last"], "min": row["minimum"], "max": row["maximum"]})
            for row in summaries.filter(name__in=names).values("run", "name", "last", "minimum", "maximum")
        ),
    )
    read = RunData.objects.filter(run__in=place, direction=Direction.INPUT).values_list("run", "name", "reference")
    return Compared(
        runs=runs,
        parameters=parameters,
        metrics=metrics,
        tags=_rows(place, _named(RunTag, place, left_out, "tags")),
        data=_rows(place, read),
        settings=_settings(runs),
        left_out=left_out,
    )


def runs_of(comparison: Comparison) -> list[Run]:
    """Return the runs that are still there, in their order."""
    ids = [UUID(pk) for pk in comparison.runs]
    rows = _runs(comparison.workspace, ids).select_related("experiment", "submitted_by", "target")
    found = {run.pk: run for run in rows}
    for run in found.values():
        run.workspace = comparison.workspace
    return [found[pk] for pk in ids if pk in found]


def _runs(workspace: Workspace, ids: Sequence[UUID]) -> Any:
    return Run.objects.filter(workspace=workspace, pk__in=ids, deleted_at=None)


def _common(rows: Any, left_out: dict[str, int], kind: str) -> list[str]:
    """Return the names that most of the runs have, and note how many others there are."""
    names = list(
        rows.order_by()
        .values("name")
        .annotate(runs=Count("pk"))
        .order_by("-runs", "name")
        .values_list("name", flat=True)
    )
    if len(names) > MOST_NAMES:
        left_out[kind] = len(names) - MOST_NAMES
    return names[:MOST_NAMES]


def _named(model: Any, place: Collection[UUID], left_out: dict[str, int], kind: str) -> Iterable[tuple[UUID, str, Any]]:
    rows = model.objects.filter(run__in=place)
    names = _common(rows, left_out, kind)
    for run_id, name, value in rows.filter(name__in=names).values_list("run", "name", "value"):
        yield run_id, name, value[:LONGEST_VALUE]


def _literals(runs: Sequence[Run]) -> Iterable[tuple[UUID, str, Any]]:
    """Yield the inputs of jobs that are no data: parameters, whether or not the script logs them too."""
    for run in runs:
        for name, given in (run.config.get("inputs") or {}).items():
            if not is_data(given) and given.get("value") is not None:
                yield run.pk, name, given["value"]


def _rows(place: dict[UUID, int], *sources: Iterable[tuple[UUID, str, Any]]) -> list[Row]:
    """Collect values by name. What an earlier source says of a run goes before a later one."""
    found: dict[str, list[Any]] = defaultdict(lambda: [None] * len(place))
    for source in sources:
        for run_id, name, value in source:
            if found[name][place[run_id]] is None:
                found[name][place[run_id]] = value
    return [Row(name, found[name]) for name in sorted(found)]


def _settings(runs: Sequence[Run]) -> list[Row]:
    """Return what the runs were given beside parameters and data."""
    takes: dict[str, Callable[[Run], Any]] = {
        _("Command"): lambda run: str(run.config.get("command") or "")[:LONGEST_VALUE],
        _("Environment"): lambda run: (run.config.get("environment") or {}).get("name"),
        _("Code"): lambda run: run.snapshot_id and str(run.snapshot_id)[:12],
        _("Compute target"): lambda run: run.target.name if run.target else None,
        _("Git commit"): lambda run: str(run.properties.get("mlflow.source.git.commit") or "")[:12],
    }
    rows = [Row(name, [take(run) or None for run in runs]) for name, take in takes.items()]
    return [row for row in rows if any(value is not None for value in row.values)]


def shown_run(run: Run) -> dict[str, Any]:
    """Return what the head of a run's column says."""
    status = status_of(run)
    return {
        "id": str(run.pk),
        "name": run.name,
        "title": str(run),
        "number": run.number,
        "url": run.get_absolute_url(),
        "experiment": run.experiment.name if run.experiment else "",
        "status": run.status,
        "status_label": str(status.label),
        "tone": status.tone,
        "submitted_by": run.submitted_by.display_name if run.submitted_by else "",
        "created_at": run.created_at.isoformat(),
        "duration_s": run.duration_s,
    }

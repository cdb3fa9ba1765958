"""Runs by MLflow's filters and orders."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext as _

from apps.experiments.models import MetricSummary, Run, RunParameter, RunTag
from apps.experiments.models.run import RunQuerySet
from apps.tracking.dialect import PARENT_TAG, RUN_NAME_TAG, STATUSES
from apps.tracking.errors import Invalid
from apps.tracking.grammar import Clause, Grammar, Order, read_filter, read_orders
from apps.tracking.models import RunDataset
from apps.tracking.search.conditions import of_id, of_json, of_number, of_related, of_text, of_time, of_words
from apps.tracking.search.paging import start_of

_NAMES: Final = frozenset({"run_name", "run name", "Run name", "Run Name"})
_STARTS: Final = frozenset({"start_time", "created", "Created"})
GRAMMAR: Final = Grammar(
    entities=frozenset({"metric", "parameter", "tag", "attribute", "dataset"}),
    texts=frozenset({"run_id", "status", "artifact_uri", "user_id"}) | _NAMES,
    numbers=frozenset({"end_time"}) | _STARTS,
)
CONTEXT_TAG: Final = "mlflow.data.context"
SHOWN: Final = ("metrics", "parameters", "tags", "tracked_datasets", "tracked_models")
PORTION: Final = 500
MOST_VALUES: Final = 500_000
"""How many metrics, parameters and tags an answer has at most; what is left is the next page."""


def find_runs(runs: RunQuerySet, *, where: Any, order_by: Any) -> tuple[RunQuerySet, bool]:
    """Return the runs that a filter keeps, in order, and whether that is the one in which they are kept, newest first.

    Raises:
        Invalid: the filter or an order cannot be read.
    """
    for clause in read_filter(where, GRAMMAR):
        runs = _keep(runs, clause)
    orders = read_orders(order_by, GRAMMAR)
    if not orders or _is_newest_first(orders[0]):
        return runs.order_by("-created_at", "pk"), True  # as the index of an experiment has them
    runs = runs.alias(start_time=Coalesce("started_at", "created_at"))
    by = []
    for place, order in enumerate(orders):
        runs, column = _sortable(runs, order, f"sort_{place}")
        by.append(F(column).asc(nulls_last=True) if order.ascending else F(column).desc(nulls_last=True))
    return runs.order_by(*by, "-pk"), False


def page_of_runs(runs: RunQuerySet, token: Any, most: int, *, newest_first: bool) -> tuple[list[Run], str]:
    """Return up to ``most`` runs with what is shown of them, fewer where they have very much, and the next page's token.

    Newest first a token says which run was the last, so that runs which begin meanwhile move nothing.
    """
    rows: list[Run] = []
    values, more = 0, True
    start = 0 if newest_first else start_of(token)
    runs = runs.select_related("submitted_by").prefetch_related(*SHOWN)
    if newest_first and token:
        runs = runs.filter(_after(token))
    while more and len(rows) < most and values < MOST_VALUES:
        at = start + len(rows)
        size = min(PORTION, most - len(rows))
        portion = list(runs[at : at + size + 1])
        more = len(portion) > size
        rows += portion[:size]
        values += sum(
            len(run.metrics.all()) + len(run.parameters.all()) + len(run.tags.all()) for run in portion[:size]
        )
    if not more or not rows:
        return rows, ""
    return rows, f"{rows[-1].created_at.isoformat()} {rows[-1].pk}" if newest_first else str(start + len(rows))


def _after(token: Any) -> Q:
    made, _space, key = token.partition(" ") if isinstance(token, str) else ("", "", "")
    try:
        at, last = datetime.fromisoformat(made), UUID(key)
    except ValueError:
        raise Invalid(_("The page token is not one that the studio gave.")) from None
    if at.tzinfo is None:
        raise Invalid(_("The page token is not one that the studio gave."))
    return Q(created_at__lte=at) & (Q(created_at__lt=at) | Q(pk__gt=last))


def _is_newest_first(order: Order) -> bool:
    return order.entity == "attribute" and order.key in _STARTS and not order.ascending


def _keep(runs: RunQuerySet, clause: Clause) -> RunQuerySet:
    if clause.entity == "metric":
        summaries = MetricSummary.objects.filter(run=OuterRef("pk"), name=clause.key)
        return runs.filter(Exists(summaries.filter(of_number("last", clause))))
    if clause.entity == "parameter":
        return runs.filter(of_related(RunParameter.objects.all(), clause))
    if clause.entity == "dataset":
        return _with_dataset(runs, clause)
    if clause.entity == "tag":
        if clause.key == PARENT_TAG:
            return _with_parent(runs, clause)
        if clause.key != RUN_NAME_TAG:
            return runs.filter(of_related(RunTag.objects.all(), clause))
        if clause.value is None:  # every run has a name
            return runs if clause.operator == "IS NOT NULL" else runs.none()
    return _with_attribute(runs, clause)


def _with_attribute(runs: RunQuerySet, clause: Clause) -> RunQuerySet:
    if clause.key in _NAMES or clause.entity == "tag":
        return runs.alias(run_name=_name()).filter(of_text("run_name", clause))
    if clause.key == "status":
        return runs.filter(of_words("status", clause, STATUSES))
    if clause.key == "user_id":
        return runs.filter(of_text("submitted_by__username", clause))
    if clause.key == "end_time":
        return runs.filter(of_time("ended_at", clause))
    if clause.key in _STARTS:
        return runs.alias(start_time=Coalesce("started_at", "created_at")).filter(of_time("start_time", clause))
    return runs.filter(of_id("pk", clause, prefix="mlflow-artifacts:/"))


def _with_parent(runs: RunQuerySet, clause: Clause) -> RunQuerySet:
    if clause.value is None:
        return runs.filter(parent__isnull=clause.operator == "IS NULL")
    return runs.filter(of_id("parent", clause), parent__isnull=False)


def _with_dataset(runs: RunQuerySet, clause: Clause) -> RunQuerySet:
    rows: QuerySet[Any] = RunDataset.objects.filter(run=OuterRef("pk"))
    if clause.key == "context":
        rows = of_json(rows, "tags", [Clause("tag", CONTEXT_TAG, clause.operator, clause.value)])
    else:
        rows = rows.filter(of_text(clause.key, clause))
    return runs.filter(Exists(rows))


def _sortable(runs: RunQuerySet, order: Order, alias: str) -> tuple[RunQuerySet, str]:
    """Return the runs with what they are sorted by, and what that is called."""
    if order.entity == "attribute":
        columns = {"status": "status", "user_id": "submitted_by__username", "end_time": "ended_at"}
        if order.key in _NAMES:
            return runs.alias(**{alias: _name()}), alias
        return runs, "start_time" if order.key in _STARTS else columns.get(order.key, "pk")
    if order.entity == "dataset":
        raise Invalid(_("Runs cannot be sorted by data sets."))
    rows: dict[str, tuple[QuerySet[Any], str]] = {
        "metric": (MetricSummary.objects.all(), "last"),
        "parameter": (RunParameter.objects.all(), "value"),
        "tag": (RunTag.objects.all(), "value"),
    }
    found, column = rows[order.entity]
    value = Subquery(found.filter(run=OuterRef("pk"), name=order.key).values(column)[:1])
    return runs.alias(**{alias: value}), alias


def _name() -> Any:
    """What a run is called, as ``str`` of it."""
    return Coalesce(NullIf("display_name", Value("")), Cast("name", TextField()), output_field=TextField())

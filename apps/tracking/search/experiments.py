"""Experiments by MLflow's filters and orders."""

from typing import Any, Final

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from apps.experiments.models import Experiment
from apps.tracking.errors import Invalid
from apps.tracking.grammar import Grammar, read_filter, read_orders
from apps.tracking.search.conditions import of_id, of_json, of_text, of_time

_COLUMNS: Final = {
    "name": "name",
    "experiment_id": "pk",
    "creation_time": "created_at",
    "last_update_time": "updated_at",
}
GRAMMAR: Final = Grammar(
    entities=frozenset({"tag", "attribute"}),
    texts=frozenset({"name", "experiment_id"}),
    numbers=frozenset({"creation_time", "last_update_time"}),
)


def find_experiments(experiments: QuerySet[Experiment], *, where: Any, order_by: Any) -> QuerySet[Experiment]:
    """Return the experiments that a filter keeps, in order; newest first unless the request says otherwise.

    Raises:
        Invalid: the filter or an order cannot be read.
    """
    clauses = read_filter(where, GRAMMAR)
    for clause in clauses:
        if clause.entity == "attribute":
            of = of_time if clause.key in GRAMMAR.numbers else of_text if clause.key == "name" else of_id
            experiments = experiments.filter(of(_COLUMNS[clause.key], clause))
    experiments = of_json(experiments, "tags", [clause for clause in clauses if clause.entity == "tag"])
    by = []
    for order in read_orders(order_by, GRAMMAR):
        if order.entity != "attribute":
            raise Invalid(_("Experiments cannot be sorted by tags."))
        column = F(_COLUMNS[order.key])
        by.append(column.asc() if order.ascending else column.desc())
    return experiments.order_by(*by, "-created_at", "-pk")

"""Logged models by MLflow's filters and orders."""

from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from apps.tracking.errors import Invalid
from apps.tracking.grammar import Clause, Grammar, read_filter, read_name
from apps.tracking.models import LoggedModel, LoggedModelMetric
from apps.tracking.search.conditions import of_id, of_json, of_number, of_text, of_time

_MADE: Final = frozenset({"creation_timestamp", "creation_time"})
_CHANGED: Final = frozenset({"last_updated_timestamp", "last_updated_time"})
GRAMMAR: Final = Grammar(
    entities=frozenset({"metric", "parameter", "tag", "attribute"}),
    texts=frozenset({"name", "model_id", "model_type", "status", "source_run_id"}),
    numbers=_MADE | _CHANGED,
)
_COLUMNS: Final = {"name": "name", "model_type": "type", "model_id": "pk", "source_run_id": "run", "status": "status"}
_IDS: Final = {"model_id": "m-", "source_run_id": ""}
_STATUS_PREFIX: Final = "LOGGED_MODEL_"


def find_logged_models(models: QuerySet[LoggedModel], asked: dict[str, Any]) -> QuerySet[LoggedModel]:
    """Return the models that a request's ``filter`` and ``datasets`` keep, in its order; newest first by itself.

    Raises:
        Invalid: it cannot be read.
    """
    datasets = _datasets(asked.get("datasets"))
    clauses = read_filter(asked.get("filter"), GRAMMAR)
    if datasets and not any(clause.entity == "metric" for clause in clauses):
        models = models.filter(Exists(_values(datasets)))
    for clause in clauses:
        models = _keep(models, clause, datasets)
    for column in ("params", "tags"):
        entity = "parameter" if column == "params" else "tag"
        models = of_json(models, column, [clause for clause in clauses if clause.entity == entity])
    return _ordered(models, asked.get("order_by") or [])


def _keep(models: QuerySet[LoggedModel], clause: Clause, datasets: Q) -> QuerySet[LoggedModel]:
    if clause.entity == "metric":
        return models.filter(Exists(_values(datasets).filter(of_number("value", clause), name=clause.key)))
    if clause.entity != "attribute":
        return models
    if clause.key in GRAMMAR.numbers:
        return models.filter(of_time("created_at" if clause.key in _MADE else "updated_at", clause))
    if clause.key in _IDS:
        return models.filter(of_id(_COLUMNS[clause.key], clause, prefix=_IDS[clause.key]))
    if clause.key == "status" and isinstance(clause.value, str):
        clause = Clause(
            "attribute", "status", clause.operator, _STATUS_PREFIX + clause.value.removeprefix(_STATUS_PREFIX)
        )
    return models.filter(of_text(_COLUMNS[clause.key], clause))


def _ordered(models: QuerySet[LoggedModel], said: Any) -> QuerySet[LoggedModel]:
    by = []
    for place, order in enumerate(said if isinstance(said, list) else [said]):
        if not isinstance(order, dict) or not isinstance(order.get("field_name"), str):
            raise Invalid(_("“order_by” is a list of objects with a field_name."))
        entity, key = read_name(order["field_name"].strip(), GRAMMAR)
        column = _COLUMNS.get(key, "created_at" if key in _MADE else "updated_at")
        if entity == "metric":
            values = _values(_datasets([order] if order.get("dataset_name") else [])).filter(name=key)
            column = f"sort_{place}"
            models = models.alias(**{column: Subquery(values.order_by("-at_ms").values("value")[:1])})
        elif entity != "attribute":
            raise Invalid(_("Models are sorted by metrics and attributes."))
        ascending = order.get("ascending", True) is not False
        by.append(F(column).asc(nulls_last=True) if ascending else F(column).desc(nulls_last=True))
    return models.order_by(*by, "-created_at", "-pk")


def _values(datasets: Q) -> QuerySet[LoggedModelMetric]:
    return LoggedModelMetric.objects.filter(datasets, model=OuterRef("pk"))


def _datasets(said: Any) -> Q:
    """Return the condition that a metric is over one of these data sets; true of all where there are none."""
    found = Q()
    for one in said or []:
        if not isinstance(one, dict) or not isinstance(one.get("dataset_name"), str):
            raise Invalid(_("“datasets” is a list of objects with a dataset_name."))
        wanted = Q(dataset_name=one["dataset_name"])
        if one.get("dataset_digest"):
            wanted &= Q(dataset_digest=str(one["dataset_digest"]))
        found |= wanted
    return found

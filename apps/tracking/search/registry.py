"""Registered models and their versions by MLflow's filters and orders."""

from typing import Any, Final

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from apps.registry.models import ModelVersion, RegisteredModel
from apps.tracking.errors import Invalid
from apps.tracking.grammar import Clause, Grammar, read_filter, read_orders
from apps.tracking.search.conditions import of_id, of_json, of_number, of_text, of_time

_TIMES: Final = {
    "creation_timestamp": "created_at",
    "timestamp": "updated_at",
    "last_updated_timestamp": "updated_at",
}
MODELS: Final = Grammar(entities=frozenset({"tag", "attribute"}), texts=frozenset({"name"}), numbers=frozenset(_TIMES))
VERSIONS: Final = Grammar(
    entities=frozenset({"tag", "attribute"}),
    texts=frozenset({"name", "run_id", "source_path"}),
    numbers=frozenset({"version_number", *_TIMES}),
)
PROMPT: Final = "mlflow.prompt.is_prompt"
_VERSION_COLUMNS: Final = {"name": "model__name", "source_path": "source", "version_number": "number", "run_id": "run"}


def find_models(models: QuerySet[RegisteredModel], *, where: Any, order_by: Any) -> QuerySet[RegisteredModel]:
    """Return the models that a filter keeps, in order; by name unless the request says otherwise.

    Raises:
        Invalid: the filter or an order cannot be read.
    """
    clauses = read_filter(where, MODELS)
    for clause in clauses:
        if clause.entity == "attribute":
            is_time = clause.key in _TIMES
            models = models.filter(of_time(_TIMES[clause.key], clause) if is_time else of_text("name", clause))
    models = _with_tags(models, clauses)
    return models.order_by(*_sorted(order_by, MODELS, {"name": "name"}), "name", "pk")


def find_versions(versions: QuerySet[ModelVersion], *, where: Any, order_by: Any) -> QuerySet[ModelVersion]:
    """Return the versions that a filter keeps, in order; those that changed last come first unless the request says otherwise.

    Raises:
        Invalid: the filter or an order cannot be read.
    """
    clauses = read_filter(where, VERSIONS)
    for clause in clauses:
        if clause.entity == "attribute":
            versions = versions.filter(_of_version(clause))
    versions = _with_tags(versions, clauses)
    by = _sorted(order_by, VERSIONS, _VERSION_COLUMNS) or [F("updated_at").desc()]
    return versions.order_by(*by, "model__name", "-number")


def _with_tags(rows: QuerySet[Any], clauses: list[Clause]) -> QuerySet[Any]:
    """Keep the rows with such tags. Clients ask in every search for models and no prompts: what has no tag is a model."""
    if any(_asks_for_models(clause) for clause in clauses):
        prompts = of_json(rows, "tags", [Clause("tag", PROMPT, "=", "true")])
        rows = rows.exclude(pk__in=prompts.values("pk"))
    others = [clause for clause in clauses if clause.entity == "tag" and not _asks_for_models(clause)]
    return of_json(rows, "tags", others)


def _asks_for_models(clause: Clause) -> bool:
    is_about_prompts = clause.entity == "tag" and clause.key == PROMPT
    return is_about_prompts and (clause.operator, clause.value) in {("!=", "true"), ("=", "false")}


def _of_version(clause: Clause) -> Any:
    if clause.key in _TIMES:
        return of_time(_TIMES[clause.key], clause)
    if clause.key == "version_number":
        return of_number("number", clause)
    if clause.key == "run_id":
        return of_id("run", clause)
    return of_text(_VERSION_COLUMNS[clause.key], clause)


def _sorted(order_by: Any, grammar: Grammar, columns: dict[str, str]) -> list[Any]:
    by = []
    for order in read_orders(order_by, grammar):
        if order.entity != "attribute":
            raise Invalid(_("Registered models cannot be sorted by tags."))
        column = F(_TIMES.get(order.key) or columns[order.key])
        by.append(column.asc() if order.ascending else column.desc())
    return by

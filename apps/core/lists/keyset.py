"""Paging by the values of the last row, not by counting rows.

The cost of a page does not grow with its distance from the first, and rows that arrive meanwhile neither repeat nor hide
others. Source of the method: Winand, "SQL Performance Explained", 2012, chapter 7 (the seek method).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

M = TypeVar("M", bound=Model)

# Signed, because a value that we did not write there could not be trusted to fit its column.
_signer: Final = Signer(salt="studio.keyset")


@dataclass(frozen=True)
class SortKey:
    """One key of an order: an ORM path, its direction, and whether it may be NULL. NULLs come last both ways."""

    path: str
    descending: bool = False
    nullable: bool = False


class BadCursor(ValueError):
    """The cursor was not made for this order, or not by us."""


@dataclass(frozen=True)
class Slice:
    """A page of rows in the asked order, and whether there are rows before and after it."""

    rows: list[Any]
    has_before: bool
    has_after: bool
    first_cursor: str
    last_cursor: str


def take(
    queryset: QuerySet[M], keys: Sequence[SortKey], size: int, *, after: str = "", before: str = "", last: bool = False
) -> Slice:
    """Return one page.

    Args: keys: the order; the primary key is added as the last, so that it is total. size: rows at most.
        after, before: a cursor of an earlier page; neither means the first page. last: return the last page instead.
    Raises: BadCursor: a cursor does not fit the order.
    """
    keys = _total(keys)
    backwards = bool(before) or last
    label = queryset.model._meta.label_lower
    found = queryset.order_by(*(_ordering(key, backwards) for key in keys))
    if cursor := before or after:
        found = found.filter(_beyond(keys, _decode(cursor, label, keys), backwards))
    # First only the values of the order: an index may hold them all, and where they must be sorted, whole rows would be
    # dragged along. The primary key is the last of them. Then the rows of this page and no others.
    places = list(found.values_list(*(F(key.path) for key in keys))[: size + 1])
    more = len(places) > size
    places = places[:size]
    if backwards:
        places.reverse()
    rows = _rows(queryset, [place[-1] for place in places])
    return Slice(
        rows=[rows[place[-1]] for place in places if place[-1] in rows],
        has_before=more if backwards else bool(after),
        has_after=bool(before) if backwards else more,
        first_cursor=_encode(places[0], label, keys) if places else "",
        last_cursor=_encode(places[-1], label, keys) if places else "",
    )


def in_order(queryset: QuerySet[M], keys: Sequence[SortKey]) -> QuerySet[M]:
    """Return the rows in the order in which ``take`` gives them, page by page."""
    return queryset.order_by(*(_ordering(key, False) for key in _total(keys)))


def _rows(queryset: QuerySet[M], pks: Sequence[Any]) -> dict[Any, M]:
    """Return rows that were found, by primary key, with what the queryset adds to them."""
    if not pks:
        return {}
    # The conditions have been met. Once more they could only lead the database away from the primary keys.
    rows = queryset.order_by()
    rows.query.clear_where()
    return {row.pk: row for row in rows.filter(pk__in=pks)}


def _total(keys: Sequence[SortKey]) -> list[SortKey]:
    direction = keys[0].descending if keys else False
    return [*keys, SortKey("pk", direction)]


def _ordering(key: SortKey, backwards: bool) -> OrderBy:
    descending = key.descending != backwards
    expression = F(key.path)
    if not key.nullable:
        return expression.desc() if descending else expression.asc()
    place = {"nulls_first": True} if backwards else {"nulls_last": True}
    return expression.desc(**place) if descending else expression.asc(**place)


def _beyond(keys: Sequence[SortKey], values: Sequence[Any], backwards: bool) -> Q:
    """Return the condition for rows that come after the row with ``values`` (before it, when going backwards)."""
    condition = Q(pk__in=[])
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        condition |= equal & _further(key, value, backwards)
        equal &= Q(**{f"{key.path}__isnull": True}) if value is None else Q(**{key.path: value})
    leading, value = keys[0], values[0]
    if not leading.nullable and value is not None:
        # Says nothing new, but lets the database begin at the right place of an index.
        lookup = "lte" if leading.descending != backwards else "gte"
        condition &= Q(**{f"{leading.path}__{lookup}": value})
    return condition


def _further(key: SortKey, value: Any, backwards: bool) -> Q:
    if value is None:
        return Q(**{f"{key.path}__isnull": False}) if backwards else Q(pk__in=[])
    lookup = "lt" if key.descending != backwards else "gt"
    condition = Q(**{f"{key.path}__{lookup}": value})
    if key.nullable and not backwards:
        condition |= Q(**{f"{key.path}__isnull": True})
    return condition


def _encode(place: Sequence[Any], label: str, keys: Sequence[SortKey]) -> str:
    return _signer.sign_object([label, [key.path for key in keys], [_plain(value) for value in place]])


def _decode(cursor: str, label: str, keys: Sequence[SortKey]) -> list[Any]:
    if not cursor.isascii():  # ours are; and some letters could not even be compared
        raise BadCursor
    try:
        model, paths, values = _signer.unsign_object(cursor)
    except BadSignature as error:
        raise BadCursor from error
    if model != label or paths != [key.path for key in keys]:
        raise BadCursor
    return [_rich(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return {"t" if isinstance(value, datetime) else "y": value.isoformat()}
    if isinstance(value, UUID):
        return {"u": value.hex}
    if isinstance(value, Decimal):
        return {"d": str(value)}
    return value


def _rich(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    readers: dict[str, Callable[[str], Any]] = {
        "t": datetime.fromisoformat,
        "y": date.fromisoformat,
        "u": UUID,
        "d": Decimal,
    }
    return readers[kind](text)

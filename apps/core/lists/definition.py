"""THE list component: every list in the studio is a subclass of ``StudioList`` and one line in a view."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any, ClassVar

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet

from apps.core.lists.chips import Chip, FilterControl, chips_of, controls_of
from apps.core.lists.columns import Column
from apps.core.lists.export import csv_response
from apps.core.lists.keyset import BadCursor, Slice, SortKey, in_order, take
from apps.core.lists.state import SIZES, ListState
from apps.core.models import SavedView

Text = str | Promise

# Beyond these a list says "more than"; counting on would cost more than the number is worth.
COUNT_CAP = 100_000
NARROWED_COUNT_CAP = 5_000

SCOPE_SALT = "studio.list-scope"


@dataclass(frozen=True)
class BulkAction:
    """Something that can be done with the chosen rows: posts ``ids`` (or ``all`` and the query) to ``url``."""

    key: str
    label: Text
    url: str
    icon: str = ""
    confirm: Text = ""
    is_dangerous: bool = False


@dataclass(frozen=True)
class Empty:
    """What a list says while it has no rows at all: what it is for, and the first step."""

    title: Text
    text: Text = ""
    icon: str = "inbox"
    action_label: Text = ""
    action_url: str = ""
    action_dialog: str = ""
    snippet: str = ""
    template: str = ""
    """More steps than one: a template, which gets what the page has."""


@dataclass(frozen=True)
class Cell:
    """A rendered cell."""

    column: Column
    content: str


@dataclass(frozen=True)
class Row:
    """A rendered row."""

    id: str
    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class Header:
    """A column's head: how it is sorted now, and where sorting by it leads."""

    column: Column
    direction: str  # ascending, descending or none, as aria-sort has it
    position: int
    link: str
    add_link: str


class StudioList:
    """One list. Subclasses say what it is; an instance is one request's view of it.

    Args of the constructor: request; rows: the rows this user may see; path: the list's own address; scope: where it stands
        (a workspace's id), so that its saved views are found; may_share_views: whether this user may share views there.
    """

    key: ClassVar[str]
    title: ClassVar[Text]
    columns: ClassVar[Sequence[Column]]
    default_sort: ClassVar[tuple[str, ...]]
    search_fields: ClassVar[tuple[str, ...]] = ()
    search_hint: ClassVar[Text] = _("Search")
    filterset_class: ClassVar[type[FilterSet] | None] = None
    related: ClassVar[tuple[str, ...]] = ()
    refresh_on: ClassVar[tuple[str, ...]] = ()
    """Event types after which open pages load the list again."""

    def __init__(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        *,
        path: str = "",
        scope: str = "",
        may_share_views: bool = False,
        bulk_actions: Sequence[BulkAction] = (),
        empty: Empty | None = None,
        extra: Any = None,
    ) -> None:
        self.request = request
        self.path = path or request.path
        self.scope = scope
        self.may_share_views = may_share_views
        self.bulk_actions = bulk_actions
        self.empty = empty or Empty(self.title)
        self.extra = extra
        self._all_rows = rows
        self.state = ListState.parse(
            request.GET,
            sortable=frozenset(column.key for column in self.columns if column.sort),
            columns=frozenset(column.key for column in self.columns),
        )

    # --- What the template shows ---

    @cached_property
    def shown_columns(self) -> list[Column]:
        """The columns in their chosen order; fixed ones are always there."""
        chosen = self.state.columns
        if not chosen:
            return [column for column in self.columns if column.shown or column.fixed]
        by_key = {column.key: column for column in self.columns}
        fixed = [column for column in self.columns if column.fixed and column.key not in chosen]
        return [*fixed, *(by_key[key] for key in chosen)]

    @property
    def hidden_columns(self) -> list[Column]:
        """The columns that wait in the column chooser."""
        return [column for column in self.columns if column not in self.shown_columns]

    @cached_property
    def headers(self) -> list[Header]:
        """The heads of the shown columns."""
        return [self._header(column) for column in self.shown_columns]

    @cached_property
    def rows(self) -> list[Row]:
        """The rendered rows of this page."""
        return [
            Row(str(row.pk), self.label_of(row), [Cell(column, column.cell(row)) for column in self.shown_columns])
            for row in self.slice.rows
        ]

    def label_of(self, row: Any) -> str:
        """Return what a row is called, for the label of its checkbox."""
        return str(row)

    @cached_property
    def filterset(self) -> FilterSet | None:
        """The filters, bound to the address."""
        if self.filterset_class is None:
            return None
        return self.filterset_class(self.request.GET, queryset=self._all_rows, request=self.request)

    @cached_property
    def filter_controls(self) -> list[FilterControl]:
        """The filters that can be set, with their form fields."""
        return controls_of(self.filterset) if self.filterset else []

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters that are set, each with the link that takes it off."""
        return chips_of(self.filterset, self.state) if self.filterset else []

    @cached_property
    def filter_errors(self) -> list[str]:
        """What is wrong with filters that were passed over."""
        if self.filterset is None or self.filterset.is_valid():
            return []
        form = self.filterset.form
        return [
            f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items() if name in form.fields
        ]

    @cached_property
    def filtered(self) -> QuerySet[Any]:
        """All rows that search and filters leave, in no order."""
        rows = self._all_rows
        if self.filterset is not None:
            self.filterset.is_valid()
            rows = self.filterset.filter_queryset(rows)
        if self.state.search and self.search_fields:
            for word in self.state.search.split():
                rows = self.searched(rows, word)
        return rows

    def searched(self, rows: QuerySet[Any], word: str) -> QuerySet[Any]:
        """Keep the rows in which a word of the search is found."""
        return rows.filter(reduce(or_, (Q(**{f"{field}__icontains": word}) for field in self.search_fields)))

    @cached_property
    def slice(self) -> Slice:
        """The rows of this page."""
        rows = self.filtered.select_related(*self.related) if self.related else self.filtered
        state = self.state
        try:
            page = take(rows, self._sort_keys, state.size, after=state.after, before=state.before, last=state.last)
        except BadCursor:
            return take(rows, self._sort_keys, state.size)
        if not page.rows and (state.after or state.before):
            # All that was there has gone since; next to it there may be more.
            return take(rows, self._sort_keys, state.size, last=bool(state.after))
        return page

    @cached_property
    def count(self) -> int:
        """How many rows search and filters leave, up to the cap."""
        page = self.slice
        if not page.has_before and not page.has_after:
            return len(page.rows)
        # Only keys: else what the rows are annotated with would be worked out for each one that is counted.
        return self.filtered.order_by().values("pk")[: self.count_cap + 1].count()

    @property
    def count_cap(self) -> int:
        """Where counting stops."""
        return NARROWED_COUNT_CAP if self.state.is_narrowed else COUNT_CAP

    @property
    def count_is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count > self.count_cap

    @property
    def shown_count(self) -> int:
        """The number to show: exact, or the cap."""
        return min(self.count, self.count_cap)

    @property
    def first_position(self) -> int:
        """The place of the first row of this page among all."""
        if not self.slice.has_before:
            return 1
        if not self.slice.has_after and not self.count_is_capped:
            return self.count - len(self.slice.rows) + 1
        return max(1, self.state.position)

    @property
    def last_position(self) -> int:
        """The place of the last row of this page among all."""
        return self.first_position + len(self.slice.rows) - 1

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all, so that the page explains itself instead."""
        return not self.rows and not self.state.is_narrowed and not self.slice.has_before

    # --- Links ---

    @property
    def first_link(self) -> str:
        """The first page."""
        return self.state.link()

    @property
    def previous_link(self) -> str:
        """The page before."""
        position = str(max(1, self.first_position - self.state.size))
        return self.state.link(before=self.slice.first_cursor, **{"from": position})

    @property
    def next_link(self) -> str:
        """The page after."""
        return self.state.link(after=self.slice.last_cursor, **{"from": str(self.last_position + 1)})

    @property
    def last_link(self) -> str:
        """The last page."""
        return self.state.link(last="1")

    @property
    def export_link(self) -> str:
        """All rows that search and filters leave, as CSV."""
        return self.state.link(export="csv")

    @property
    def default_columns_link(self) -> str:
        """The list with its own choice of columns."""
        return self.state.link(columns=None)

    @property
    def cleared_link(self) -> str:
        """The list without search and filters."""
        names = ["q", *self.state.filters]
        return self.state.link(**dict.fromkeys(names))

    @property
    def size_links(self) -> list[tuple[int, str]]:
        """The page sizes and where they lead."""
        return [(size, self.state.link(size=str(size))) for size in SIZES]

    # --- Saved views ---

    @cached_property
    def saved_views(self) -> list[SavedView]:
        """The views this user can open here."""
        views = SavedView.objects.visible_to(self.request.user, list_key=self.key, scope=self.scope)
        return list(views.select_related("owner"))

    @property
    def current_view(self) -> SavedView | None:
        """The saved view that is open, if one is."""
        return next((view for view in self.saved_views if view.query == self.state.restoring), None)

    @property
    def scope_token(self) -> str:
        """Proof that this user was shown this list here; saving a view asks for it."""
        return signing.dumps([self.key, self.scope, self.may_share_views, str(self.request.user.pk)], salt=SCOPE_SALT)

    # --- Answers ---

    def respond(self, template: str, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponseBase:
        """Answer a request for the page: the whole page, only the list for htmx, or the rows as CSV."""
        if self.request.GET.get("export") == "csv":
            rows = self.filtered.select_related(*self.related) if self.related else self.filtered
            exported = [column for column in self.columns if column.exported]
            return csv_response(in_order(rows, self._sort_keys), exported, name=self.key)
        htmx: Any = self.request.htmx  # type: ignore[attr-defined]
        only_list = htmx and not htmx.history_restore_request and htmx.target == f"list-{self.key}"
        response = render(
            self.request,
            "lists/list.html" if only_list else template,
            {**(context or {}), "list": self},
            status=status,
        )
        response.headers["Vary"] = "HX-Request, HX-Target, Cookie"
        return response

    # --- Order ---

    @property
    def _sort_keys(self) -> list[SortKey]:
        by_key = {column.key: column for column in self.columns}
        keys = []
        for name in self.state.sort or self.default_sort:
            column = by_key[name.lstrip("-")]
            keys.append(SortKey(column.sort, name.startswith("-"), column.nullable))
        return keys

    def _header(self, column: Column) -> Header:
        order = self.state.sort or self.default_sort
        signs = {name.lstrip("-"): name.startswith("-") for name in order}
        if column.key not in signs:
            direction, following = "none", column.key
        elif signs[column.key]:
            direction, following = "descending", column.key
        else:
            direction, following = "ascending", f"-{column.key}"
        others = [name for name in order if name.lstrip("-") != column.key]
        return Header(
            column=column,
            direction=direction,
            position=list(signs).index(column.key) + 1 if column.key in signs and len(signs) > 1 else 0,
            link=self.state.link(sort=following),
            add_link=self.state.link(sort=",".join([*others, following])),
        )


def selected_rows(request: HttpRequest, list_: StudioList) -> QuerySet[Any]:
    """Return the rows a bulk action was asked for: those with the posted ``ids``, or all that the list's filters leave.

    Only rows of the list are ever returned, so a forged id does nothing.
    """
    if request.POST.get("all"):
        return list_.filtered
    ids = [value for part in request.POST.getlist("ids") for value in part.split(",") if value]
    field = list_.filtered.model._meta.pk
    return list_.filtered.filter(pk__in=[value for value in ids[:10_000] if _fits(field.to_python, value)])


def _fits(convert: Callable[[Any], Any], value: str) -> bool:
    try:
        convert(value)
    except (ValidationError, ValueError):
        return False
    return True

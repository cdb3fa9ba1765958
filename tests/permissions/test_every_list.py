"""Every list of the studio, found on its page: each column sorts, shows and exports, and says truly whether it may be empty."""

import re
from typing import Any

import pytest
from django.db.models import Model

from apps.core.access import Level
from apps.core.lists import StudioList
from tests.permissions.callers import Caller, World
from tests.permissions.routes import Route, declared_routes

pytestmark = [pytest.mark.django_db, pytest.mark.service]

PAGES = [route for route in declared_routes() if not route.is_api and route.access and "GET" in route.access.verbs]

# Columns that may be NULL in their table, but in no row of the list.
NEVER_EMPTY_THERE = {("TrashList", "deleted_at")}


def caller_of(world: World, route: Route) -> Caller:
    assert route.access
    return world.administrator if route.access.level is Level.ADMINISTRATOR else world.owner


@pytest.fixture(scope="module")
def lists(world: World) -> dict[type[StudioList], tuple[Route, Any]]:
    """Each list with a page that shows it and the rows it is given there."""
    found: dict[type[StudioList], tuple[Route, Any]] = {}
    made = StudioList.__init__
    shown: list[tuple[type[StudioList], Any]] = []

    def note(self: StudioList, request: Any, rows: Any, **options: Any) -> None:
        shown.append((type(self), rows))
        made(self, request, rows, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StudioList, "__init__", note)
        for route in PAGES:
            shown.clear()
            caller = caller_of(world, route)
            world.call(caller, "GET", route.address(world.arguments(route, caller)))
            found |= {kind: (route, rows) for kind, rows in shown}
    return found


def test_the_lists_were_found(lists):
    assert len(lists) > 8


def may_be_empty(model: type[Model], path: str) -> bool:
    """Whether the value at the end of an ORM path can be NULL."""
    name, _, rest = path.partition("__")
    field = model._meta.get_field("id" if name == "pk" else name)
    if getattr(field, "null", False):
        return True
    related = field.related_model
    return bool(rest) and isinstance(related, type) and may_be_empty(related, rest)


def test_columns_that_may_be_empty_say_so(lists):
    """Else paging by such a column would leave out rows: NULL is neither before nor after anything."""
    wrong = []
    for kind, (_, rows) in lists.items():
        sorted_by_fields = [
            column for column in kind.columns if column.sort and column.sort not in rows.query.annotations
        ]
        for column in sorted_by_fields:
            if may_be_empty(rows.model, column.sort) and not column.nullable:
                wrong.append((kind.__name__, column.key))
    assert set(wrong) <= NEVER_EMPTY_THERE, "these need nullable=True"


def test_default_orders_can_be_sorted_by(lists):
    for kind in lists:
        sortable = {column.key for column in kind.columns if column.sort}
        assert {name.lstrip("-") for name in kind.default_sort} <= sortable, kind.__name__


def test_every_column_sorts_shows_and_exports(world, lists):
    for kind, (route, _) in lists.items():
        caller = caller_of(world, route)
        address = route.address(world.arguments(route, caller))
        columns = ",".join(column.key for column in kind.columns)
        queries = [f"columns={columns}", "q=a b", "size=25&last=1", "export=csv", "export=csv&q=a"]
        queries += [
            f"sort={sign}{column.key}&columns={columns}" for column in kind.columns if column.sort for sign in ("", "-")
        ]
        for query in queries:
            answer = world.call(caller, "GET", f"{address}?{query}")
            assert answer.status_code == 200, f"{kind.__name__} at {address}?{query}"
            if query.startswith("sort=") and b"data-row-id" in answer.content:
                assert re.search(r'aria-sort="(ascending|descending)"', answer.content.decode()), (
                    f"{kind.__name__}?{query}"
                )


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
def test_every_export_has_a_line_for_each_row(world, lists):
    for kind, (route, _) in lists.items():
        caller = caller_of(world, route)
        address = route.address(world.arguments(route, caller))
        with world.taken_back():
            page = world.send(caller, "GET", address).content.decode()
            lines = b"".join(world.send(caller, "GET", f"{address}?export=csv")).decode()
        rows = page.count("data-row-id")
        assert lines.count("\n") >= rows + 1, kind.__name__

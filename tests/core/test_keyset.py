"""Pages by keyset: however a list is ordered and walked, every row comes exactly once."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import AccessToken, User
from apps.core.lists.keyset import BadCursor, Slice, SortKey, take
from tests.accounts.factories import AccessTokenFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.service]

MOMENT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
FEW_MOMENTS = st.none() | st.integers(0, 2).map(lambda days: MOMENT + timedelta(days=days, microseconds=days))
FEW_NAMES = st.sampled_from(["", "a", "b", "B", "ä", "a'b", "😀", "%", '"'])
ROWS = st.lists(st.tuples(FEW_NAMES, st.sampled_from(["read", "write"]), FEW_MOMENTS, FEW_MOMENTS, st.integers(0, 2)))
NULLABLE = {"name": False, "scope": False, "expires_at": True, "last_used_at": True, "user__email": True}
ORDERS = st.lists(
    st.tuples(st.sampled_from(sorted(NULLABLE)), st.booleans()), max_size=3, unique_by=lambda key: key[0]
).map(lambda keys: [SortKey(path, descending, NULLABLE[path]) for path, descending in keys])

as_property = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def people(db: None) -> list[User]:
    return [UserFactory.create(email=address) for address in (None, "b@example.org", "a@example.org")]


def make(people: Sequence[User], row: tuple[Any, ...]) -> AccessToken:
    name, scope, expires_at, last_used_at, owner = row
    token: AccessToken = AccessTokenFactory.create(
        user=people[owner], name=name, scope=scope, expires_at=expires_at, last_used_at=last_used_at
    )
    return token


def in_whole_order(keys: Sequence[SortKey]) -> list[Any]:
    """All ids as one plain query gives them: NULLs last both ways, then by id."""
    parts = [F(key.path).desc(nulls_last=True) if key.descending else F(key.path).asc(nulls_last=True) for key in keys]
    last = "-pk" if keys and keys[0].descending else "pk"
    return list(AccessToken.objects.order_by(*parts, last).values_list("pk", flat=True))


def walk(
    keys: Sequence[SortKey], size: int, *, backwards: bool = False, meanwhile: Callable[[], Any] = lambda: None
) -> list[Any]:
    """Turn pages to the end and return the ids in the order of the list."""
    tokens = AccessToken.objects.all()
    seen: list[Any] = []
    page: Slice = take(tokens, keys, size, last=backwards)
    while True:
        ids = [row.pk for row in page.rows]
        seen = ids + seen if backwards else seen + ids
        assert len(ids) <= size
        if not (page.has_before if backwards else page.has_after):
            return seen
        assert len(ids) == size, "a page that has a further one is full"
        meanwhile()
        if backwards:
            page = take(tokens, keys, size, before=page.first_cursor)
        else:
            page = take(tokens, keys, size, after=page.last_cursor)
        assert page.has_after if backwards else page.has_before


@given(rows=ROWS, keys=ORDERS, size=st.integers(1, 5), backwards=st.booleans())
@as_property
def test_page_by_page_equals_the_whole_order(people, rows, keys, size, backwards):
    with transaction.atomic():
        for row in rows:
            make(people, row)
        assert walk(keys, size, backwards=backwards) == in_whole_order(keys)
        transaction.set_rollback(True)


@given(rows=ROWS, arriving=ROWS, keys=ORDERS, size=st.integers(1, 4), backwards=st.booleans())
@as_property
def test_rows_that_arrive_meanwhile_neither_repeat_nor_hide_others(people, rows, arriving, keys, size, backwards):
    with transaction.atomic():
        before = {make(people, row).pk for row in rows}
        new = iter(arriving)
        seen = walk(keys, size, backwards=backwards, meanwhile=lambda: [make(people, row) for row in islice(new, 1)])
        assert len(seen) == len(set(seen))
        assert before <= set(seen)
        transaction.set_rollback(True)


def test_the_page_after_a_row_that_was_deleted_is_still_found(people):
    tokens = [make(people, (name, "read", None, None, 0)) for name in "abcd"]
    keys = [SortKey("name")]
    page = take(AccessToken.objects.all(), keys, 2)
    tokens[1].delete()
    assert [row.name for row in take(AccessToken.objects.all(), keys, 2, after=page.last_cursor).rows] == ["c", "d"]


def cursor_of(keys: Sequence[SortKey]) -> str:
    return take(AccessToken.objects.all(), keys, 1).last_cursor


FORGED = [
    "x",
    "A" * 5000,
    "\x00",
    "é",
    "\ud800",
    ":",
    "W10",  # []
    "WyJhIl0",  # ["a"]
    "W1sibmFtZSIsInBrIl0sWyIxIiwiMiJdXQ",  # [["name","pk"],["1","2"]], without a signature
    "Wy" * 40_000,
]


@pytest.mark.parametrize("cursor", FORGED, ids=range(len(FORGED)))
@pytest.mark.parametrize("direction", ["after", "before"])
def test_a_forged_cursor_is_refused(people, cursor, direction):
    make(people, ("a", "read", None, None, 0))
    with pytest.raises(BadCursor):
        take(AccessToken.objects.all(), [SortKey("name")], 2, **{direction: cursor})


@given(data=st.data())
@as_property
def test_a_cursor_with_any_letter_changed_is_refused(people, data):
    with transaction.atomic():
        make(people, ("a", "read", MOMENT, None, 0))
        cursor = cursor_of([SortKey("expires_at", nullable=True)])
        position = data.draw(st.integers(0, len(cursor) - 1))
        letter = data.draw(st.characters().filter(lambda letter: letter != cursor[position]))
        forged = f"{cursor[:position]}{letter}{cursor[position + 1 :]}"
        transaction.set_rollback(True)
        with pytest.raises(BadCursor):
            take(AccessToken.objects.all(), [SortKey("expires_at", nullable=True)], 2, after=forged)


def test_the_cursor_of_another_order_or_another_list_is_refused(people):
    make(people, ("a", "read", None, None, 0))
    by_name = cursor_of([SortKey("name")])
    with pytest.raises(BadCursor):
        take(AccessToken.objects.all(), [SortKey("scope")], 2, after=by_name)
    by_age = cursor_of([SortKey("created_at")])
    with pytest.raises(BadCursor):
        take(User.objects.all(), [SortKey("created_at")], 2, after=by_age)


def test_a_page_with_a_cursor_reads_only_from_that_place_of_the_index_on(people, django_assert_num_queries):
    for name in "abc":
        make(people, (name, "read", None, None, 0))
    cursor = cursor_of([SortKey("created_at")])
    with django_assert_num_queries(2) as queries:
        take(AccessToken.objects.all(), [SortKey("created_at")], 1, after=cursor)
    assert " OFFSET " not in queries[0]["sql"]
    assert '"created_at" >=' in queries[0]["sql"]

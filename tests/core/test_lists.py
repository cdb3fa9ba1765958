"""THE list component, through requests: what the address says is what the page shows."""

import csv
import io
import itertools
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import django_filters
import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils.translation import gettext_lazy

from apps.accounts.models import AccessToken, User
from apps.accounts.models.token import TokenScope
from apps.core.access import signed_in
from apps.core.lists import BulkAction, Column, Empty, Status, StudioList, selected_rows
from apps.core.lists import definition as lists_definition
from apps.core.models import SavedView
from tests.accounts.factories import AccessTokenFactory, UserFactory

MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class TokenFilter(django_filters.FilterSet):
    scope = django_filters.MultipleChoiceFilter(choices=TokenScope.choices, label="Scope")
    expires_at = django_filters.DateFromToRangeFilter(label="Expires")

    class Meta:
        model = AccessToken
        fields = ["scope", "expires_at"]


class Tokens(StudioList):
    key = "test-tokens"
    title = "Tokens"
    columns = (
        Column("name", "Name", sort="name", fixed=True),
        Column("owner", gettext_lazy("username"), value="user.display_name", sort="user__full_name"),
        Column("scope", "Scope", value=lambda row: row.get_scope_display(), sort="scope"),
        Column("expires_at", "Expires", sort="expires_at", nullable=True, kind="time"),
        Column("state", "State", value=lambda row: Status("ok", row.name), kind="status", shown=False),
        Column("tags", "Tags", value=lambda row: {row.name: "x"}, kind="tags", shown=False),
        Column("buttons", "Buttons", value=lambda row: "button", exported=False),
    )
    default_sort = ("name",)
    search_fields = ("name", "user__full_name")
    filterset_class = TokenFilter
    related = ("user",)


def list_of(request: HttpRequest) -> Tokens:
    return Tokens(
        request,
        AccessToken.objects.filter(user__username__startswith="shown"),
        path="/list/",
        scope="here",
        may_share_views="sharing" in getattr(request.user, "username", ""),
        bulk_actions=[BulkAction("delete", "Delete", "/list/delete/")],
        empty=Empty("No tokens yet", "Tokens let programs in."),
    )


@signed_in()
def page(request: HttpRequest) -> HttpResponseBase:
    return list_of(request).respond("core_test/page.html")


@signed_in("POST")
def delete(request: HttpRequest) -> HttpResponse:
    names = sorted(selected_rows(request, list_of(request)).values_list("name", flat=True))
    return HttpResponse(",".join(names))


urlpatterns = [path("list/", page), path("list/delete/", delete), path("", include("studio.urls"))]
handler404 = "apps.portal.views.errors.not_found"

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db, pytest.mark.service]


@pytest.fixture(autouse=True)
def _page_template(settings) -> None:
    [engine] = settings.TEMPLATES
    loaders = [
        ("django.template.loaders.locmem.Loader", {"core_test/page.html": PAGE}),
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    options = {**engine["OPTIONS"], "loaders": loaders}
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": options}]


PAGE = '{% extends "base.html" %}{% block content %}<p>The whole page</p>{% include "lists/list.html" %}{% endblock %}'


@pytest.fixture
def reader() -> User:
    user: User = UserFactory.create(username="reader")
    return user


@pytest.fixture
def client(reader: User, settings) -> Client:
    client = Client(headers={"host": settings.STUDIO.url.partition("//")[2]})
    client.force_login(reader)
    return client


numbers = itertools.count(10)


def make(name: str, *, owner: User | None = None, **fields: Any) -> AccessToken:
    owner = owner or UserFactory.create(username=f"shown-{next(numbers)}")
    token: AccessToken = AccessTokenFactory.create(user=owner, name=name, **fields)
    return token


@pytest.fixture
def owner() -> User:
    user: User = UserFactory.create(username="shown-1", full_name="Zoë Owner")
    return user


def names(html: str) -> list[str]:
    """The names of the rows on the page, in their order."""
    body = html.partition("<tbody")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr[^>]*data-row-id.*?</tr>", body, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", cells(row)[1])).strip() for row in rows]


def cells(row: str) -> list[str]:
    return re.findall(r"<td.*?</td>", row, re.DOTALL)


def headers(html: str) -> list[tuple[str, str]]:
    """The heads of the columns, each with how it is sorted."""
    head = html.partition("<thead")[2].partition("</thead>")[0]
    found = [part.partition("</th>")[0] for part in re.split(r"<th(?=[ >])", head)[1:]]
    texts = [
        (re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", f"<th{part}")).strip(), part.partition(">")[0]) for part in found
    ]
    return [(text, (re.findall(r'aria-sort="(\w+)"', start) or ["none"])[0]) for text, start in texts if text]


def get(client: Client, address: str = "/list/", **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(client: Client, query: str = "") -> list[str]:
    return names(get(client, f"/list/?{query}"))


# --- Search and filters ---


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=alpha", ["alpha beta"]),
        ("q=ALPHA+beta", ["alpha beta"]),
        ("q=alpha+zo%C3%AB", ["alpha beta"]),
        ("q=zo%C3%AB", ["alpha beta", "gamma 100%"]),
        ("q=100%25", ["gamma 100%"]),
        ("q=_", []),
        ("q=+", ["alpha beta", "gamma 100%"]),
        ("q=%00alpha", ["alpha beta"]),
    ],
)
def test_search_finds_rows_that_have_every_word(client, owner, query, found):
    make("alpha beta", owner=owner)
    make("gamma 100%", owner=owner)
    assert listed(client, query) == found


def test_filters_narrow_and_each_value_has_a_chip_that_takes_it_off(client, owner):
    make("reads", owner=owner, scope="read", expires_at=MOMENT)
    make("writes", owner=owner, scope="write")
    html = get(client, "/list/?scope=read&expires_at_after=2026-01-01&q=s&sort=-name")
    assert names(html) == ["reads"]
    text = re.sub(r"<[^>]+>|\s+", " ", html)
    assert "Scope Read" in re.sub(r"\s+", " ", text)
    removing = re.findall(r'href="([^"]+)"[^>]*aria-label="Take off', html)
    queries = [dict(parse_qsl(unescape(link).partition("?")[2])) for link in removing]
    assert queries == [
        {"expires_at_after": "2026-01-01", "q": "s", "sort": "-name"},
        {"scope": "read", "q": "s", "sort": "-name"},
    ]
    assert "/list/?sort=-name" in [unescape(link) for link in re.findall(r'href="([^"]+)"', html)], "all are taken off"


@pytest.mark.parametrize("query", ["scope=nonsense", "expires_at_after=yesterday", "expires_at_before=2026-13-45"])
def test_a_filter_that_cannot_be_read_says_so_and_the_list_still_opens(client, owner, query):
    make("one", owner=owner)
    html = get(client, f"/list/?{query}")
    assert names(html) == ["one"]
    assert "This filter was passed over." in html


def test_nothing_at_all_explains_itself_and_nothing_that_matches_says_that(client, owner):
    html = get(client)
    assert "No tokens yet" in html
    assert "Tokens let programs in." in html
    make("one", owner=owner)
    html = get(client, "/list/?q=other")
    assert "Nothing here matches" in html
    assert "No tokens yet" not in html


# --- Order and columns ---


def test_a_click_sorts_a_second_turns_and_shift_adds(client, owner):
    for name, scope in (("a", "write"), ("b", "read"), ("c", "write")):
        make(name, owner=owner, scope=scope)
    assert listed(client) == ["a", "b", "c"]
    html = get(client, "/list/?sort=scope")
    assert names(html)[0] == "b"  # which of the others comes first is not said
    by_label = {
        label: re.search(rf'href="([^"]+)"[^>]*data-sort-add="([^"]+)"[^>]*>\s*{label}', html)
        for label in ("Name", "Scope")
    }
    assert by_label["Scope"] is not None
    assert by_label["Name"] is not None
    assert unescape(by_label["Scope"][1]) == "/list/?sort=-scope"
    assert unescape(by_label["Name"][2]) == "/list/?sort=scope,name"
    html = get(client, "/list/?sort=scope,-name")
    assert names(html) == ["b", "c", "a"]
    assert headers(html)[:3] == [("Name2", "descending"), ("username", "none"), ("Scope1", "ascending")]


def test_rows_without_a_value_come_last_both_ways(client, owner):
    make("never", owner=owner)
    make("soon", owner=owner, expires_at=MOMENT)
    make("later", owner=owner, expires_at=MOMENT + timedelta(days=1))
    assert listed(client, "sort=expires_at") == ["soon", "later", "never"]
    assert listed(client, "sort=-expires_at") == ["later", "soon", "never"]


def test_columns_are_shown_as_chosen_and_fixed_ones_always(client, owner):
    make("one", owner=owner)
    assert [label for label, _ in headers(get(client))] == ["Name", "username", "Scope", "Expires", "Buttons"]
    chosen = get(client, "/list/?columns=state,scope")
    assert [label for label, _ in headers(chosen)] == ["Name", "State", "Scope"]
    reordered = get(client, "/list/?columns=scope,name")
    assert [label for label, _ in headers(reordered)] == ["Scope", "Name"]


@pytest.mark.parametrize(
    "query",
    [
        "sort=nonsense", "sort=-", "sort=name,name,-name", "sort=buttons", "sort=user__password", "columns=password",
        "columns=,,", "size=1000000", "size=-1", "size=x", "after=x", "before=x", "after=x&before=y", "last=x",
        "from=-5", "from=99999999999999999999", "q=" + "x" * 5000, "sort=" + "name," * 1000, "%00=%00", "a[]=1&a[]=2",
    ],
)  # fmt: skip
def test_a_wrong_value_never_breaks_a_list(client, owner, query):
    make("one", owner=owner)
    html = get(client, f"/list/?{query}")
    assert names(html) == ["one"] or query.startswith("q=")


# --- Pages ---


def fill(owner: User, count: int) -> list[str]:
    return [make(f"token {number:03}", owner=owner).name for number in range(count)]


def test_pages_turn_and_say_where_they_are(client, owner):
    everything = fill(owner, 60)
    html = get(client, "/list/?size=25")
    assert names(html) == everything[:25]
    assert "1–25 of 60" in html
    seen = names(html)
    while following := re.search(r'rel="next" href="([^"]+)"', html):
        html = get(client, unescape(following[1]))
        seen += names(html)
    assert seen == everything
    assert "51–60 of 60" in html
    back = re.search(r'rel="prev" href="([^"]+)"', html)
    assert back is not None
    html = get(client, unescape(back[1]))
    assert names(html) == everything[25:50]
    assert "26–50 of 60" in html
    html = get(client, "/list/?size=25&last=1")
    assert names(html) == everything[35:]
    assert "36–60 of 60" in html


def test_a_page_whose_rows_are_gone_shows_what_is_next_to_them(client, owner):
    everything = fill(owner, 30)
    html = get(client, "/list/?size=25")
    following = re.search(r'rel="next" href="([^"]+)"', html)
    assert following is not None
    AccessToken.objects.filter(name__in=everything[25:]).delete()
    assert names(get(client, unescape(following[1]))) == everything[:25]


def test_counting_stops_where_it_would_cost_more_than_it_is_worth(client, owner, monkeypatch):
    monkeypatch.setattr(lists_definition, "COUNT_CAP", 40)
    monkeypatch.setattr(lists_definition, "NARROWED_COUNT_CAP", 30)
    fill(owner, 60)
    assert "1–25 of more than 40" in get(client, "/list/?size=25")
    assert "1–25 of more than 30" in get(client, "/list/?size=25&q=token")


@pytest.mark.parametrize(
    "query", ["", "columns=name,owner,scope,expires_at,state,tags", "q=token&scope=write", "sort=owner"]
)
def test_more_rows_ask_the_database_no_more_questions(client, query):
    for number in range(5):
        make(f"token {number}")
    get(client)  # what is remembered from the first page on
    few, many = questions(client, query), None
    for number in range(60):
        make(f"token {number}")
    many = questions(client, query)
    assert many <= few + 1, "one more, to count what a single page need not count"


def questions(client: Client, query: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        get(client, f"/list/?size=100&{query}")
    return len(asked)


# --- Whole page, part, download ---


def test_htmx_gets_the_list_alone_but_history_and_other_targets_the_page(client, owner):
    make("one", owner=owner)
    part = get(client, **{"HX-Request": "true", "HX-Target": "list-test-tokens"})
    assert names(part) == ["one"]
    assert "The whole page" not in part
    assert part.lstrip().startswith("<section")
    for headers_ in (
        {},
        {"HX-Request": "true", "HX-Target": "content"},
        {"HX-Request": "true", "HX-Target": "list-test-tokens", "HX-History-Restore-Request": "true"},
    ):
        assert "The whole page" in get(client, **headers_)


def test_caches_keep_page_and_part_apart(client):
    assert {"HX-Request", "HX-Target", "Cookie"} <= {part.strip() for part in client.get("/list/")["Vary"].split(",")}


def export(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(f"/list/?export=csv&{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="test-tokens-[\d-]+\.csv"', answer["Content-Disposition"])
    content = b"".join(answer).decode()
    return list(csv.reader(io.StringIO(content)))


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
class TestExport:
    def test_has_all_pages_of_what_matches_in_the_lists_order(self, client, owner, monkeypatch):
        monkeypatch.setattr("apps.core.lists.export.CHUNK_ROWS", 7)
        fill(owner, 60)
        make("other", owner=owner)
        rows = export(client, "q=token&sort=-name&size=25")
        assert rows[0] == ["Name", "username", "Scope", "Expires", "State", "Tags"]
        assert [row[0] for row in rows[1:]] == [f"token {number:03}" for number in range(59, -1, -1)]

    def test_has_plain_values(self, client, owner):
        make('quote " comma , line\nend', owner=owner, scope="read", expires_at=MOMENT)
        [_, row] = export(client)
        assert row[:4] == ['quote " comma , line\nend', "Zoë Owner", "Read", "2026-03-01T12:00:00+00:00"]

    @pytest.mark.parametrize(
        "name", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "－1+1", "-"]
    )
    def test_no_cell_is_a_formula_when_a_spreadsheet_opens_it(self, client, owner, name):
        make(name, owner=owner)
        [_, row] = export(client, "columns=name,state,tags")
        assert row[0] == row[4] == f"'{name}"
        assert row[5] == f"'{name}=x"

    @pytest.mark.parametrize("name", ["-12", "+1.5", "-1e5"])
    def test_numbers_stay_numbers(self, client, owner, name):
        make(name, owner=owner)
        assert export(client)[1][0] == name

    def test_speaks_the_readers_language(self, client, owner, reader):
        User.objects.filter(pk=reader.pk).update(language="es")
        make("one", owner=owner)
        assert export(client)[0][1] == "nombre de usuario"


# --- Bulk actions ---


def chosen(client: Client, query: str = "", **form: Any) -> list[str]:
    answer = client.post(f"/list/delete/?{query}", form)
    assert answer.status_code == 200
    return [name for name in answer.content.decode().split(",") if name]


def test_a_bulk_action_gets_the_rows_that_were_chosen(client, owner):
    tokens = [make(name, owner=owner) for name in "abc"]
    assert chosen(client, ids=f"{tokens[0].pk},{tokens[2].pk}") == ["a", "c"]
    assert chosen(client, ids=[str(tokens[1].pk), str(tokens[2].pk)]) == ["b", "c"]
    assert chosen(client, ids="") == []
    assert chosen(client) == []


def test_all_means_all_that_the_filters_leave(client, owner):
    for name, scope in (("a", "read"), ("b", "write"), ("c", "read")):
        make(name, owner=owner, scope=scope)
    assert chosen(client, "scope=read", all="1") == ["a", "c"]
    assert chosen(client, "q=b", all="1") == ["b"]
    assert chosen(client, all="1") == ["a", "b", "c"]


def test_a_bulk_action_never_leaves_the_rows_of_its_list(client, owner):
    make("mine", owner=owner)
    foreign = make("foreign", owner=UserFactory.create(username="somebody-else"))
    assert chosen(client, ids=str(foreign.pk)) == []
    assert chosen(client, all="1", ids=str(foreign.pk)) == ["mine"]
    filtered = make("filtered away", owner=owner, scope="read")
    assert chosen(client, "scope=write", ids=str(filtered.pk)) == []


@pytest.mark.parametrize("ids", ["x", "' OR 1=1", "\x00", "1" * 5000, "," * 5000, "None", "{}", "%s"])
def test_ids_that_are_none_choose_nothing(client, owner, ids):
    make("mine", owner=owner)
    assert chosen(client, ids=ids) == []


def test_each_row_can_be_chosen_by_a_box_that_says_what_it_chooses(client, owner):
    token = make('<b>"bold"</b>', owner=owner)
    html = get(client)
    assert f'value="{token.pk}"' in html
    assert 'aria-label="Choose &lt;b&gt;&quot;bold&quot;&lt;/b&gt;"' in html


# --- Saved views ---


def token_of(html: str) -> str:
    found = re.search(r'name="scope" value="([^"]+)"', html)
    assert found is not None
    return unescape(found[1])


@pytest.fixture
def sharer(settings, owner) -> Client:
    client = Client(headers={"host": settings.STUDIO.url.partition("//")[2]})
    client.force_login(UserFactory.create(username="sharing-1"))
    make("one", owner=owner)
    return client


def save(client: Client, name: str, query: str = "sort=-name", *, scope: str | None = None, **form: str) -> Any:
    scope = token_of(get(client)) if scope is None else scope
    return client.post("/views/save/", {"scope": scope, "name": name, "query": query, "next": "/list/", **form})


def test_a_view_is_saved_opened_replaced_and_deleted(client, owner):
    make("one", owner=owner)
    answer = save(client, "Mine", "sort=-name&q=o")
    assert (answer.status_code, answer["Location"]) == (302, "/list/?sort=-name&q=o")
    html = get(client)
    assert 'href="/list/?sort=-name&amp;q=o"' in html
    assert save(client, "Mine", "sort=name").status_code == 302
    view = SavedView.objects.get()
    assert view.query == "sort=name"
    assert client.post(f"/views/{view.pk}/delete/", {"next": "/list/"}).status_code == 302
    assert not SavedView.objects.exists()


def test_a_shared_view_is_seen_by_others_in_the_same_place_who_cannot_delete_it(client, sharer):
    save(sharer, "Ours", is_shared="1")
    view = SavedView.objects.get()
    assert view.is_shared
    assert "Ours" in get(client)
    assert client.post(f"/views/{view.pk}/delete/", {"next": "/list/"}).status_code == 404
    SavedView.objects.update(scope="elsewhere")
    assert "Ours" not in get(client)


def test_a_view_that_is_not_shared_is_ones_own(client, sharer):
    save(sharer, "Only mine")
    assert "Only mine" not in get(client)


def test_only_who_may_share_shares(client, owner):
    make("one", owner=owner)
    save(client, "Sneaky", is_shared="1")
    assert not SavedView.objects.get().is_shared


def test_the_proof_of_having_seen_a_list_cannot_be_forged_or_lent(client, sharer):
    theirs = token_of(get(sharer))
    assert save(client, "Lent", scope=theirs).status_code == 403
    for forged in ("", "x", theirs[:-1], theirs + "x", "\x00"):
        assert save(client, "Forged", scope=forged).status_code == 400
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "query"), [("", ""), (" ", ""), ("x" * 61, ""), ("a\x00b", ""), ("a", "\x00"), ("a", "q" * 2001)]
)
def test_a_view_that_cannot_be_kept_says_why(client, owner, name, query):
    make("one", owner=owner)
    answer = save(client, name, query)
    assert answer.status_code == 400
    assert not SavedView.objects.exists()


def test_a_person_keeps_at_most_a_hundred_views_of_a_list(client, reader, owner):
    make("one", owner=owner)
    scope = token_of(get(client))
    SavedView.objects.bulk_create(
        SavedView(owner=reader, list_key="test-tokens", scope="here", name=f"view {number}") for number in range(100)
    )
    assert save(client, "one more", scope=scope).status_code == 400
    assert save(client, "view 7", "q=replaced", scope=scope).status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "http://[evil", "\x00", ""]
)
def test_saving_never_leads_to_another_site(client, owner, elsewhere):
    make("one", owner=owner)
    answer = save(client, "Mine", "q=o", next=elsewhere)
    assert answer["Location"] == "/?q=o"


def test_what_people_call_things_is_shown_as_text(client, owner):
    make("<script>xss()</script>", owner=owner)
    save(client, "<script>xss()</script>", '"><script>xss()</script>')
    html = get(client, '/list/?q="><script>xss()</script>&columns="><script>')
    assert "<script>xss" not in html + get(client)

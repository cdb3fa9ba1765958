"""News under the bell."""

import json

import pytest
from django.db import transaction
from django.utils import translation
from django.utils.functional import lazy

from apps.activity.errors import LeavesTheSite
from apps.activity.events import user_topic
from apps.activity.models import Notification
from apps.activity.services import unread_count
from apps.core import hooks
from apps.core.models import Event
from tests.accounts.factories import UserFactory
from tests.activity.factories import NotificationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return UserFactory.create(full_name="Ada")


@pytest.fixture
def adas(ada, browser_of):
    return browser_of(ada)


def news_of(user) -> list[tuple[str, dict]]:
    return list(Event.objects.filter(topic=user_topic(user.pk)).order_by("seq").values_list("type", "data"))


def test_a_notice_reaches_the_bell_and_open_pages(ada):
    NotificationFactory.create(user=ada)
    hooks.notify(
        ada, "Your job ended", body="after 3 min", url="/workspaces/acme/", level="success", kind="run.completed"
    )
    row = Notification.objects.latest("created_at")
    assert (row.title, row.body, row.url, row.level, row.kind) == (
        "Your job ended",
        "after 3 min",
        "/workspaces/acme/",
        "success",
        "run.completed",
    )
    assert unread_count(ada) == 2
    told = {"unread": 2, "title": "Your job ended", "url": "/workspaces/acme/", "level": "success"}
    assert news_of(ada) == [("notification", told)]


def test_a_notice_of_something_taken_back_is_not_given(ada):
    with transaction.atomic():
        hooks.notify(ada, "Your job ended")
        transaction.set_rollback(True)
    assert unread_count(ada) == 0
    assert news_of(ada) == []


def test_a_notice_is_written_in_the_language_of_its_reader():
    in_some_language = lazy(lambda: f"written in {translation.get_language()}", str)
    hooks.notify(UserFactory.create(language="es"), in_some_language())
    assert Notification.objects.get().title == "written in es"


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "/a\r\nb", "relative"],
)
def test_a_notice_never_leads_away_from_the_site(ada, url):
    with pytest.raises(LeavesTheSite):
        hooks.notify(ada, "Look", url=url)


def test_a_long_title_is_cut_where_the_row_ends(ada):
    hooks.notify(ada, "x" * 500)
    title = Notification.objects.get().title
    assert len(title) == 200
    assert title.endswith("…")


def test_the_bell_shows_the_ten_newest_and_they_are_read_once_shown(ada, adas):
    rows = NotificationFactory.create_batch(12, user=ada)
    html = adas.get("/notifications/latest/").content.decode()
    shown = [row for row in rows if f'value="{row.pk}"' in html]
    assert shown == rows[2:]
    assert unread_count(ada) == 12, "only asking must not mark anything"
    answer = adas.post("/notifications/latest/", {"id": [str(row.pk) for row in shown]})
    assert json.loads(answer["HX-Trigger"]) == {"studio:notifications.read": {"unread": 2}}
    assert unread_count(ada) == 2
    assert news_of(ada) == [("notifications.read", {"unread": 2})]


def test_opening_a_notification_reads_it_and_leads_on(ada, adas):
    row = NotificationFactory.create(user=ada, url="/workspaces/acme/")
    assert adas.get(f"/notifications/{row.pk}/")["Location"] == "/workspaces/acme/"
    assert unread_count(ada) == 0
    without_page = NotificationFactory.create(user=ada)
    assert adas.get(f"/notifications/{without_page.pk}/")["Location"] == "/notifications/"


def test_chosen_notifications_are_marked_and_the_list_stays_as_it_was(ada, adas):
    first, second = NotificationFactory.create_batch(2, user=ada)
    answer = adas.post("/notifications/read/?level=info", {"ids": str(first.pk)})
    assert answer["Location"] == "/notifications/?level=info"
    assert list(Notification.objects.unread()) == [second]


def test_all_that_match_are_marked(ada, adas):
    NotificationFactory.create_batch(2, user=ada, level="warning")
    kept = NotificationFactory.create(user=ada)
    adas.post("/notifications/read/?level=warning", {"all": "1"})
    assert list(Notification.objects.unread()) == [kept]


def test_all_are_marked_at_once(ada, adas):
    NotificationFactory.create_batch(3, user=ada)
    adas.post("/notifications/read-all/")
    assert unread_count(ada) == 0


def test_the_list_can_show_what_is_unread(ada, adas):
    NotificationFactory.create(user=ada, title="fresh news")
    row = NotificationFactory.create(user=ada, title="old news")
    Notification.objects.filter(pk=row.pk).update(read_at=row.created_at)
    for query, expected in (
        ("", {"fresh news", "old news"}),
        ("?unread=true", {"fresh news"}),
        ("?unread=false", {"old news"}),
    ):
        html = adas.get(f"/notifications/{query}").content.decode()
        assert {title for title in ("fresh news", "old news") if title in html} == expected, query
        rows = adas.get(f"/api/v1/notifications/{query}").json()["results"]
        assert {row["title"] for row in rows} == expected, query


def test_nobody_sees_or_marks_the_news_of_others(adas):
    others = NotificationFactory.create(title="for somebody else")
    for address in ("/notifications/", "/notifications/latest/", "/api/v1/notifications/"):
        assert "for somebody else" not in adas.get(address).content.decode()
    assert adas.get(f"/notifications/{others.pk}/").status_code == 404
    adas.post("/notifications/latest/", {"id": str(others.pk)})
    adas.post("/notifications/read/", {"ids": str(others.pk)})
    adas.post("/notifications/read/", {"all": "1"})
    adas.post("/notifications/read-all/")
    adas.post("/api/v1/notifications/read/", {"ids": [str(others.pk)]}, content_type="application/json")
    assert list(Notification.objects.unread()) == [others]


def test_the_api_marks_some_or_all(ada, adas):
    first, _second, _third = NotificationFactory.create_batch(3, user=ada)
    some = adas.post("/api/v1/notifications/read/", {"ids": [str(first.pk)]}, content_type="application/json")
    assert (some.status_code, some.json()) == (200, {"unread": 2})
    assert adas.post("/api/v1/notifications/read/", {"ids": []}, content_type="application/json").json() == {
        "unread": 2
    }
    assert adas.post("/api/v1/notifications/read/", {}, content_type="application/json").json() == {"unread": 0}
    wrong = adas.post("/api/v1/notifications/read/", {"ids": ["x"]}, content_type="application/json")
    assert wrong.status_code == 400


def test_garbage_in_the_bells_form_is_passed_over(adas):
    assert adas.post("/notifications/latest/", {"id": ["x", ""]}).status_code == 204


def test_hostile_titles_are_shown_as_they_are_written(ada, adas):
    NotificationFactory.create(user=ada, title="<script>alert(1)</script>", body="<img src=x>", url="/x")
    for address in ("/notifications/", "/notifications/latest/"):
        html = adas.get(address).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x>" not in html
        assert "&lt;script&gt;" in html

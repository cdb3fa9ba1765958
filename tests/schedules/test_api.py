"""Schedules through the API."""

import pytest

from apps.schedules import services
from apps.schedules.models import Schedule
from apps.workspaces.roles import Role
from tests.schedules.factories import NOON, ScheduleFactory, cron
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def api(workspace, api_of):
    return api_of(member(workspace, Role.DATA_SCIENTIST))


def at(workspace, rest: str = "") -> str:
    return f"/api/v1/workspaces/{workspace.name}/schedules/{rest}"


def body(**more):
    return {"name": "hourly", "trigger": cron("0 * * * *"), "starts": {"kind": "bell", "source": "ding"}, **more}


def test_from_making_to_deleting(bell, workspace, api, run_tasks):
    made = api.post(at(workspace), body(tags={"team": "risk"}, overlap="skip"), format="json")
    assert made.status_code == 201, made.content
    assert made.json()["when"] == "every hour, on the hour, UTC"
    assert (made.json()["state"], made.json()["overlap"], made.json()["missed"]) == ("Active", "skip", "once")
    assert made.json()["next_at"] is not None
    one = at(workspace, "hourly/")
    changed = api.patch(one, {"trigger": cron("30 * * * *"), "missed": "all", "catch_up": 3}, format="json").json()
    assert (changed["trigger"]["expression"], changed["catch_up"]) == ("30 * * * *", 3)
    assert api.post(f"{one}disable/").json()["next_at"] is None
    assert api.post(f"{one}enable/").json()["state"] == "Active"
    assert api.post(f"{one}run/").status_code == 202
    run_tasks()
    (tick,) = api.get(f"{one}history/").json()["results"]
    assert (tick["state"], tick["is_manual"], tick["started_label"]) == ("Started", True, "Ding 1")
    assert [row["name"] for row in api.get(at(workspace), {"state": "Active"}).json()["results"]] == ["hourly"]
    assert api.get(at(workspace), {"trigger": "data"}).json()["results"] == []
    assert api.delete(one).status_code == 204
    assert not Schedule.objects.exists()


def test_what_cannot_be_made_says_why_at_its_field(bell, workspace, api):
    ScheduleFactory(workspace=workspace, name="Hourly")

    def errors(**changes):
        answer = api.post(at(workspace), body(**changes), format="json")
        assert answer.status_code in {400, 409}, answer.content
        return set(answer.json()["errors"])

    assert errors() == {"name"}
    assert errors(name="a b/c") == {"name"}
    assert errors(trigger=cron("61 * * * *")) == {"trigger.expression"}
    assert errors(starts={"kind": "bell", "source": "clang"}) == {"starts"}
    assert errors(starts={"kind": "gong", "source": "ding"}) == {"subject"}
    assert errors(catch_up=0, name="x") == {"catch_up"}
    assert errors(trigger={"type": "data", "watch": "moon", "path": "x"}) == {"trigger.watch"}
    assert errors(trigger=cron(time_zone="Mars")) == {"trigger.time_zone"}
    assert Schedule.objects.count() == 1


def test_a_preview_makes_nothing(workspace, api):
    url = f"/api/v1/workspaces/{workspace.name}/schedule-triggers/preview/"
    answer = api.post(url, {"trigger": cron("30 7 * * 1-5", "Europe/Berlin")}, format="json").json()
    assert answer["when"] == "every weekday at 07:30, Europe/Berlin"
    assert len(answer["next"]) == 5
    assert not Schedule.objects.exists()


def test_who_changes_when_it_starts_is_in_whose_name_it_does(bell, workspace, api_of):
    schedule = ScheduleFactory(workspace=workspace)
    other = member(workspace, Role.CONTRIBUTOR)
    api_of(other).patch(at(workspace, f"{schedule.name}/"), {"description": "Rings."}, format="json")
    schedule.refresh_from_db()
    assert schedule.owner != other
    api_of(other).patch(at(workspace, f"{schedule.name}/"), {"trigger": cron("1 * * * *")}, format="json")
    schedule.refresh_from_db()
    assert schedule.owner == other


def test_a_schedule_that_is_over_goes_on_with_a_later_end(bell, workspace, api):
    schedule = ScheduleFactory(workspace=workspace, trigger=cron(end_time="2026-07-01T12:00:00Z"))
    services.claim_due(NOON)
    one = at(workspace, f"{schedule.name}/")
    assert api.get(one).json()["state"] == "Ended"
    assert api.post(f"{one}enable/").json()["code"] == "schedule_over"
    assert api.patch(one, {"trigger": cron()}, format="json").json()["state"] == "Active"

"""The pages of schedules."""

import pytest
from django.utils import timezone

from apps.experiments.models import Run
from apps.schedules import services
from apps.schedules.models import Schedule
from apps.schedules.states import ScheduleState, TickState
from apps.workspaces.roles import Role
from tests.experiments.factories import RunFactory
from tests.schedules.factories import NOON, ScheduleFactory, cron
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def browser(workspace, browser_of):
    return browser_of(member(workspace, Role.DATA_SCIENTIST, time_zone="America/New_York"))


def at(workspace, rest: str = "") -> str:
    return f"/workspaces/{workspace.name}/jobs/schedules/{rest}"


def form(**more):
    return {
        "name": "hourly", "starts": "bell:ding", "trigger_type": "cron", "expression": "30 7 * * 1-5",
        "time_zone": "Europe/Berlin", "missed": "once", "overlap": "start", **more,
    }  # fmt: skip


def test_the_list_says_when_what_and_how_it_went(bell, workspace, browser, run_tasks):
    ScheduleFactory(workspace=workspace, name="nightly", display_name="Nightly", trigger=cron("0 12 * * *"))
    ScheduleFactory(
        workspace=workspace, name="broken", trigger={"type": "cron"}, state=ScheduleState.PAUSED, next_at=None
    )
    services.claim_due(NOON)
    run_tasks()
    page = browser.get(at(workspace)).content.decode()
    for text in (
        "Nightly",
        "every day at 12:00, UTC",
        "Ding",
        "Started",
        "cannot be read",
        "All runs",
        "All schedules",
    ):
        assert text in page, text
    assert "broken" not in browser.get(at(workspace), {"state": "Active"}).content.decode()
    jobs = browser.get(f"/workspaces/{workspace.name}/jobs/runs/").content.decode()
    assert at(workspace) in jobs


def test_making_one_from_a_form(bell, workspace, browser):
    page = browser.get(at(workspace, "new/"), {"starts": "bell:ding"}).content.decode()
    assert 'value="ding"' in page
    assert '<option value="bell:ding" selected>' in page
    answer = browser.post(at(workspace, "new/"), form())
    assert answer.status_code == 302, answer.content.decode()
    schedule = Schedule.objects.get()
    assert (schedule.trigger["expression"], schedule.subject_label, schedule.state) == (
        "30 7 * * 1-5",
        "Ding",
        "Active",
    )
    page = browser.get(answer["Location"]).content.decode()
    for text in (
        "Every weekday at 07:30, Europe/Berlin",
        "Your clock",
        "CE",
        "None of its times has come yet",
        "Run once for all",
    ):
        assert text in page, text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expression": "61 * * * *"}, "the minute, from 0 to 59"),
        ({"expression": ""}, "This field is required"),
        ({"time_zone": "Mars"}, "There is no time zone “Mars”"),
        ({"starts": ""}, "This field is required"),
        ({"starts": "bell:clang"}, "Select a valid choice"),
        ({"name": "a b/c"}, "Use letters, digits"),
        ({"name": "TAKEN"}, "There is a schedule “TAKEN” already"),
        ({"end_time": "2020-01-01T00:00"}, "No time of this schedule is still to come"),
        ({"trigger_type": "recurrence", "frequency": "day", "interval": "1", "hours": "8, x"}, "Write whole numbers"),
        ({"trigger_type": "data", "watch": "door", "path": "", "polling_interval": "5"}, "This field is required"),
    ],
)
def test_what_is_wrong_stands_at_its_field(bell, workspace, browser, changes, words):
    ScheduleFactory(workspace=workspace, name="taken")
    answer = browser.post(at(workspace, "new/"), form(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()


def test_the_preview_follows_what_is_typed(bell, workspace, browser):
    page = browser.get(at(workspace, "preview/"), form()).content.decode()
    assert "Every weekday at 07:30, Europe/Berlin" in page
    assert page.count("07:30 CE") == 5
    assert "This has 4" in browser.get(at(workspace, "preview/"), form(expression="* * * *")).content.decode()
    data = {"trigger_type": "data", "watch": "door", "path": "front", "polling_interval": "5", "time_zone": "UTC"}
    assert "The first look only notes" in browser.get(at(workspace, "preview/"), data).content.decode()
    assert browser.get(at(workspace, "preview/"), {"trigger_type": "\x00"}).status_code == 200


def test_changing_one(bell, workspace, browser):
    schedule = ScheduleFactory(workspace=workspace, trigger=cron("0 12 * * *", start_time="2026-01-01T08:00:00+00:00"))
    url = at(workspace, f"one/{schedule.name}/edit/")
    page = browser.get(url).content.decode()
    assert "As it is: Ding" in page
    assert 'value="2026-01-01T08:00"' in page
    weekly = {
        "starts": "as-it-is", "trigger_type": "recurrence", "frequency": "week", "interval": "2", "week_days": ["monday"],
        "hours": "8, 17", "minutes": "30", "month_days": "1", "missed": "all", "catch_up": "3", "description": "# Hello",
    }  # fmt: skip
    assert browser.post(url, form(**weekly)).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.trigger["week_days"], schedule.trigger["hours"], schedule.trigger["month_days"]) == (
        ["monday"],
        [8, 17],
        [],
    )
    assert (schedule.missed, schedule.catch_up, schedule.subject_label) == ("all", 3, "Ding")


def test_pausing_resuming_running_and_deleting(bell, workspace, browser, run_tasks):
    schedule = ScheduleFactory(workspace=workspace, next_at=timezone.now())
    one = at(workspace, f"one/{schedule.name}/")
    assert "is paused" in browser.post(f"{one}pause/", follow=True).content.decode()
    assert "is active" in browser.post(f"{one}resume/", follow=True).content.decode()
    browser.post(f"{one}run/")
    bell.refusal = "The clapper <b>is gone</b>."
    run_tasks()
    page = browser.get(f"{one}history/").content.decode()
    assert "The clapper &lt;b&gt;is gone&lt;/b&gt;." in page
    assert schedule.ticks.get().state == TickState.FAILED
    assert "was deleted" in browser.post(f"{one}delete/", follow=True).content.decode()
    assert browser.get(one).status_code == 404


def test_several_at_once(bell, workspace, browser):
    rows = [ScheduleFactory(workspace=workspace) for _number in range(3)]
    ids = [str(row.pk) for row in rows[:2]]
    browser.post(at(workspace, "pause/"), {"ids": ids})
    assert Schedule.objects.filter(state=ScheduleState.PAUSED).count() == 2
    page = browser.post(at(workspace, "delete/"), {"ids": ids}, follow=True).content.decode()
    assert "2 schedules were deleted" in page


def test_a_run_can_be_scheduled_from_its_page(workspace, browser):
    config = {"version": 1, "command": "true", "environment": None, "compute": "local"}
    run: Run = RunFactory.create(workspace=workspace, config=config, completed=True, display_name="Nightly training")
    url = f"{at(workspace, 'new/')}?starts=job:{run.pk}"
    assert url in browser.get(run.get_absolute_url()).content.decode()
    page = browser.get(url).content.decode()
    assert f'<option value="job:{run.pk}" selected>' in page
    assert 'value="nightly-training' in page
    made = browser.post(at(workspace, "new/"), form(starts=f"job:{run.pk}"), follow=True).content.decode()
    assert run.name in made


def test_a_reader_sees_and_changes_nothing(bell, workspace, browser_of):
    schedule = ScheduleFactory(workspace=workspace)
    reader = browser_of(member(workspace, Role.READER))
    page = reader.get(at(workspace, f"one/{schedule.name}/")).content.decode()
    assert "Run now" not in page
    assert "New schedule" not in reader.get(at(workspace)).content.decode()
    assert reader.get(at(workspace, "new/")).status_code == 403

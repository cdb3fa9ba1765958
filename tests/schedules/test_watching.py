"""Data that changes: one tick for each change that a look finds, whoever looks."""

from datetime import timedelta

import pytest

from apps.activity.models import Notification
from apps.core.errors import InvalidInput, NotFound
from apps.core.storage import get_store
from apps.data.models import Dataset, DatasetVersion
from apps.data.services import ensure_default_datastore, prepare_workspace
from apps.data.stores import prefix_of
from apps.data.watching import DatasetWatcher, DatastoreWatcher
from apps.schedules import services
from apps.schedules.filling import filled
from apps.schedules.models import Schedule
from apps.schedules.states import ScheduleState
from tests.data.factories import DatasetFactory
from tests.schedules.factories import NOON, Door, ScheduleFactory
from tests.workspaces.factories import WorkspaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.service]

LOOK = timedelta(minutes=5)
WATCH = {"type": "data", "watch": "door", "path": "front", "start_time": "2026-07-01T12:00:00Z"}


@pytest.fixture
def schedule(bell) -> Schedule:
    return ScheduleFactory(trigger=WATCH)


def look(schedule: Schedule, run_tasks, number: int) -> Schedule:
    services.claim_due(NOON + number * LOOK)
    run_tasks()
    schedule.refresh_from_db()
    return schedule


def test_the_first_look_only_notes_and_each_change_starts_once(bell, schedule, run_tasks):
    for number, seen in enumerate([1, 1, 2, 2, 3]):
        Door.seen = seen
        look(schedule, run_tasks, number)
    assert [moment for _name, moment in bell.rung] == [NOON + 2 * LOOK, NOON + 4 * LOOK]
    tick = schedule.ticks.latest("at")
    assert (tick.reason, tick.context["path"]) == ("1 change: opened 3", "door/3")
    assert filled("from ${{creation_context.changed_path}} at ${{ creation_context.trigger_time }}", tick) == (
        "from door/3 at 2026-07-01T12:20:00+00:00"
    )


def test_two_looks_at_once_are_one_change(bell, schedule, run_tasks):
    look(schedule, run_tasks, 0)
    Door.seen = 2
    services.look_at_data(schedule.pk, NOON + LOOK)
    services.look_at_data(schedule.pk, NOON + LOOK)
    Door.seen = 1
    Schedule.objects.filter(pk=schedule.pk).update(seen=2)
    services.look_at_data(schedule.pk, NOON + LOOK)  # a task that is run again
    run_tasks()
    assert len(bell.rung) == 1


def test_data_that_is_away_is_told_once_and_not_taken_for_a_change(bell, schedule, run_tasks):
    look(schedule, run_tasks, 0)
    Door.problem = "The door is gone."
    for number in (1, 2):
        look(schedule, run_tasks, number)
    assert (schedule.problem, schedule.state) == ("The door is gone.", ScheduleState.ACTIVE)
    assert Notification.objects.get(user=schedule.owner).body == "The door is gone."
    Door.problem = ""
    assert look(schedule, run_tasks, 3).problem == ""
    assert bell.rung == []


def test_looking_stops_with_the_owners_rights(bell, schedule, run_tasks):
    schedule.owner.memberships.all().delete()
    assert look(schedule, run_tasks, 0).state == ScheduleState.STOPPED
    assert "left the workspace" in schedule.state_reason


def test_resuming_begins_with_how_the_data_is_then(bell, schedule, run_tasks):
    look(schedule, run_tasks, 0)
    services.pause_schedule(actor=schedule.owner, schedule=schedule)
    Door.seen = 9
    services.resume_schedule(actor=schedule.owner, schedule=schedule, now=NOON + LOOK)
    look(schedule, run_tasks, 2)
    assert bell.rung == []


def test_files_of_a_folder_new_and_changed_but_not_those_below():
    workspace = WorkspaceFactory.create()
    prepare_workspace(workspace)
    watcher, place = DatastoreWatcher(), "azureml://datastores/workspaceblobstore/paths/incoming"
    assert watcher.check(workspace, f"{place}/") == place
    first = watcher.look(workspace, place, None)
    assert first.seen == {}
    root = prefix_of(workspace.pk)
    get_store().write(f"{root}/incoming/a.csv", [b"1"])
    get_store().write(f"{root}/incoming/deep/b.csv", [b"1"])
    get_store().write(f"{root}/other.csv", [b"1"])
    second = watcher.look(workspace, place, first.seen)
    assert (second.changes, second.path) == (["a.csv"], f"{place}/a.csv")
    assert watcher.look(workspace, place, second.seen).changes == []
    get_store().write(f"{root}/incoming/a.csv", [b"22"])
    assert watcher.look(workspace, place, second.seen).changes == ["a.csv"]
    get_store().delete(f"{root}/incoming/a.csv")
    gone = watcher.look(workspace, place, second.seen)
    assert (gone.seen, gone.changes) == ({}, [])


@pytest.mark.parametrize("path", ["incoming", "azureml://datastores/workspaceblobstore/paths/../x", "s3://bucket"])
def test_what_is_no_folder_of_a_datastore(path):
    workspace = WorkspaceFactory.create()
    prepare_workspace(workspace)
    with pytest.raises(InvalidInput):
        DatastoreWatcher().check(workspace, path)
    with pytest.raises(NotFound):
        DatastoreWatcher().check(workspace, "azureml://datastores/nowhere/paths/x")


def test_new_versions_of_a_dataset():
    dataset: Dataset = DatasetFactory.create(name="iris")
    watcher, workspace = DatasetWatcher(), dataset.workspace
    assert watcher.check(workspace, "Iris@latest") == "azureml:iris"
    first = watcher.look(workspace, "azureml:iris", None)
    assert watcher.look(workspace, "azureml:iris", first.seen).changes == []
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=2,
        datastore=ensure_default_datastore(workspace),
        folder="uploads/2",
        sha256="c" * 64,
        file_count=1,
        size=3,
    )
    second = watcher.look(workspace, "azureml:iris", first.seen)
    assert (second.changes, second.path) == ([version.reference], f"azureml:{version.reference}")
    with pytest.raises(NotFound):
        watcher.check(workspace, "roses")

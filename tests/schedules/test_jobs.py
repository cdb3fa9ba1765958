"""Jobs as what schedules start: runs again, job files, with their code, from Azure ML's own schedule files."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.errors import InvalidInput, NotFound
from apps.experiments.jobs.yaml_text import read_yaml
from apps.experiments.models import Run, RunKind, ScheduledCode, Snapshot
from apps.experiments.scheduling.file import read_schedule_file
from apps.experiments.services import free_snapshots, store_snapshot
from apps.experiments.services.config import CommandJob
from apps.experiments.services.submit import submit_command
from apps.schedules import services
from apps.schedules.hooks import Changes
from apps.schedules.models import Schedule
from apps.schedules.services import NewSchedule
from apps.schedules.states import TickState
from apps.workspaces.roles import Role
from tests.experiments.factories import RunFactory
from tests.schedules.factories import NOON, cron
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]

JOB = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: python train.py --at ${{inputs.at}} --rate ${{inputs.rate}}
code: ./src
inputs:
  at: never
  rate: 0.1
experiment_name: nightly
compute: azureml:cpu-cluster
"""
HEAD = "name: a\ntrigger: {{type: cron, expression: {} * * * *}}\n"
SCHEDULE = """\
$schema: https://azuremlschemas.azureedge.net/latest/schedule.schema.json
name: simple_recurrence_job_schedule
display_name: Simple recurrence job schedule
description: a simple hourly recurrence job schedule

trigger:
  type: recurrence
  frequency: day #can be minute, hour, day, week, month
  interval: 1 #every day
  schedule:
    hours: [4,5,10,11,12]
    minutes: [0,10,20,30]
  start_time: "2022-07-10T10:00:00" # optional - default will be schedule creation time
  time_zone: "Pacific Standard Time" # optional - default will be UTC

create_job:
  type: command
  job: ./job.yml
  inputs:
    at: ${{creation_context.trigger_time}}
  tags:
    made: by a schedule
"""


def code(workspace) -> Snapshot:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("train.py", "print(1)")
    return store_snapshot(workspace, packed)


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def person(workspace):
    return member(workspace, Role.DATA_SCIENTIST)


@pytest.fixture
def run(workspace, person) -> Run:
    job = CommandJob(
        command="python train.py --rate ${{inputs.rate}}",
        inputs={"rate": {"type": "number", "value": 0.1}},
        display_name="Training",
        tags={"team": "risk"},
    )
    return submit_command(
        actor=person, workspace=workspace, job=job, snapshot=code(workspace), experiment_name="nightly"
    )


def scheduled(person, workspace, source: str, changes: Changes | None = None) -> Schedule:
    taken = services.take(workspace, person, "job", source, changes)
    new = NewSchedule(name="nightly", taken=taken, trigger=cron("0 12 * * *"))
    return services.create_schedule(actor=person, workspace=workspace, new=new)


def tick(schedule: Schedule, run_tasks) -> Run:
    """Let a time come, and return the run that it started."""
    Schedule.objects.filter(pk=schedule.pk).update(next_at=NOON)
    services.claim_due(NOON)
    run_tasks()
    last = schedule.ticks.latest("at")
    assert last.state == TickState.STARTED, last.reason
    assert last.started_id is not None
    return Run.objects.get(pk=last.started_id)


def test_a_run_is_submitted_again_as_it_was_with_what_was_changed(workspace, person, run, run_tasks):
    schedule = scheduled(person, workspace, run.name, Changes({"rate": 0.5}, {"by": "schedule"}))
    again = tick(schedule, run_tasks)
    assert again.config["inputs"]["rate"]["value"] == 0.5
    assert (again.config["command"], again.snapshot, again.experiment) == (
        run.config["command"],
        run.snapshot,
        run.experiment,
    )
    assert {found.name: found.value for found in again.tags.all()} == {"team": "risk", "by": "schedule"}
    assert (again.submitted_by, again.properties["ScheduleName"]) == (person, "nightly")
    subject = services.subject_of("job")
    assert subject.is_running(workspace, again.pk)
    facts = {fact.name: fact for fact in subject.describe(schedule).facts}
    assert facts["As in the run"].url == run.get_absolute_url()
    assert "1 file" in facts["Code"].value


def test_the_code_of_a_schedule_outlives_its_run(workspace, person, run, run_tasks):
    schedule = scheduled(person, workspace, str(run.pk))
    Run.objects.all().delete()
    Snapshot.objects.update(updated_at=timezone.now() - timedelta(days=1))
    free_snapshots()
    again = tick(schedule, run_tasks)
    assert again.snapshot is not None
    services.delete_schedule(actor=person, schedule=schedule)
    Run.objects.all().delete()
    assert (free_snapshots(), ScheduledCode.objects.count()) == (1, 0)


def test_what_can_no_longer_be_submitted_says_so_in_the_history(workspace, person, run, run_tasks):
    schedule = scheduled(person, workspace, run.name)
    schedule.subject["job"]["compute"] = "gone-cluster"
    Schedule.objects.filter(pk=schedule.pk).update(subject=schedule.subject, next_at=NOON)
    services.claim_due(NOON)
    run_tasks()
    last = schedule.ticks.get()
    assert (last.state, "gone-cluster" in last.reason) == (TickState.FAILED, True)
    assert Run.objects.count() == 1


def test_what_no_job_is(workspace, person, run):
    with pytest.raises(NotFound, match="There is no job “nobody”"):
        scheduled(person, workspace, "nobody")
    with pytest.raises(InvalidInput) as refused:
        scheduled(person, workspace, run.name, Changes({"pace": 1}))
    assert "rate" in refused.value.errors["inputs.pace"][0]
    other = RunFactory.create(workspace=workspace, kind=RunKind.INTERACTIVE)
    with pytest.raises(Exception, match="started from outside"):
        scheduled(person, workspace, str(other.pk))
    with pytest.raises(NotFound):
        scheduled(member(WorkspaceFactory.create(), Role.OWNER), WorkspaceFactory.create(), run.name)


def test_a_schedule_file_of_azure_ml_is_taken_unchanged(workspace, person, api_of, run_tasks):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("train.py", "print(1)")
    packed.seek(0)
    packed.name = "code.zip"
    api, base = api_of(person), f"/api/v1/workspaces/{workspace.name}/"
    checked = api.post(f"{base}schedule-files/check/", {"schedule": SCHEDULE}, format="json").json()
    assert (checked["path"], checked["reference"]) == ("./job.yml", "")
    assert checked["set"] == ['inputs.at="${{creation_context.trigger_time}}"', 'tags.made="by a schedule"']
    form = {"schedule": SCHEDULE, "job": JOB, "code": packed}
    answer = api.post(f"{base}schedule-files/", form, format="multipart")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["when"].startswith("every day at 04:00, 04:10")
    assert made["when"].endswith("America/Los Angeles")
    assert made["starts"]["label"] == "job.yml"
    schedule = Schedule.objects.get(name="simple_recurrence_job_schedule")
    again = tick(schedule, run_tasks)
    assert again.config["inputs"]["at"]["value"].startswith("2026-07-01T12:00")
    assert again.experiment is not None
    assert (again.experiment.name, again.tags.get().value) == ("nightly", "by a schedule")
    packed.seek(0)
    changed = api.post(f"{base}schedule-files/", {**form, "schedule_set": '["trigger.interval=2"]'}, format="multipart")
    assert (changed.status_code, changed.json()["trigger"]["interval"]) == (200, 2)


def test_a_schedule_file_can_name_a_run_or_hold_the_job(workspace, person, run, api_of):
    base = f"/api/v1/workspaces/{workspace.name}/schedule-files/"
    head = 'name: again\ntrigger: {type: cron, expression: "0 * * * *"}\n'
    answer = api_of(person).post(base, {"schedule": f"{head}create_job: azureml:{run.name}\n"}, format="json")
    assert (answer.status_code, answer.json()["starts"]["source"]) == (201, str(run.pk))
    inline = f"{head}create_job:\n  type: command\n  command: echo hello\n"
    answer = api_of(person).post(base, {"schedule": inline}, format="json")
    assert (answer.status_code, answer.json()["starts"]["label"]) == (200, "again")


def test_a_schedule_is_written_as_the_file_that_makes_it(workspace, person, api_of):
    api, base = api_of(person), f"/api/v1/workspaces/{workspace.name}/"
    own = "missed: skip\noverlap: skip\n"
    assert (
        api.post(f"{base}schedule-files/", {"schedule": own + SCHEDULE, "job": JOB}, format="json").status_code == 201
    )
    schedule = Schedule.objects.get()
    file = api.get(f"{base}schedules/{schedule.name}/yaml/")
    assert file["Content-Type"] == "application/yaml; charset=utf-8"
    written = file.content.decode()
    assert "start_time: '2022-07-10T10:00:00'\n" in written
    again = written.replace(schedule.name, "again")
    assert api.post(f"{base}schedule-files/", {"schedule": again}, format="json").status_code == 201
    twin = Schedule.objects.get(name="again")
    for name in ("trigger", "display_name", "description", "missed", "overlap", "catch_up"):
        assert getattr(twin, name) == getattr(schedule, name), name
    job = read_yaml(JOB, "job").value
    job["inputs"]["at"], job["tags"] = "${{creation_context.trigger_time}}", {"made": "by a schedule"}
    assert read_yaml(twin.subject["file"]["text"], "job").value == job
    assert api.get(f"{base}schedules/again/yaml/").content.decode() == again


def test_a_run_that_is_started_again_is_written_by_its_name(workspace, person, run, api_of):
    schedule = scheduled(person, workspace, run.name, Changes({"rate": 0.5}, {"by": "schedule"}))
    path = f"/api/v1/workspaces/{workspace.name}/"
    written = api_of(person).get(f"{path}schedules/nightly/yaml/").content.decode()
    assert f"job: azureml:{run.name}" in written
    again = written.replace("name: nightly", "name: again")
    assert api_of(person).post(f"{path}schedule-files/", {"schedule": again}, format="json").status_code == 201
    assert Schedule.objects.get(name="again").subject == schedule.subject
    Run.objects.all().delete()
    refused = api_of(person).get(f"{path}schedules/nightly/yaml/")
    assert (refused.status_code, run.name in refused.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("[]", {"schedule"}),
        ("name: [", {"schedule"}),
        ("colour: red", {"colour", "name", "trigger.type", "create_job"}),
        (f"{HEAD.format('61')}create_job: {{settings: {{}}}}", {"trigger.expression", "create_job"}),
        (f"{HEAD.format('0')}create_job: {{job: 'azureml:x', compute: y}}", {"create_job.compute"}),
    ],
)  # fmt: skip
def test_every_fault_of_a_schedule_file_has_its_line(text, fields):
    with pytest.raises(InvalidInput) as refused:
        read_schedule_file(text, timezone.now())
    assert set(refused.value.errors) == fields
    assert "Line" in str(refused.value.errors) or fields == {"schedule"}

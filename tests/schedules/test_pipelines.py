"""Pipelines as what schedules start: runs, published pipelines, endpoints."""

import pytest

from apps.core.errors import InvalidInput, NotFound
from apps.experiments.models import Run
from apps.pipelines.graph.types import Value
from apps.pipelines.services import submit_pipeline
from apps.pipelines.services.publishing import edit_published
from apps.schedules import services
from apps.schedules.hooks import Changes
from apps.schedules.models import Schedule
from apps.schedules.services import NewSchedule
from apps.schedules.states import TickState
from apps.workspaces.roles import Role
from tests.pipelines.factories import endpoint, pipeline, published
from tests.schedules.factories import NOON, cron
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def person(workspace):
    return member(workspace, Role.OWNER)


def ticked(person, workspace, source: object, changes: Changes) -> Schedule:
    """Make a schedule and let its first time come."""
    taken = services.take(workspace, person, "pipeline", str(source), changes)
    new = NewSchedule(name="nightly", taken=taken, trigger=cron("0 12 * * *"))
    schedule = services.create_schedule(actor=person, workspace=workspace, new=new)
    Schedule.objects.filter(pk=schedule.pk).update(next_at=NOON)
    services.claim_due(NOON)
    services.start_tick(schedule.ticks.get().pk)
    return schedule


def started(schedule: Schedule) -> Run:
    tick = schedule.ticks.get()
    assert tick.state == TickState.STARTED, tick.reason
    assert tick.started_id is not None
    return Run.objects.get(pk=tick.started_id)


@pytest.mark.parametrize("what", ["published", "endpoint", "run"])
def test_a_pipeline_runs_with_what_the_schedule_gives(workspace, person, what):
    if what == "published":
        source = published(person, workspace).pk
    elif what == "endpoint":
        source = endpoint(person, workspace).pk
    else:
        given = {"rate": Value(0.1)}
        source = submit_pipeline(
            actor=person, workspace=workspace, graph=pipeline(), inputs=given, experiment_name="churn"
        ).pk
    changes = Changes({"rate": 0.5, "depth": 7}, {"by": "schedule"}, continue_on_failure=True)
    schedule = ticked(person, workspace, source, changes)
    run = started(schedule)
    assert run.pipeline.inputs["rate"] == {"value": 0.5}
    assert run.pipeline.inputs["depth"] == {"value": 7}
    assert run.pipeline.settings["continue_on_step_failure"] is True
    assert {tag.name: tag.value for tag in run.tags.all()} == {"by": "schedule"}
    assert run.submitted_by == person
    assert services.subject_of("pipeline").describe(schedule).url


def test_what_is_switched_off_is_told_in_the_history(workspace, person):
    row = published(person, workspace)
    edit_published(actor=person, published=row, changes={"is_enabled": False})
    tick = ticked(person, workspace, row.pk, Changes({"rate": 1})).ticks.get()
    assert tick.state == TickState.FAILED
    assert tick.reason
    assert not Run.objects.exists()


def test_what_does_not_fit_is_refused_at_once(workspace, person):
    row = published(person, workspace)
    for inputs, place in (({"pace": 1}, "inputs.pace"), ({"depth": "deep"}, "inputs.depth")):
        with pytest.raises(InvalidInput) as refused:
            services.take(workspace, person, "pipeline", str(row.pk), Changes(inputs))
        assert set(refused.value.errors) == {place}
    for source in ("nobody", str(person.pk)):
        with pytest.raises(NotFound):
            services.take(workspace, person, "pipeline", source)


def test_a_pipeline_that_is_run_again_is_written_as_the_job_that_it_is(workspace, person, api_of):
    run = submit_pipeline(
        actor=person, workspace=workspace, graph=pipeline(), inputs={"rate": Value(0.1)}, experiment_name="churn"
    )
    taken = services.take(workspace, person, "pipeline", str(run.pk), Changes({"depth": 7}, {"by": "schedule"}))
    new = NewSchedule(name="nightly", taken=taken, trigger=cron("0 12 * * *"))
    services.create_schedule(actor=person, workspace=workspace, new=new)
    base = f"/api/v1/workspaces/{workspace.name}/"
    written = api_of(person).get(f"{base}schedules/nightly/yaml/").content.decode()
    again = written.replace("name: nightly", "name: again", 1)
    made = api_of(person).post(f"{base}schedule-files/", {"schedule": again}, format="json")
    assert made.status_code == 201, made.content
    Schedule.objects.filter(name="again").update(next_at=NOON)
    services.claim_due(NOON)
    services.start_tick(Schedule.objects.get(name="again").ticks.get().pk)
    twin = started(Schedule.objects.get(name="again"))
    assert {name: given["value"] for name, given in twin.pipeline.inputs.items()} == {"rate": 0.1, "depth": 7}
    keys = [set(one.pipeline.steps.values_list("key", flat=True)) for one in (twin, run)]
    assert keys[0] == keys[1] != set()
    assert twin.tags.get().value == "schedule"


def test_no_file_has_words_for_an_endpoint_and_the_page_says_so(workspace, person, browser_of):
    taken = services.take(workspace, person, "pipeline", str(endpoint(person, workspace).pk), Changes({"rate": 1}))
    services.create_schedule(actor=person, workspace=workspace, new=NewSchedule("nightly", taken, cron("0 12 * * *")))
    page = browser_of(person).get(f"/workspaces/{workspace.name}/jobs/schedules/one/nightly/yaml/")
    assert "no word for published pipelines" in page.content.decode()

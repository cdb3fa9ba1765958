"""Runs from submit to end, as people and machines drive them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.activity.models import AuditRecord, Notification
from apps.compute.models import WorkOrder
from apps.compute.services import cancel_work, pause_target
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.experiments import services
from apps.experiments.errors import ExperimentArchived, NotRepeatable, RunGone, RunStillActive
from apps.experiments.hooks import run_ended
from apps.experiments.models import Experiment, Run, RunKind, RunTag
from apps.experiments.services import CommandJob, Limits
from apps.experiments.states import RunStatus
from apps.workspaces.roles import Role
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def submit(ada, workspace):
    """A function that submits a command as Ada."""

    def give(command: str = "python train.py", *, actor: Any = None, experiment: str = "churn", **fields: Any) -> Run:
        job = CommandJob(command=command, **fields)
        return services.submit_command(
            actor=actor or ada, workspace=workspace, job=job, snapshot=None, experiment_name=experiment
        )

    return give


def now_of(run: Run) -> Run:
    return Run.objects.select_related("workspace", "order", "target").get(pk=run.pk)


def stage_names(run: Run) -> list[str]:
    return [stage["name"] for stage in now_of(run).stages]


def test_a_submitted_run_waits_in_the_queue_and_says_why(submit, machine):
    run = submit(display_name="First try", tags={"team": "blue"}, properties={"azureml.git.branch": "main"})
    assert run.status == RunStatus.QUEUED
    assert run.status_reason == "waiting for a free slot, 1st in the queue"
    assert run.number == 1
    assert run.experiment.name == "churn"
    assert str(run) == "First try"
    assert {tag.name: tag.value for tag in run.tags.all()} == {"team": "blue"}
    assert run.properties["azureml.git.branch"] == "main"
    adjective, noun, suffix = run.name.split("_")
    assert adjective.isalpha()
    assert noun.isalpha()
    assert len(suffix) == 6
    assert stage_names(run) == ["submitted", "queue"]
    assert AuditRecord.objects.filter(verb="run.submitted", target_id=str(run.pk)).exists()


def test_the_machine_gets_all_it_needs_resolved(submit, machine):
    run = submit(
        "python train.py --lr ${{inputs.lr}} --out ${{outputs.model}} $[[--seed ${{inputs.seed}}]] $[[--n ${{inputs.n}}]]",
        inputs={
            "lr": {"type": "number", "value": 0.1},
            "seed": {"type": "integer", "value": None},
            "n": {"type": "integer", "value": 3},
        },
        outputs={"model": {"type": "uri_folder"}},
        variables={"LEVEL": "debug"},
        limits=Limits(timeout_s=60),
    )
    spec = machine.take(run).spec
    assert spec["command"] == "python train.py --lr 0.1 --out ${{outputs.model}}  --n 3"
    assert spec["run"] == {
        "id": str(run.pk), "name": run.name, "workspace": "churn", "experiment": "churn", "display_name": "",
    }  # fmt: skip
    assert spec["code"] is None
    assert spec["environment"] is None
    assert spec["variables"] == {"LEVEL": "debug"}
    assert spec["inputs"] == {"lr": {"type": "number", "value": 0.1}, "n": {"type": "integer", "value": 3}}
    assert spec["limits"] == {"timeout_s": 60, "memory_mb": None, "processes": None}
    assert spec["log"] == "user_logs/std_log.txt"


def test_a_run_goes_through_its_statuses_with_a_stage_for_each(submit, machine):
    run = submit()
    order = machine.take(run)
    assert now_of(run).status == RunStatus.STARTING
    assert now_of(run).status_reason == "local has taken it"
    machine.say(order, "fetch_code")
    assert now_of(run).status == RunStatus.STARTING
    assert now_of(run).started_at is None
    machine.say(order, "run")
    running = now_of(run)
    assert running.status == RunStatus.RUNNING
    assert running.started_at is not None
    machine.say(order, "upload_outputs", "12 of 30 files")
    assert now_of(run).status == RunStatus.FINALIZING
    assert now_of(run).status_reason == "storing the outputs: 12 of 30 files"
    machine.end(order)
    done = now_of(run)
    assert done.status == RunStatus.COMPLETED
    assert done.exit_code == 0
    assert done.status_reason == "the command ended with exit code 0"
    assert done.started_at == running.started_at
    assert done.ended_at is not None
    assert stage_names(run) == ["submitted", "queue", "fetch_code", "run", "upload_outputs"]
    assert all(stage["ended_at"] for stage in done.stages)
    assert Run.objects.get(pk=run.pk).duration_s is not None


def test_a_failed_run_says_what_went_wrong_and_its_submitter_hears_of_it(submit, machine, ada):
    run = submit(display_name="Try")
    machine.carry_out(run, "failed", exit_code=2, error_code="UserError", reason="")
    failed = now_of(run)
    assert failed.status == RunStatus.FAILED
    assert failed.error == {"code": "UserError", "message": "the command ended with exit code 2", "detail": ""}
    assert failed.exit_code == 2
    notice = Notification.objects.get(user=ada)
    assert "“Try” has failed" in notice.title
    assert str(run.pk) in notice.url


def test_a_quick_success_rings_no_bell_and_a_long_one_does(submit, machine, ada):
    machine.carry_out(submit())
    assert not Notification.objects.filter(user=ada).exists()
    slow = submit()
    Run.objects.filter(pk=slow.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    machine.carry_out(slow)
    assert "is completed" in Notification.objects.get(user=ada).title


def test_lost_work_is_the_studios_fault(submit, machine):
    run = submit()
    order = machine.take(run)
    machine.say(order, "run")
    machine.end(order, "lost", reason="the machine restarted")
    assert now_of(run).status == RunStatus.FAILED
    assert now_of(run).error["code"] == "SystemError"
    assert now_of(run).status_reason == "the machine restarted"


def test_a_silent_machine_shows_and_may_come_back(submit, machine):
    run = submit()
    order = machine.take(run)
    machine.say(order, "run")
    order.refresh_from_db()
    from apps.compute.services.orders import change

    change(order, silent_since=timezone.now())
    assert now_of(run).status == RunStatus.NOT_RESPONDING
    assert now_of(run).status_reason.startswith("no word from local since")
    machine.say(order, "run")
    assert now_of(run).status == RunStatus.RUNNING


def test_a_waiting_run_is_canceled_at_once(submit, machine, ada):
    run = submit()
    services.cancel_run(actor=ada, run=run)
    assert run.status == RunStatus.CANCELED
    assert run.status_reason == "canceled by Ada Lovelace"
    assert run.ended_at is not None
    assert run.order.is_over
    services.cancel_run(actor=ada, run=run)  # again: nothing happens
    assert AuditRecord.objects.filter(verb="run.canceled").count() == 1
    assert not Notification.objects.filter(user=ada).exists()


def test_a_running_run_is_asked_to_end(submit, machine, ada):
    run = submit()
    order = machine.take(run)
    machine.say(order, "run")
    services.cancel_run(actor=ada, run=run)
    assert run.status == RunStatus.CANCEL_REQUESTED
    machine.say(order, "upload_outputs")
    assert now_of(run).status == RunStatus.CANCEL_REQUESTED
    machine.end(order, "canceled")
    assert now_of(run).status == RunStatus.CANCELED
    assert now_of(run).status_reason == "canceled by Ada Lovelace"


@pytest.mark.parametrize(
    ("outcome", "facts", "status"),
    [
        ("succeeded", {}, RunStatus.COMPLETED),
        ("failed", {"exit_code": 1, "error_code": "UserError"}, RunStatus.FAILED),
        ("lost", {}, RunStatus.CANCELED),
    ],
)
def test_what_ends_by_itself_while_a_cancellation_is_asked_for_ends_as_it_did(
    submit, machine, ada, outcome, facts, status
):
    run = submit()
    order = machine.take(run)
    machine.say(order, "run")
    services.cancel_run(actor=ada, run=run)
    machine.end(order, outcome, **facts)
    assert now_of(run).status == status


def test_canceling_too_late_leaves_the_run_as_it_ended(submit, machine, ada):
    run = submit()
    machine.carry_out(run)
    services.cancel_run(actor=ada, run=run)
    assert run.status == RunStatus.COMPLETED


def test_work_canceled_on_the_compute_page_ends_the_run_too(submit, machine, workspace):
    run = submit()
    operator = member(workspace, Role.COMPUTE_OPERATOR, full_name="Otto")
    cancel_work(actor=operator, order=run.order)
    assert now_of(run).status == RunStatus.CANCELED
    assert now_of(run).status_reason == "canceled by Otto"


def test_canceling_a_parent_cancels_its_children_and_a_parents_end_does_not(submit, workspace, ada, machine):
    parent = services.create_interactive(actor=ada, workspace=workspace, experiment_name="churn", name="sweep")
    child = services.create_interactive(actor=ada, workspace=workspace, experiment_name="churn", parent=parent)
    grandchild = services.create_interactive(actor=ada, workspace=workspace, experiment_name="churn", parent=child)
    done = services.create_interactive(actor=ada, workspace=workspace, experiment_name="churn", parent=child)
    services.end_run(run=done, status=RunStatus.FAILED, reason="no data")
    other = services.create_interactive(actor=ada, workspace=workspace, experiment_name="churn")
    services.end_run(run=child, status=RunStatus.COMPLETED)
    assert now_of(grandchild).status == RunStatus.RUNNING
    services.cancel_run(actor=ada, run=parent)
    assert [now_of(run).status for run in (parent, child, grandchild, done, other)] == [
        RunStatus.CANCELED, RunStatus.COMPLETED, RunStatus.CANCELED, RunStatus.FAILED, RunStatus.RUNNING,
    ]  # fmt: skip
    assert now_of(done).error["message"] == "no data"


def test_an_outside_program_ends_only_its_own_kind_of_run(submit, machine):
    run = submit()
    services.end_run(run=run, status=RunStatus.FAILED)
    assert run.status == RunStatus.QUEUED


def test_a_run_can_be_run_again_as_it_was(submit, machine, ada):
    run = submit(
        "echo ${{inputs.x}}", inputs={"x": {"type": "string", "value": "a"}}, tags={"k": "v"}, display_name="D"
    )
    machine.carry_out(run)
    services.edit_run(actor=ada, run=run, changes={"tags": {"k": "w"}})
    again = services.rerun(actor=ada, run=run)
    assert again.pk != run.pk
    assert again.config == run.config
    assert again.rerun_of_id == run.pk
    assert again.number == 2
    assert again.display_name == "D"
    assert again.status == RunStatus.QUEUED
    assert machine.take(again).spec["command"] == "echo a"


def test_only_commands_can_be_run_again(workspace, ada):
    run = services.create_interactive(actor=ada, workspace=workspace, experiment_name="churn")
    with pytest.raises(NotRepeatable):
        services.rerun(actor=ada, run=run)
    with pytest.raises(NotRepeatable):
        services.clone_config(run)


def test_a_clone_starts_from_what_was_submitted(submit, machine):
    given: dict[str, Any] = {
        "inputs": {"x": {"type": "string", "value": "a"}},
        "limits": Limits(timeout_s=5),
        "tags": {"a": ""},
    }
    run = submit("echo ${{inputs.x}}", **given)
    assert services.clone_config(run) == CommandJob(command="echo ${{inputs.x}}", **given)


def test_numbers_count_within_an_experiment(submit, machine):
    assert [submit().number, submit().number, submit(experiment="other").number, submit().number] == [1, 2, 1, 3]
    assert Experiment.objects.get(name="churn").last_run_at is not None


def test_nothing_new_goes_into_an_archived_experiment(submit, ada):
    run = submit()
    services.archive_experiment(actor=ada, experiment=run.experiment)
    with pytest.raises(ExperimentArchived):
        submit()
    services.restore_experiment(actor=ada, experiment=run.experiment)
    assert submit().number == 2


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("command", {"command": " "}),
        ("command", {"command": "echo ${{inputs.nothing}}"}),
        ("command", {"command": "echo ${{search_space.lr}}"}),
        ("inputs.x", {"command": "echo ${{inputs.x}}", "inputs": {"x": {"type": "integer", "value": None}}}),
        ("inputs.x", {"inputs": {"x": {"type": "integer", "value": "three"}}}),
        ("inputs.x", {"inputs": {"x": {"type": "uri_file", "value": "a"}}}),
        ("inputs", {"inputs": {"a b": {"type": "string", "value": "a"}}}),
        ("variables", {"variables": {"1A": "x"}}),
        ("variables.A", {"variables": {"A": "x\0"}}),
        ("limits.timeout_s", {"limits": Limits(timeout_s=0)}),
        ("compute", {"compute": "moon"}),
        ("tags", {"tags": {"a=b": "c"}}),
        ("display_name", {"display_name": "x" * 300}),
    ],
)
def test_a_wrong_field_is_named(submit, field, given):
    with pytest.raises(InvalidInput) as caught:
        submit(**{"command": "python train.py", **given})
    assert field in caught.value.errors
    assert not Run.objects.exists()
    assert not WorkOrder.objects.exists()


def test_an_experiment_name_that_cannot_be_is_refused(submit):
    with pytest.raises(InvalidInput):
        submit(experiment="no/good")


def test_readers_cannot_submit_and_strangers_see_nothing(submit, workspace, machine):
    with pytest.raises(NotAllowed):
        submit(actor=member(workspace, Role.READER))
    stranger = member(WorkspaceFactory.create(), Role.OWNER)
    with pytest.raises(NotFound):
        submit(actor=stranger)


def test_a_paused_target_is_the_reason(submit, machine, workspace):
    owner = member(workspace, Role.OWNER)
    first = submit()
    pause_target(actor=owner, target=first.target)
    assert submit().status_reason == "the compute target is paused"


def test_more_tags_than_people_may_write_can_stay_and_become_fewer(submit, ada):
    run = submit()
    logged = {f"metric/{number}": "x" * 2000 for number in range(60)}
    RunTag.objects.bulk_create(
        [RunTag(run=run, workspace=run.workspace, name=name, value=value) for name, value in logged.items()]
    )
    logged["metric/0"] = "short"
    services.edit_run(actor=ada, run=run, changes={"tags": logged})
    with pytest.raises(InvalidInput) as refused:
        services.edit_run(actor=ada, run=run, changes={"tags": {**logged, "team": "blue"}})
    (sentence,) = refused.value.errors["tags"]
    assert sentence == "A run has at most 50 tags; with these it would have 61. Take others off first."
    fewer = dict(list(logged.items())[:49]) | {"team": "blue"}
    services.edit_run(actor=ada, run=run, changes={"tags": fewer})
    assert run.tags.count() == 50
    with pytest.raises(InvalidInput):
        services.edit_run(actor=ada, run=run, changes={"tags": {**fewer, "team": "x" * 2000}})


def test_names_descriptions_and_tags_can_be_edited(submit, ada):
    run = submit()
    services.edit_run(actor=ada, run=run, changes={"display_name": "New", "tags": {"a": "1"}})
    services.edit_run(actor=ada, run=run, changes={"tags": {"b": ""}})
    assert now_of(run).display_name == "New"
    assert list(run.tags.values_list("name", flat=True)) == ["b"]
    with pytest.raises(InvalidInput):
        services.edit_run(actor=ada, run=run, changes={"description": "x" * 20_001})


def test_only_runs_that_have_ended_are_deleted_and_then_all_of_them_goes(submit, machine, ada, run_tasks):
    run = submit()
    with pytest.raises(RunStillActive):
        services.delete_run(actor=ada, run=run)
    machine.carry_out(run)
    services.delete_run(actor=ada, run=run)
    with pytest.raises(RunGone):
        services.edit_run(actor=ada, run=run, changes={"display_name": "x"})
    run_tasks()
    assert not Run.objects.filter(pk=run.pk).exists()
    assert submit().number == 2


def test_a_system_run_belongs_to_no_experiment_and_is_told_of_its_end(workspace, ada, machine):
    from apps.compute.services import ensure_local

    ended = []
    hook = run_ended.add(lambda run: ended.append((run.kind, run.status)))
    try:
        run = services.create_system_run(
            workspace=workspace, kind=RunKind.BUILD, display_name="sklearn:1", spec={"version": 1},
            target=ensure_local(workspace), requested_by=ada, title="Build sklearn:1",
        )  # fmt: skip
        assert run.status == RunStatus.QUEUED
        order = machine.take(run)
        assert order.kind == "build"
        machine.say(order, "resolve")
        assert now_of(run).status == RunStatus.RUNNING
        assert now_of(run).status_reason == "resolving the packages"
        machine.end(order, "succeeded", result={"digest": "x"})
        assert now_of(run).status == RunStatus.COMPLETED
    finally:
        run_ended.remove(hook)
    assert ended == [("build", RunStatus.COMPLETED)]
    assert not Run.objects.of_users().exists()

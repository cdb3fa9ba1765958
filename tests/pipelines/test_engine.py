"""How pipeline runs go on: what starts when, what failures and cancellations mean, and what is said about it."""

from dataclasses import replace

import pytest

from apps.core.errors import InvalidInput
from apps.experiments.models import Run, RunFile, RunKind
from apps.experiments.services import cancel_run
from apps.pipelines import services
from apps.pipelines.errors import NotResumable
from apps.pipelines.graph import codec
from apps.pipelines.graph.types import FromNode, Graph, GraphOutput, Node, OutputSetting, Settings, Value
from apps.pipelines.models import PipelineRun, Step, StepResult
from apps.pipelines.services.components import archive_version
from tests.pipelines.factories import registered
from tests.pipelines.working import chain, component, fan, nested, now_of, run_of, states, steps

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_a_chain_runs_step_by_step_and_hands_its_outputs_on(works):
    run = works.submit(chain("clean", "train"), experiment_name="houses")
    assert run.kind == RunKind.PIPELINE
    assert run.status == "Running"
    assert run.status_reason == "0 of 2 steps done; running: clean"
    assert states(run) == {"clean": "Running", "train": "Waiting"}
    assert steps(run)["train"].reason == "waits for clean"

    clean = works.do(steps(run)["clean"], content="tidy")
    assert (clean.kind, clean.parent_id, clean.experiment) == (RunKind.STEP, run.pk, run.experiment)
    assert states(run) == {"clean": "Completed", "train": "Running"}
    assert now_of(run).status_reason == "1 of 2 steps done; running: train"
    train = run_of(run, "train")
    given = train.config["inputs"]["data"]
    assert (given["kind"], given["id"]) == ("run", str(clean.pk))
    assert given["files"] == 1

    works.do(steps(run)["train"], content="model")
    ended = now_of(run)
    assert (ended.status, ended.status_reason) == ("Completed", "2 steps done")
    assert PipelineRun.objects.get(run=run).unfinished == 0


def test_outputs_of_the_pipeline_are_those_of_its_steps(works):
    run = works.do_all(works.submit(chain("clean", "train")), contents={"train": "model"})
    lent = RunFile.objects.get(run=run)
    own = RunFile.objects.get(run=run_of(run, "train"))
    assert (lent.path, lent.key, lent.origin_id) == ("outputs/result/data.txt", own.key, own.run_id)
    reading = replace(chain("look"), outputs={})
    reading = replace(
        reading,
        components={"look": component("look", reads=("data",))},
        nodes={"look": Node("look", inputs={"data": _data(f"runs:/{run.name}/outputs/result")})},
    )
    again = works.submit(reading)
    assert states(again) == {"look": "Running"}
    own.run.delete()
    assert not RunFile.objects.filter(run=run).exists()


def _data(path: str):
    from apps.pipelines.graph.types import FromData

    return FromData(path)


def test_independent_steps_run_at_once_and_a_join_waits_for_all(works):
    run = works.submit(fan(3))
    works.do(steps(run)["split"])
    assert [key for key, state in states(run).items() if state == "Running"] == ["part0", "part1", "part2"]
    assert steps(run)["join"].reason == "waits for part0, part1 and part2"
    works.do(steps(run)["part1"])
    assert steps(run)["join"].reason == "waits for part0 and part2"
    assert works.do_all(run).status == "Completed"


def test_many_ready_steps_are_started_in_short_transactions(works):
    run = works.submit(fan(15))
    works.do(steps(run)["split"])
    assert list(states(run).values()).count("Running") == 15
    assert now_of(run).status_reason == "1 of 17 steps done; running: part0, part1, part2 and 12 others"


def test_a_failure_stops_what_runs_and_says_why_the_rest_did_not(works):
    run = works.submit(fan(3))
    works.do(steps(run)["split"])
    works.do(steps(run)["part1"], "failed", exit_code=1, reason="exit code 1")
    assert now_of(run).status == "Running"
    assert run_of(run, "part0").status == "CancelRequested"
    works.stop_canceled(run)
    now = steps(run)
    assert (now["part1"].state, now["part1"].reason) == ("Failed", "exit code 1")
    assert (now["join"].state, now["join"].reason) == ("Skipped", "skipped: step part1 failed")
    assert (now["part0"].state, now["part0"].reason) == ("Canceled", "step part1 failed: exit code 1")
    ended = now_of(run)
    assert (ended.status, ended.status_reason) == ("Failed", "step part1 failed: exit code 1")


def test_where_failures_are_gone_on_from_only_what_needs_them_is_skipped(works):
    run = works.submit(fan(3, continue_on_step_failure=True))
    works.do(steps(run)["split"])
    works.do(steps(run)["part1"], "failed", exit_code=1)
    assert states(run) == {
        "split": "Completed",
        "part0": "Running",
        "part1": "Failed",
        "part2": "Running",
        "join": "Skipped",
    }
    works.do(steps(run)["part0"])
    works.do(steps(run)["part2"])
    assert now_of(run).status == "Failed"
    assert now_of(run).status_reason.startswith("step part1 failed: ")


def test_a_step_is_tried_again(works):
    run = works.submit(chain("clean", "train", nodes={"clean": {"attempts": 3}}))
    first = works.do(steps(run)["clean"], "failed", exit_code=1)
    again = steps(run)["clean"]
    assert (again.state, again.attempt, again.reason) == ("Running", 2, "2nd try of 3")
    assert again.run_id != first.pk
    works.do(again)
    assert states(run) == {"clean": "Completed", "train": "Running"}
    assert Run.objects.filter(parent=run, status="Failed").count() == 1


def test_tries_are_counted(works):
    run = works.submit(chain("clean", nodes={"clean": {"attempts": 2}}))
    works.do(steps(run)["clean"], "failed", exit_code=1)
    works.do(steps(run)["clean"], "failed", exit_code=7)
    assert now_of(run).status == "Failed"
    assert steps(run)["clean"].attempt == 2


def test_a_step_that_leaves_nothing_in_an_output_fails(works):
    run = works.submit(chain("clean", "train"))
    step = run_of(run, "clean")
    works.machine.carry_out(step)
    works.run_tasks()
    assert now_of(step).status == "Failed"
    assert now_of(run).status_reason == "step clean failed: it left nothing in its output “out”"
    assert steps(run)["train"].reason == "skipped: step clean failed"


def test_canceling_the_pipeline_cancels_its_steps(works, ada):
    run = works.submit(fan(2))
    works.do(steps(run)["split"])
    working = works.machine.take(run_of(run, "part0"))
    works.machine.say(working, "run")
    cancel_run(actor=ada, run=now_of(run))
    assert now_of(run).status == "CancelRequested"
    assert states(run) == {"split": "Completed", "part0": "Running", "part1": "Running", "join": "Canceled"}
    works.machine.end(working, "canceled")
    assert now_of(run).status == "CancelRequested"
    works.stop_canceled(run)
    ended = now_of(run)
    assert (ended.status, ended.status_reason) == ("Canceled", "canceled by Ada Lovelace")
    assert steps(run)["join"].reason == "canceled by Ada Lovelace"


def test_a_step_that_somebody_cancels_stops_the_pipeline(works, ada):
    run = works.submit(chain("clean", "train"))
    cancel_run(actor=ada, run=now_of(run_of(run, "clean")))
    works.run_tasks()
    ended = now_of(run)
    assert (ended.status, ended.status_reason) == ("Canceled", "step clean was canceled: canceled by Ada Lovelace")
    assert steps(run)["train"].reason == "skipped: step clean was canceled"


def test_a_pipeline_within_a_pipeline(works):
    inner = replace(chain("one", "two"), display_name="inner")
    inner.nodes["one"].inputs["depth"] = Value("${{parent.inputs.depth}}")
    run = works.submit(nested(inner), inputs={"depth": Value(7)})
    works.do(steps(run)["first"])
    middle = run_of(run, "middle")
    assert (middle.kind, middle.parent_id, middle.depth) == (RunKind.PIPELINE, run.pk, 1)
    one = run_of(middle, "one")
    assert one.config["inputs"]["depth"]["value"] == 7
    assert works.do_all(run).status == "Completed"
    assert now_of(run_of(run, "last")).config["inputs"]["data"]["id"] == str(middle.pk)


def test_a_failure_within_a_pipeline_is_told_outside(works):
    run = works.submit(nested(chain("one", "two")))
    works.do(steps(run)["first"])
    middle = run_of(run, "middle")
    works.do(steps(middle)["one"], "failed", exit_code=1, reason="exit code 1")
    assert now_of(run).status_reason == "step middle failed: step one failed: exit code 1"
    assert steps(run)["last"].reason == "skipped: step middle failed"


def test_canceling_reaches_pipelines_within(works, ada):
    run = works.submit(nested(chain("one", "two")))
    works.do(steps(run)["first"])
    middle = run_of(run, "middle")
    cancel_run(actor=ada, run=now_of(run))
    works.run_tasks()
    assert now_of(middle).status == "Canceled"
    assert now_of(run).status == "Canceled"


def test_a_failed_pipeline_is_resumed_from_where_it_failed(works, ada):
    graph = chain("clean", "split", "train", is_deterministic=False)
    run = works.submit(graph)
    with pytest.raises(NotResumable):
        services.resume_pipeline(ada, run)
    works.do(steps(run)["clean"])
    works.do(steps(run)["split"], "failed", exit_code=1)
    again = services.resume_pipeline(ada, now_of(run))
    works.run_tasks()
    assert states(again) == {"clean": "Reused", "split": "Running", "train": "Waiting"}
    assert run_of(again, "clean") == run_of(run, "clean")
    assert steps(again)["clean"].reason.startswith("taken over from the run ")
    assert works.do_all(again).status == "Completed"


def test_a_pipeline_within_a_resumed_one_goes_on_where_it_stopped(works, ada):
    run = works.submit(nested(chain("one", "two", is_deterministic=False)))
    works.do(steps(run)["first"])
    middle = run_of(run, "middle")
    works.do(steps(middle)["one"])
    works.do(steps(middle)["two"], "failed", exit_code=1)
    again = services.resume_pipeline(ada, now_of(run))
    works.run_tasks()
    assert states(again) == {"first": "Reused", "middle": "Running", "last": "Waiting"}
    assert states(run_of(again, "middle")) == {"one": "Reused", "two": "Running"}


def test_running_again_takes_the_same_and_can_be_forced(works, ada):
    run = works.do_all(works.submit(chain("clean"), tags={"team": "blue"}, display_name="Houses"))
    again = services.resubmit_pipeline(actor=ada, run=run)
    works.run_tasks()
    assert (now_of(again).status, again.rerun_of_id, again.display_name) == ("Completed", run.pk, "Houses")
    assert {tag.name: tag.value for tag in again.tags.all()} == {"team": "blue"}
    forced = services.resubmit_pipeline(actor=ada, run=run, force=True)
    works.run_tasks()
    assert states(forced) == {"clean": "Running"}
    graph, inputs, settings = services.clone_of(run)
    assert (graph, inputs, settings) == (chain("clean"), {}, Settings())


@pytest.mark.parametrize("interrupted", ["settle", "advance"])
def test_what_a_dying_process_left_undone_is_done_by_the_watch(works, monkeypatch, interrupted):
    run = works.submit(chain("clean", "train"))
    step = run_of(run, "clean")
    works.write(step, "tidy")
    with monkeypatch.context() as broken:

        def die(*_args: object) -> None:
            raise RuntimeError("killed")

        broken.setattr(f"apps.pipelines.services.engine.{'settle' if interrupted == 'settle' else 'go_on'}", die)
        works.machine.carry_out(step)
    assert now_of(step).status == "Completed"
    assert states(run) == {"clean": "Running", "train": "Waiting"}
    services.watch()
    services.watch()
    assert states(run) == {"clean": "Completed", "train": "Running"}
    assert Run.objects.filter(parent=run).count() == 2


def test_settling_and_advancing_twice_changes_nothing(works):
    run = works.submit(chain("clean", "train"))
    works.do(steps(run)["clean"])
    before = [(step.key, step.state, step.run_id, step.attempt) for step in services.steps_of(run)]
    for step in Step.objects.filter(pipeline__run=run):
        services.settle(step.pk)
    services.advance(run.pk)
    services.watch()
    assert [(step.key, step.state, step.run_id, step.attempt) for step in services.steps_of(run)] == before
    assert StepResult.objects.count() == 1


def test_all_that_is_wrong_is_said_at_once_with_its_place(works):
    graph = Graph(
        nodes={
            "clean": Node("clean", inputs={"depth": Value("deep")}, compute="moon"),
            "train": Node("train", inputs={"data": FromNode("tidy", "out")}),
        },
        components={
            "clean": component("clean", environment="nothing-like-it"),
            "train": component("train", reads=("data",)),
        },
    )
    with pytest.raises(InvalidInput) as caught:
        works.submit(graph)
    assert {"nodes.clean.inputs.depth", "nodes.train.inputs.data"} <= caught.value.errors.keys()
    sound = replace(
        graph, nodes={"clean": Node("clean", compute="moon")}, components={"clean": graph.components["clean"]}
    )
    with pytest.raises(InvalidInput) as caught:
        works.submit(sound)
    assert caught.value.errors.keys() == {"nodes.clean.environment", "nodes.clean.compute"}
    assert not Run.objects.exists()


def test_a_step_that_cannot_be_started_fails_with_the_reason(works, ada):
    run = works.submit(chain("clean", "train"))
    step = steps(run)["clean"]
    ada.memberships.all().delete()
    works.do(step)
    assert now_of(run).status == "Failed"
    assert now_of(run).status_reason.startswith("step train failed: ")


def test_limits_of_a_step_are_those_of_its_run(works):
    run = works.submit(
        chain("clean", nodes={"clean": {"limits": {"timeout": 60}, "variables": {"OMP_NUM_THREADS": "2"}}})
    )
    spec = works.machine.take(run_of(run, "clean")).spec
    assert spec["limits"]["timeout_s"] == 60
    assert spec["variables"] == {"OMP_NUM_THREADS": "2"}


def test_named_outputs_of_steps_and_of_the_pipeline_become_datasets(works):
    named = OutputSetting(name="tidy-houses")
    graph = chain("clean", "train", nodes={"clean": {"outputs": {"out": named}}})
    graph = replace(graph, outputs={"result": GraphOutput("train", "out", OutputSetting(name="best"))})
    run = works.do_all(works.submit(graph))
    works.run_tasks()
    written = {row.reference: row.problem for row in run_of(run, "clean").data.filter(direction="output")}
    assert written == {"tidy-houses:1": ""}
    assert {row.reference: row.problem for row in run.data.filter(direction="output")} == {"best:1": ""}


def test_archived_versions_are_not_for_new_pipelines(works, ada, workspace):
    version = registered(ada, workspace)
    made = codec.component_from_json(version.definition)
    used = replace(
        made, id=str(version.pk), reference=version.reference, name="train", snapshot=str(version.snapshot_id)
    )
    reading = Node("train", inputs={"data": FromNode("clean", "out")})
    graph = Graph(
        nodes={"clean": Node("clean"), "train": reading}, components={"clean": component("clean"), "train": used}
    )
    run = works.submit(graph)
    archive_version(actor=ada, version=version)
    with pytest.raises(InvalidInput) as caught:
        works.submit(graph)
    assert caught.value.errors == {
        "nodes.train.component": [f"The component {version.reference} is archived. Restore it, or use another version."]
    }
    assert services.resubmit_pipeline(actor=ada, run=run).kind == RunKind.PIPELINE

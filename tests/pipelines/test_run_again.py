"""Running pipelines again from the browser, changed or not; and comparing them."""

from dataclasses import replace

import pytest

from apps.experiments.models import Run, RunKind
from apps.pipelines.graph.differing import differences
from apps.pipelines.graph.types import FromPipeline, InputPort, Node, Value
from apps.pipelines.services import clone_of
from tests.pipelines.working import chain, component, states, steps

pytestmark = pytest.mark.django_db


def page(run, tail: str = "") -> str:
    return f"/workspaces/churn/pipelines/runs/{run.pk}/{tail}"


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def run_of(run: Run, key: str) -> Run:
    """Return the run of a step."""
    found = steps(run)[key].run
    assert found is not None
    return found


@pytest.fixture
def window(browser_of, ada):
    return browser_of(ada)


def deep(**fields):
    """A pipeline with an input of its own, which its second step takes."""
    graph = chain("clean", "train", nodes={"train": {"inputs": {"depth": FromPipeline("depth")}}})
    return replace(graph, inputs={"depth": InputPort("integer", default=3, minimum=1, maximum=9, **fields)})


def form(**changes):
    return {"experiment": "houses", "display_name": "", "default_compute": "", "input-depth": "3", **changes}


def newest() -> Run:
    return Run.objects.filter(kind=RunKind.PIPELINE).latest("created_at")


def test_a_clone_says_before_what_will_run_and_why(works, window):
    run = works.do_all(works.submit(deep(), experiment_name="houses"))
    shown = text(window.get(page(run, "clone/")))
    assert 'name="input-depth"' in shown
    assert 'value="3"' in shown
    plan = text(window.post(page(run, "plan/"), form()))
    assert plan.count("will be reused") == 2
    assert run_of(run, "clean").get_absolute_url() in plan
    plan = text(window.post(page(run, "plan/"), form(**{"input-depth": "5"})))
    assert plan.count("will be reused") == 1
    assert "parameter depth changed from 3 to 5" in plan
    assert text(window.post(page(run, "plan/"), form(force_rerun="on"))).count("will run") == 2
    assert Run.objects.filter(kind=RunKind.PIPELINE).count() == 1


def test_a_changed_clone_is_submitted(works, window):
    run = works.do_all(works.submit(deep(), experiment_name="houses"))
    answer = window.post(page(run, "clone/"), form(display_name="deeper", **{"input-depth": "5"}))
    made = newest()
    assert answer.headers["Location"] == made.get_absolute_url()
    assert (made.display_name, made.rerun_of, made.experiment) == ("deeper", run, run.experiment)
    works.run_tasks()
    assert states(made) == {"clean": "Reused", "train": "Running"}
    assert clone_of(made)[1] == {"depth": Value(5)}


@pytest.mark.parametrize("value", ["12", "deep", "0"])
def test_a_clone_with_a_wrong_value_says_so_at_its_field(works, window, value):
    run = works.submit(deep())
    answer = window.post(page(run, "clone/"), form(**{"input-depth": value}))
    assert 'id="id_input-depth_error"' in text(answer, 422) or "field-error" in text(answer, 422)
    assert Run.objects.filter(kind=RunKind.PIPELINE).count() == 1
    assert "depth" in text(window.post(page(run, "plan/"), form(**{"input-depth": value})))


def test_a_pipeline_is_resubmitted_whole_forced_or_from_where_it_failed(works, window):
    run = works.submit(chain("clean", "train"))
    works.do(steps(run)["clean"])
    works.do(steps(run)["train"], "failed", exit_code=1)
    for how, expected in (
        ("failed", {"clean": "Reused", "train": "Running"}),
        ("all", {"clean": "Reused", "train": "Running"}),
        ("forced", {"clean": "Running", "train": "Waiting"}),
    ):
        answer = window.post(page(run, f"resubmit/?how={how}"))
        made = newest()
        assert answer.headers["Location"] == made.get_absolute_url()
        works.run_tasks()
        assert states(made) == expected, how


def test_a_pipeline_file_is_submitted_as_the_page_offers_it(works, window):
    shown = text(window.get("/workspaces/churn/pipelines/new/"))
    assert "type: pipeline" in shown
    answer = window.post("/workspaces/churn/pipelines/new/", {"job": "type: pipeline\njobs: 3", "code_from": "none"})
    assert "jobs" in text(answer, 422)


def test_two_runs_are_compared_node_by_node(works, window):
    first = works.submit(deep(), experiment_name="houses")
    other = deep()
    other = replace(
        other,
        nodes={**other.nodes, "score": Node("score")},
        components={**other.components, "score": component("score")},
    )
    second = works.submit(other, inputs={"depth": Value(5)}, experiment_name="houses")
    assert str(second.pk) in text(window.get(page(first, "compare/")))
    shown = text(window.get(page(first, f"compare/?with={second.pk}")))
    assert "parameter depth changed from 3 to 5" in shown
    assert "only in" in shown
    assert shown.count('data-island="pipeline-graph"') == 2
    assert window.get(page(first, "compare/?with=01900000-0000-7000-8000-000000000000")).status_code == 404
    assert "Choose a run" in text(window.get(page(first, "compare/?with=nothing")))


def test_two_runs_are_chosen_in_the_list(works, window):
    runs = [works.submit(deep()) for _ in range(3)]
    address = "/workspaces/churn/pipelines/compare/"
    answer = window.post(address, {"ids": [str(run.pk) for run in runs[:2]]})
    assert answer.headers["Location"] == page(runs[0], f"compare/?with={runs[1].pk}")
    assert window.post(address, {"ids": [str(runs[0].pk)]}).headers["Location"] == "/workspaces/churn/pipelines/"


def test_differences_are_said_in_words():
    before = deep()
    train = replace(before.components["train"], command="python other.py ${{inputs.data}}", environment="sklearn:1")
    after = replace(
        before,
        components={**before.components, "train": train},
        nodes={**before.nodes, "clean": replace(before.nodes["clean"], compute="gpu", attempts=2)},
    )
    found = {one.key: one for one in differences(before, {}, after, {})}
    assert found["clean"].sentences == ("compute changed from nothing to gpu", "attempts changed from 1 to 2")
    assert found["train"].sentences == ("its command changed", "environment nothing became sklearn:1")
    assert {one.mark for one in differences(before, {}, before, {})} == {"same"}
    only = differences(before, {}, replace(before, nodes={"clean": before.nodes["clean"]}), {})
    assert {one.key: one.mark for one in only} == {"clean": "same", "train": "only"}


def test_a_pipeline_is_exported_as_files_that_give_it_back(works, window):
    run = works.submit(deep(), inputs={"depth": Value(5)}, experiment_name="houses")
    for ending, sign in (("yaml", "type: pipeline"), ("python", "pipeline")):
        answer = window.get(page(run, f"{ending}/"))
        assert sign in text(answer)
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "houses" in text(answer)

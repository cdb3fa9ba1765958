"""The page of a pipeline run: what it is drawn as, how its steps are told of, and what each of them shows."""

from dataclasses import replace

import pytest

from apps.experiments.models import Run
from apps.pipelines.graph.types import FromData, FromPipeline, InputPort, Value
from apps.workspaces.roles import Role
from tests.pipelines.working import chain, nested, now_of, steps
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db

TABS = ("overview", "parameters", "data", "logs", "metrics", "code", "children")


def page(run, tail: str = "") -> str:
    return f"/workspaces/churn/pipelines/runs/{run.pk}/{tail}"


def api(run, tail: str) -> str:
    return f"/api/v1/workspaces/churn/runs/{run.pk}/{tail}"


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def inner():
    """The pipeline within another."""
    return replace(chain("inner"), inputs={"depth": InputPort("integer")})


def run_of(run: Run, key: str) -> Run:
    """Return the run of a step."""
    found = steps(run)[key].run
    assert found is not None
    return found


@pytest.fixture
def window(browser_of, ada):
    return browser_of(ada)


def test_a_pipeline_run_begins_with_its_graph_and_offers_what_can_be_done_with_it(works, window):
    run = works.submit(chain("clean", "train"))
    shown = text(window.get(run.get_absolute_url()))
    assert 'data-island="pipeline-graph"' in shown
    assert "Clone and edit" in shown
    assert "Reusing" not in shown
    for tab in ("Graph", "Steps", "Overview", "Metrics"):
        assert f">{tab}" in shown
    assert ">Monitoring" not in shown
    overview = text(window.get(f"{run.get_absolute_url()}overview/"))
    assert "Latest metrics" in overview


def test_a_command_run_is_as_it_was(works, window):
    run = works.submit(chain("clean"))
    step_run = run_of(run, "clean")
    shown = text(window.get(step_run.get_absolute_url()))
    assert ">Monitoring" in shown
    assert 'data-island="pipeline-graph"' not in shown


def test_the_graph_is_drawn_with_its_data_and_its_order(works, api_of, ada):
    graph = chain("clean", "train")
    port = InputPort("uri_folder")
    cleaned = replace(graph.components["clean"], inputs={"raw": port, **graph.components["clean"].inputs})
    graph = replace(
        graph,
        inputs={"table": port, "depth": InputPort("integer", default=2)},
        components={**graph.components, "clean": cleaned},
        nodes={
            "clean": replace(graph.nodes["clean"], inputs={"raw": FromPipeline("table")}, comment="drops gaps"),
            "train": replace(graph.nodes["train"], display_name="Train a model"),
        },
    )
    source = works.do_all(works.submit(chain("make")))
    run = works.submit(graph, inputs={"table": FromData(f"runs:/{source.name}/outputs/result")})
    drawn = api_of(ada).get(api(run, "graph/")).json()
    nodes = {node["key"]: node for node in drawn["nodes"]}
    assert set(nodes) == {"input:table", "clean", "train"}
    assert nodes["train"]["title"] == "Train a model"
    assert nodes["clean"]["comment"] == "drops gaps"
    assert nodes["clean"]["inputs"] == [{"name": "raw", "type": "uri_folder"}]
    assert nodes["input:table"]["kind"] == "data"
    edges = {(edge["from"], edge["output"], edge["to"], edge["input"]) for edge in drawn["edges"]}
    assert edges == {("input:table", "data", "clean", "raw"), ("clean", "out", "train", "data")}


def test_data_of_the_workspace_leads_to_its_page():
    from apps.pipelines.services.shown import page_of

    assert page_of("churn", "azureml:iris:2", "uri_file") == "/workspaces/churn/data/datasets/iris/?version=2"
    assert page_of("churn", "azureml:iris@latest", "mltable") == "/workspaces/churn/data/datasets/iris/"
    assert page_of("churn", "azureml:net:1", "custom_model") == "/workspaces/churn/models/net/?version=1"
    for elsewhere in ("https://example.com/a.csv", "azureml://datastores/d/paths/x", "runs:/a/outputs/b", ""):
        assert page_of("churn", elsewhere, "uri_folder") == ""


def test_steps_are_told_with_words_and_later_only_what_changed(works, api_of, ada):
    run = works.submit(chain("clean", "train"))
    client = api_of(ada)
    first = client.get(api(run, "steps/")).json()
    assert first["is_over"] is False
    clean, train = first["steps"]
    assert [clean["key"], train["key"]] == ["clean", "train"]
    assert (clean["state"], clean["status"], clean["state_text"]) == ("Running", "Queued", "Queued")
    assert (train["state_text"], train["tone"], train["started_at"]) == ("Waiting", "idle", None)
    works.do_all(run)
    later = client.get(api(run, "steps/"), {"since": first["cursor"]}).json()
    assert later["is_over"] is True
    assert {step["key"]: step["state_text"] for step in later["steps"]} == {"clean": "Completed", "train": "Completed"}
    for odd in ("yesterday", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00"):
        assert len(client.get(api(run, "steps/"), {"since": odd}).json()["steps"]) == 2


def test_a_reused_step_says_so_and_leads_to_the_run_that_is_used_again(works, window, api_of, ada):
    first = works.do_all(works.submit(chain("clean", "train")))
    again = works.submit(chain("clean", "train", nodes={"train": {"inputs": {"depth": Value(5)}}}))
    rows = {row["key"]: row for row in api_of(ada).get(api(again, "steps/")).json()["steps"]}
    origin = run_of(first, "clean")
    assert (rows["clean"]["reused"], rows["clean"]["run"]) == (True, str(origin.pk))
    assert rows["train"]["reuse"]["differences"] == ["parameter depth changed from 3 to 5"]
    shown = text(window.get(page(again, "step/?key=clean")))
    assert origin.get_absolute_url() in shown
    shown = text(window.get(page(again, "step/?key=train")))
    assert "Parameter depth changed from 3 to 5" in shown
    logs = text(window.get(page(again, "step/?key=clean&tab=logs")))
    assert f"/runs/{origin.pk}/logs/" in logs


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_a_step_opens_before_it_began_while_it_runs_and_after_it_ended(works, window, tab):
    run = works.submit(chain("clean", "train"))
    for key in ("clean", "train"):
        part = text(window.get(page(run, f"step/?key={key}&tab={tab}"), HTTP_HX_REQUEST="true"))
        assert f'data-step="{key}"' in part
        assert "<html" not in part
    works.do(steps(run)["clean"], "failed", exit_code=1)
    for key in ("clean", "train"):
        shown = text(window.get(page(run, f"step/?key={key}&tab={tab}")))
        assert "<html" in shown
    if tab == "overview":
        assert "skipped: step clean failed" in shown.lower()


def test_what_a_step_is_given_is_named_with_where_it_comes_from(works, window):
    run = works.submit(chain("clean", "train", nodes={"train": {"inputs": {"depth": Value(7)}}}))
    shown = text(window.get(page(run, "step/?key=train&tab=parameters")))
    assert ">7<" in shown
    assert "default" in text(window.get(page(run, "step/?key=clean&tab=parameters")))
    data = text(window.get(page(run, "step/?key=train&tab=data")))
    assert "clean → out" in data
    assert "?step=clean" in data


def test_how_far_a_step_is_comes_alone_until_what_stands_below_is_another(works, window):
    run = works.submit(chain("clean", "train"))
    state = page(run, "step/?key=train&tab=logs&part=state&run=")
    assert "Waiting" in text(window.get(state, HTTP_HX_REQUEST="true"))
    works.do(steps(run)["clean"])
    began = window.get(state, HTTP_HX_REQUEST="true")
    assert (began.headers["HX-Trigger"], began.content) == ("step-reload", b"")
    train = run_of(run, "train")
    works.do(steps(run)["train"])
    # Somebody reads the log: it stays where it is.
    assert "Completed" in text(window.get(f"{state}{train.pk}", HTTP_HX_REQUEST="true"))


def test_a_step_that_is_a_pipeline_leads_to_its_graph(works, window):
    run = works.submit(nested(inner()))
    works.do(steps(run)["first"])
    within = run_of(run, "middle")
    shown = text(window.get(page(run, "step/?key=middle"), HTTP_HX_REQUEST="true"))
    assert "Graph of the pipeline within" in shown
    assert within.get_absolute_url() in shown
    below = text(window.get(within.get_absolute_url()))
    assert 'data-island="pipeline-graph"' in below
    assert "Resubmit" not in below


@pytest.mark.parametrize("address", ["step/?key=gone", "step/?key=%00", "resubmit/?how=backwards"])
def test_what_is_not_there_is_not_found(works, window, address):
    run = works.submit(chain("clean"))
    call = window.post if "resubmit" in address else window.get
    assert call(page(run, address)).status_code == 404


def test_pages_of_pipelines_are_not_those_of_other_runs(works, window, api_of, ada):
    step_run = run_of(works.submit(chain("clean")), "clean")
    for tail in ("steps/", "step/?key=clean", "clone/", "compare/"):
        assert window.get(page(step_run, tail)).status_code == 404
    assert api_of(ada).get(api(step_run, "steps/")).status_code == 404


def test_steps_stand_in_a_table_too(works, window):
    run = works.submit(chain("clean", "train"))
    shown = text(window.get(page(run, "steps/")))
    assert shown.index(">clean<") < shown.index(">train<")
    assert "Queued" in shown
    assert ">clean<" not in text(window.get(page(run, "steps/?state=Waiting")))


def test_the_pages_take_few_queries_however_many_steps_there_are(works, window, django_assert_max_num_queries):
    run = works.submit(chain(*(f"step{number}" for number in range(40))))
    for address in (run.get_absolute_url(), page(run, "steps/?size=50"), page(run, "step/?key=step7")):
        with django_assert_max_num_queries(40):
            text(window.get(address))
    with django_assert_max_num_queries(15):
        text(window.get(api(run, "steps/")))


def test_the_list_says_what_pipelines_are_for_and_then_shows_them(works, window, browser_of, workspace):
    reader = browser_of(member(workspace, Role.READER))
    assert "Submit a pipeline file" in text(window.get("/workspaces/churn/pipelines/"))
    assert "Submit a pipeline file" not in text(reader.get("/workspaces/churn/pipelines/"))
    run = works.submit(nested(inner()))
    works.do(steps(run)["first"])
    shown = text(window.get("/workspaces/churn/pipelines/"))
    assert run.name in shown
    assert run_of(run, "middle").name not in shown
    stranger = member(WorkspaceFactory.create(name="else"), Role.OWNER)
    assert browser_of(stranger).get("/workspaces/churn/pipelines/").status_code == 404


def test_a_pipeline_that_ended_says_how(works, window):
    run = works.submit(chain("clean"))
    works.do(steps(run)["clean"], "failed", exit_code=1)
    assert now_of(run).status == "Failed"
    shown = text(window.get(run.get_absolute_url()))
    assert "What did not succeed, taking over the rest" in shown

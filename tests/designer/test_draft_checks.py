"""What is said of a draft before anything runs: faults at their place, columns at each port, and what can be dragged."""

import pytest

from apps.designer.services import check_draft, create_draft
from apps.workspaces.roles import Role
from tests.designer.samples import PEOPLE, small, split, table
from tests.pipelines.factories import registered
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]

COLUMNS = {"name": "string", "age": "integer", "income": "decimal", "born": "date"}


@pytest.fixture
def checked(ada, workspace):
    """A function that checks a document with these nodes beside the table ``people``."""
    table(workspace, COLUMNS)

    def check(nodes, **sections):
        document = {**sections, "nodes": {**small()["nodes"], **nodes}}
        return check_draft(create_draft(actor=ada, workspace=workspace, document=document))

    return check


def select(columns, source="split", output="results_dataset1"):
    return {
        "component": "builtin:select_columns_in_dataset",
        "inputs": {"dataset": {"node": source, "output": output}, "columns": {"value": columns}},
    }


def said(checked):
    return {(fault.node, fault.field): fault for fault in checked.faults}


def test_columns_flow_from_the_dataset_through_components(checked):
    found = checked({"split": split()})
    assert not found.faults
    assert [column["name"] for column in found.shown_schemas()["people"]["data"]] == list(COLUMNS)
    arrived = next(iter(found.shown_schemas()["split"].values()))
    assert [(column["name"], column["type"]) for column in arrived] == [
        ("name", "String"), ("age", "Integer"), ("income", "Double"), ("born", "DateTime"),
    ]  # fmt: skip
    assert arrived[0] == {"name": "name", "type": "String", "categorical": False, "role": "feature"}


def test_a_port_that_nothing_leads_to_is_named_as_the_canvas_names_it(checked):
    fault = said(checked({"split": {"component": "builtin:split_data"}}))["split", "inputs.dataset"]
    assert "“Dataset”" in fault.message
    assert fault.hint


def test_parameters_out_of_range_are_said_once_with_what_to_do(checked):
    found = checked({"split": split(fraction=7)})
    faults = [fault for fault in found.faults if fault.node == "split"]
    assert [(fault.field, fault.level) for fault in faults] == [("inputs.fraction", "error")]
    assert "from 0 to 1" in faults[0].hint


def test_what_a_pipeline_parameter_has_no_default_for_is_no_fault_yet(checked):
    bound = split()
    bound["inputs"]["fraction"] = {"pipeline": "share"}
    assert not checked({"split": bound}, inputs={"share": {"type": "number"}}).faults
    found = checked({"split": bound}, inputs={"share": {"type": "number", "default": 3}})
    assert ("split", "inputs.fraction") in said(found)


def test_data_and_components_that_are_gone_are_said_at_their_nodes(checked):
    gone = {"component": "data:azureml:nobody:3"}
    found = said(
        checked({"gone": gone, "lost": {"component": "builtin:no_such"}, "own": {"component": "component:x:1"}})
    )
    assert "nobody" in found["gone", "component"].message
    assert ("lost", "component") in found
    assert ("own", "component") in found


def test_a_cycle_is_a_fault_and_not_an_endless_walk(checked):
    first, second = split("second"), split("split")
    for node in (first, second):
        node["inputs"]["dataset"]["output"] = "results_dataset1"
    codes = {fault.code for fault in checked({"split": first, "second": second}).faults}
    assert "cycle" in codes


def test_an_empty_draft_can_be_checked(api_of, ada, workspace):
    draft = create_draft(actor=ada, workspace=workspace)
    assert draft.name.startswith("Pipeline-Created-on-")
    answer = api_of(ada).get(f"/api/v1/workspaces/{workspace.name}/designer/drafts/{draft.pk}/check/?reuse=1").json()
    assert [fault["code"] for fault in answer["faults"]] == ["empty"]
    assert "reuse" not in answer


def test_before_submit_it_says_what_would_run_and_why(api_of, ada, workspace):
    table(workspace, COLUMNS)
    draft = create_draft(actor=ada, workspace=workspace, document=small())
    url = f"/api/v1/workspaces/{workspace.name}/designer/drafts/{draft.pk}/check/?reuse=1"
    answer = api_of(ada).get(url).json()
    assert answer["reuse"]["split"]["will"] == "run"
    assert answer["reuse"]["split"]["why"]
    assert "reuse" not in api_of(member(workspace, Role.READER)).get(url).json()


def test_the_palette_has_all_components_and_is_not_sent_twice(api_of, ada, workspace):
    url = f"/api/v1/workspaces/{workspace.name}/designer/palette/"
    first = api_of(ada).get(url)
    split_data = next(one for one in first.json()["components"] if one["name"] == "split_data")
    assert split_data["category"] in first.json()["categories"]
    assert {"name", "title", "kind", "default"} <= split_data["parameters"][0].keys()
    again = api_of(ada).get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_searching_finds_what_the_workspace_has_with_ports_and_columns(api_of, ada, workspace):
    registered(ada, workspace)
    table(workspace, COLUMNS)
    table(WorkspaceFactory(), COLUMNS, name="people-elsewhere")
    url = f"/api/v1/workspaces/{workspace.name}/designer/palette/search/"
    train = api_of(ada).get(url, {"q": "trai"}).json()["found"][0]
    assert (train["reference"], train["title"]) == ("component:train:1", "Train a forest")
    assert [port["name"] for port in train["inputs"]] == ["data"]
    assert [(one["name"], one["kind"]) for one in train["parameters"]] == [("depth", "int"), ("criterion", "choice")]
    data = api_of(ada).get(url, {"q": "people", "kind": "data"}).json()["found"]
    assert [one["reference"] for one in data] == [PEOPLE]
    assert [column["name"] for column in data[0]["schema"]] == list(COLUMNS)
    named = api_of(ada).get(url, {"reference": ["component:train:1", PEOPLE, "data:azureml:nobody:1"]}).json()["found"]
    assert [one["reference"] for one in named] == ["component:train:1", PEOPLE]


def test_a_component_of_the_workspace_is_drawn_exported_and_drawn_again(api_of, browser_of, ada, workspace):
    registered(ada, workspace)
    table(workspace, COLUMNS)
    train = {"component": "component:train:1", "position": [5, 9],
             "inputs": {"data": {"node": "people", "output": "data"}, "depth": {"pipeline": "depth"}}}  # fmt: skip
    document = {"nodes": {"people": small()["nodes"]["people"], "train": train, "split": split(fraction=0.7)},
                "inputs": {"depth": {"type": "integer", "default": 5}}}  # fmt: skip
    draft = create_draft(actor=ada, workspace=workspace, document=document, name="Trees")
    page = f"/workspaces/{workspace.name}/designer/drafts/{draft.pk}/export"
    exported = browser_of(ada).get(f"{page}.yml")
    assert 'filename="trees.yml"' in exported["Content-Disposition"]
    assert "def " in browser_of(ada).get(f"{page}.py").content.decode()
    url = f"/api/v1/workspaces/{workspace.name}/designer/drafts/"
    answer = api_of(ada).post(url, {"yaml": exported.content.decode()}, format="json")
    assert answer.status_code == 201, answer.content
    again = workspace.drafts.get(pk=answer.json()["id"])
    assert again.name == "Trees"
    assert check_draft(again).graph == check_draft(draft).graph
    assert api_of(ada).get(f"{url}{again.pk}/").json()["used"][0]["reference"] in ("component:train:1", PEOPLE)

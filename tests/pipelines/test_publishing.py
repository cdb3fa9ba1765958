"""Published pipelines and their endpoints: parameters, versions, keys, and calls as Azure ML v1 has them."""

import pytest

from apps.activity.models import AuditRecord
from apps.activity.sentences import sentence_of
from apps.core.errors import NotAllowed
from apps.experiments.models import Run
from apps.pipelines.models import PipelineEndpoint, PipelineRun, PublishedPipeline
from apps.pipelines.services import endpoints as services
from apps.pipelines.services.publishing import Call, edit_published, parameters_of, publish_run, submit_published
from apps.workspaces.roles import Role
from tests.data.factories import DatasetFactory
from tests.pipelines.factories import endpoint, pipeline, published
from tests.pipelines.working import chain
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def called(ada, workspace):
    """An endpoint with one version."""
    return endpoint(ada, workspace)


@pytest.fixture
def address(called):
    return f"/api/v1/workspaces/{called.workspace.name}/pipelines/endpoints/{called.pk}/submit/"


@pytest.fixture
def holder(client, ada, called):
    """A program with the endpoint's primary key: ``holder(body)`` calls ``address``."""
    key = services.keys_of(actor=ada, endpoint=called).primary

    def post(address, body, key=key, **headers):
        headers = {"authorization": f"Bearer {key}", **headers}
        return client.post(address, body, content_type="application/json", headers=headers)

    return post


def test_a_call_is_answered_at_once_with_the_id_of_its_run(holder, address, called, workspace):
    body = {
        "ExperimentName": "weekly", "Description": "From a program.", "Tags": {"from": "cron"}, "DisplayName": "Monday",
        "RunSource": "SDK", "ContinueOnStepFailure": True,
        "ParameterAssignments": {"depth": "7", "rate": 0.5, "by": "entropy", "quick": "true"},
    }  # fmt: skip
    answer = holder(address, body)
    assert answer.status_code == 200, answer.content
    run = Run.objects.get(pk=answer.json()["Id"])
    assert str(run.experiment) == "weekly"
    assert (run.display_name, run.description) == ("Monday", "From a program.")
    assert {tag.name: tag.value for tag in run.tags.all()} == {"from": "cron"}
    values = {name: given["value"] for name, given in run.config["inputs"].items()}
    assert values == {"depth": 7, "rate": 0.5, "by": "entropy", "quick": True}
    facts = PipelineRun.objects.get(run=run)
    assert facts.settings["continue_on_step_failure"] is True
    assert (facts.endpoint, facts.published) == (called, called.versions.get().published)
    # Nobody called in person: the run says which key did.
    assert run.submitted_by is None
    assert run.properties["studio.called_with"] == "primary"
    assert run.properties["azureml.runsource"] == "SDK"
    said = [sentence_of(record) for record in AuditRecord.objects.filter(verb="pipeline_endpoint.called")]
    assert said == [f"The primary key of the pipeline endpoint churn weekly submitted the run {run.name}"]
    called.refresh_from_db()
    assert called.last_run == run


def test_what_is_called_with_a_key_is_carried_out(holder, address, works, run_tasks):
    run = Run.objects.get(pk=holder(address, {"ParameterAssignments": {"rate": 1}}).json()["Id"])
    run_tasks()
    assert works.do_all(run).status == "Completed"


def test_data_is_given_as_datasets_and_paths(holder, ada, workspace):
    graph = chain("read", nodes={"read": {}})
    made = services.create_endpoint(
        actor=ada, workspace=workspace, name="data", published=published(ada, workspace, graph=with_data(graph))
    )
    key = services.keys_of(actor=ada, endpoint=made).primary
    address = f"/api/v1/workspaces/{workspace.name}/pipelines/endpoints/{made.pk}/submit/"
    dataset = DatasetFactory.create(workspace=workspace, name="iris")
    body = {"DataSetDefinitionValueAssignments": {"data": {"SavedDataSetReference": {"Id": str(dataset.pk)}}}}
    run = Run.objects.get(pk=holder(address, body, key=key).json()["Id"])
    assert run.config["inputs"]["data"]["reference"] == "iris:1"
    place = {"DataStoreName": "nowhere", "RelativePath": "a/b"}
    refused = holder(address, {"DataPathAssignments": {"data": place}}, key=key)
    assert refused.status_code == 400
    assert "nowhere" in refused.json()["errors"]["DataPathAssignments.data"][0]


def with_data(graph):
    """Return a graph whose one node reads the pipeline's input ``data``."""
    from dataclasses import replace

    from apps.pipelines.graph.types import FromPipeline, InputPort, Node

    read = replace(graph.components["read"], inputs={"data": InputPort("uri_folder")}, command="ls ${{inputs.data}}")
    return replace(
        graph,
        nodes={"read": Node("read", inputs={"data": FromPipeline("data")})},
        components={"read": read},
        inputs={"data": InputPort("uri_folder")},
    )


@pytest.mark.parametrize(
    ("body", "place", "words"),
    [
        ({"ParameterAssignments": {"rate": 1, "dpeth": 2}}, "ParameterAssignments.dpeth", "Did you mean “depth”?"),
        ({"ParameterAssignments": {"rate": "fast"}}, "ParameterAssignments.rate", "“fast” is no number"),
        ({"ParameterAssignments": {"rate": 1, "depth": 90}}, "ParameterAssignments.depth", "more than 20"),
        ({"ParameterAssignments": {"rate": 1, "by": "luck"}}, "ParameterAssignments.by", "gini, entropy"),
        ({"ParameterAssignments": {}}, "ParameterAssignments.rate", ""),
        ({"ParameterAssignment": {"rate": 1}}, "ParameterAssignment", "Did you mean “ParameterAssignments”?"),
        ({"ParameterAssignments": [1]}, "ParameterAssignments", ""),
        ({"DataPathAssignments": {"rate": {}}}, "DataPathAssignments.rate", "among the ParameterAssignments"),
        ({"ParameterAssignments": {"rate": 1}, "PipelineVersion": "7"}, "PipelineVersion", "it has 0 to 0"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong_where(holder, address, body, place, words):
    answer = holder(address, body)
    assert answer.status_code in {400, 404}, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert words in " ".join(answer.json()["errors"][place])
    assert not Run.objects.exists()


def test_versions_are_called_by_query_or_body_and_else_the_default(holder, address, called, ada, workspace):
    other = published(ada, workspace, name="Second", version="1.2")
    assert services.add_version(actor=ada, endpoint=called, published=other).number == 1

    def name_of(address, **more):
        answer = holder(address, {"ParameterAssignments": {"rate": 1}, **more})
        return str(PipelineRun.objects.get(run=answer.json()["Id"]).published)

    assert name_of(address) == "Churn"
    assert name_of(f"{address}?PipelineVersion=1") == "Second 1.2"
    assert name_of(address, pipelineversion="1") == "Second 1.2"
    services.set_default(actor=ada, endpoint=called, version="1")
    assert name_of(address) == "Second 1.2"
    assert name_of(address, PipelineVersion="0") == "Churn"


def test_what_is_disabled_refuses_with_a_sentence(holder, address, called, ada):
    body = {"ParameterAssignments": {"rate": 1}}
    services.edit_endpoint(actor=ada, endpoint=called, changes={"is_enabled": False})
    answer = holder(address, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "pipeline_endpoint_disabled")
    assert "Enable it" in answer.json()["detail"]
    services.edit_endpoint(actor=ada, endpoint=called, changes={"is_enabled": True})
    edit_published(actor=ada, published=called.versions.get().published, changes={"is_enabled": False})
    assert holder(address, body).json()["code"] == "published_pipeline_disabled"
    services.archive_endpoint(actor=ada, endpoint=called)
    assert holder(address, body).status_code == 409


def test_a_request_that_is_sent_again_runs_once(holder, address):
    body = {"ParameterAssignments": {"rate": 1}}
    first = holder(address, body, **{"idempotency-key": "monday"})
    again = holder(address, body, **{"idempotency-key": "monday"})
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Run.objects.filter(parent=None).count() == 1
    assert holder(address, {"ParameterAssignments": {"rate": 2}}, **{"idempotency-key": "monday"}).status_code == 422


def test_keys_open_their_endpoint_and_nothing_else(holder, address, called, ada, workspace, client):
    keys = services.keys_of(actor=ada, endpoint=called)
    body = {"ParameterAssignments": {"rate": 1}}
    assert keys.primary.startswith("pe_")
    assert holder(address, body, key=keys.secondary).status_code == 200
    services.regenerate_key(actor=ada, endpoint=called, which="primary")
    refused = holder(address, body)
    assert refused.status_code == 401
    assert "pe_" not in refused.content.decode()
    other = endpoint(ada, workspace, "another")
    elsewhere = address.replace(str(called.pk), str(other.pk))
    assert holder(elsewhere, body, key=keys.secondary).status_code == 401
    page = client.get(
        f"/api/v1/workspaces/{workspace.name}/runs/", headers={"authorization": f"Bearer {keys.secondary}"}
    )
    assert page.status_code == 401


def test_people_call_with_their_own_tokens(address, api_of, ada, workspace, called):
    answer = api_of(ada).post(address, {"ParameterAssignments": {"rate": 1}}, format="json")
    run = Run.objects.get(pk=answer.json()["Id"])
    assert run.submitted_by == ada
    assert "studio.called_with" not in run.properties
    assert api_of(member(workspace, Role.READER)).post(address, {}, format="json").status_code == 403
    assert api_of(member(WorkspaceFactory.create(), Role.OWNER)).post(address, {}, format="json").status_code == 404


def test_the_pipeline_of_a_run_is_published_with_what_it_was_given(works, ada, workspace):
    graph = pipeline()
    from apps.pipelines.graph.types import Value

    run = works.submit(graph, inputs={"rate": Value(0.25), "depth": Value(9)}, experiment_name="trials")
    made = publish_run(actor=ada, run=run, name="Churn", description="From a run.")
    shown = {one.name: (one.default_text, one.is_required) for one in parameters_of(made)}
    assert shown == {"depth": ("9", False), "rate": ("0.25", False), "by": ("gini", False), "quick": ("false", False)}
    again = submit_published(actor=ada, published=made, call=Call())
    assert str(again.experiment) == "trials"
    assert again.config["inputs"]["rate"]["value"] == 0.25


def test_the_api_makes_lists_and_changes_endpoints(api_of, ada, workspace):
    api, base = api_of(ada), f"/api/v1/workspaces/{workspace.name}/pipelines/"
    one = published(ada, workspace)
    made = api.post(f"{base}endpoints/", {"name": "weekly", "published": str(one.pk)}, format="json")
    assert made.status_code == 201, made.content
    said = made.json()
    assert (said["default_version"], said["status"]) == (0, "Active")
    assert said["endpoint"].endswith(f"/pipelines/endpoints/{said['id']}/submit/")
    assert api.post(f"{base}endpoints/", {"name": "Weekly"}, format="json").status_code == 409
    own = f"{base}endpoints/{said['id']}/"
    two = published(ada, workspace, name="Second")
    assert api.post(f"{own}versions/", {"published": str(two.pk)}, format="json").json()["version"] == 1
    changed = api.patch(own, {"default_version": 1, "is_enabled": False, "description": "d"}, format="json").json()
    assert (changed["default_version"], changed["status"], changed["description"]) == (1, "Disabled", "d")
    versions = api.get(f"{own}versions/").json()["results"]
    assert {row["version"]: row["is_default"] for row in versions} == {0: False, 1: True}
    keys = api.get(f"{own}keys/").json()
    replaced = api.post(f"{own}keys/", {"key_type": "secondary"}, format="json").json()
    assert replaced["primary_key"] == keys["primary_key"]
    assert replaced["secondary_key"] != keys["secondary_key"]
    parameters = api.get(f"{base}published/{one.pk}/").json()["parameters"]
    assert parameters[0] == {
        "name": "depth", "type": "integer", "required": False, "default": 3, "minimum": 1.0, "maximum": 20.0, "enum": [],
        "description": "How deep trees are.",
    }  # fmt: skip
    assert api.get(f"{base}published/{one.pk}/graph/").json()["graph"]["nodes"].keys() == {"train"}
    assert api.patch(f"{base}published/{one.pk}/", {"is_enabled": False}, format="json").json()["status"] == "Disabled"
    assert {row["name"] for row in api.get(f"{base}published/", {"state": "enabled"}).json()["results"]} == {"Second"}


def test_readers_see_no_keys_and_publish_nothing(workspace, called, api_of):
    reader = member(workspace, Role.READER)
    with pytest.raises(NotAllowed):
        services.keys_of(actor=reader, endpoint=called)
    assert (
        api_of(reader).get(f"/api/v1/workspaces/{workspace.name}/pipelines/endpoints/{called.pk}/keys/").status_code
        == 403
    )


def test_a_workspace_goes_with_all_its_pipelines(holder, address, workspace):
    from apps.pipelines.services.freeing import free_workspace

    holder(address, {"ParameterAssignments": {"rate": 1}})
    free_workspace(workspace)
    assert not PipelineEndpoint.objects.exists()
    assert not PublishedPipeline.objects.exists()
    assert not PipelineRun.objects.exists()

"""Pages of components and published pipelines: what they show, what they refuse, and who may do what there."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.experiments.models import Run
from apps.pipelines.graph.types import FromData, Graph, Node, Value
from apps.pipelines.models import Component, ComponentVersion, PipelineEndpoint
from apps.pipelines.services import endpoints as services
from apps.pipelines.services import submit_pipeline
from apps.pipelines.services.components import component_of
from apps.pipelines.services.publishing import Call, publish_pipeline, submit_published
from apps.workspaces.roles import Role
from tests.pipelines.factories import TRAIN, endpoint, pipeline, published, registered
from tests.workspaces.factories import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def base(workspace):
    return f"/workspaces/{workspace.name}/"


@pytest.fixture
def writer(browser_of, ada):
    return browser_of(ada)


@pytest.fixture
def reader(browser_of, workspace):
    return browser_of(member(workspace, Role.READER))


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.content[:500])
    return str(answer.content.decode())


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def folder(**files: str) -> SimpleUploadedFile:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.py", content)
    return SimpleUploadedFile("code.zip", packed.getvalue())


def test_the_empty_list_says_what_components_are_and_offers_the_first_step(writer, reader, base):
    page = text(writer.get(f"{base}components/"))
    assert "A component is a step that pipelines share" in page
    assert f"{base}components/-/new/" in page
    assert f"{base}components/-/new/" not in text(reader.get(f"{base}components/"))


def test_a_component_is_registered_in_the_browser_with_its_code(writer, base, workspace):
    start = text(writer.get(f"{base}components/-/new/"))
    assert "name: prepare_data" in start
    sent = {"component": TRAIN, "code_from": "upload", "upload": folder(train="print(1)\n")}
    answer = writer.post(f"{base}components/-/new/", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"{base}components/train/?version=1")
    page = words(text(writer.get(f"{base}components/train/")))
    assert "from 1 to 20" in page
    assert "gini" in page
    assert "Fits trees ." in page
    again = writer.post(f"{base}components/-/new/", sent | {"upload": folder(train="print(1)\n")}, follow=True)
    assert "train:1 does exactly this already." in text(again)
    assert ComponentVersion.objects.count() == 1


def test_faults_of_a_file_stand_beside_it_and_the_code_is_kept(writer, base):
    wrong = TRAIN.replace("type: command", "type: comand")
    sent = {"component": wrong, "code_from": "upload", "upload": folder(train="print(1)\n")}
    page = text(writer.post(f"{base}components/-/new/", sent), 422)
    assert "Line 5: “comand” is no type of step" in page
    assert "Keep 1 file" in page
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    fixed = {"component": TRAIN, "code_from": "kept", "kept": kept[1], "version": "1.0"}
    assert writer.post(f"{base}components/-/new/", fixed)["Location"].endswith("?version=1.0")


def test_the_next_version_begins_with_the_one_before(writer, base, ada, workspace):
    registered(ada, workspace)
    page = text(writer.get(f"{base}components/-/new/?from=train"))
    assert "Train a forest" in page
    assert "Keep 1 file" in page


def test_the_tabs_of_a_component(writer, base, ada, workspace):
    version = registered(ada, workspace)
    registered(ada, workspace, script="print(2)\n")
    graph = Graph(
        nodes={"fit": Node("train", inputs={"data": FromData("https://example.org/a.csv", "uri_folder")})},
        components={"train": component_of(version)},
    )
    publish_pipeline(actor=ada, workspace=workspace, graph=graph, name="Weekly fit")
    own = f"{base}components/train/"
    assert "Weekly fit" in text(writer.get(f"{own}uses/?version=1"))
    assert "Weekly fit" not in text(writer.get(f"{own}uses/"))
    assert "name: train" in text(writer.get(f"{own}yaml/"))
    assert "run-files" in text(writer.get(f"{own}code/"))
    assert "?version=1" in text(writer.get(f"{own}versions/"))
    compared = text(writer.get(f"{own}compare/?a=1&b=2"))
    assert "+print(2)" in compared
    assert "-print(1)" in compared
    assert "It has: 2, 1" in text(writer.get(f"{own}?version=9"), 404)


def test_descriptions_and_tags_are_changed_in_place(writer, base, ada, workspace):
    registered(ada, workspace)
    own = f"{base}components/train/version/"
    page = text(writer.post(f"{own}description/", {"display_name": "Forest", "description": "**New**"}))
    assert "<strong>New</strong>" in page
    assert "risk" in text(writer.post(f"{own}tags/", {"add": "area=risk"}))
    assert "fraud" not in text(writer.post(f"{own}tags/", {"remove": "team"}))
    assert "no name" in text(writer.post(f"{own}tags/", {"add": "=x"}), 422)
    row = ComponentVersion.objects.get()
    assert (row.display_name, row.tags) == ("Forest", {"area": "risk"})


def test_archived_components_leave_the_list_and_come_back(writer, reader, base, ada, workspace):
    registered(ada, workspace)
    assert reader.post(f"{base}components/train/archive/").status_code == 403
    assert "new ones cannot use it" in text(writer.post(f"{base}components/train/archive/", follow=True))
    assert "table-title" not in text(writer.get(f"{base}components/"))
    assert "table-title" in text(writer.get(f"{base}components/?archived=only"))
    row = Component.objects.get()
    writer.post(f"{base}components/-/restore/?archived=only", {"ids": [str(row.pk)]})
    row.refresh_from_db()
    assert row.archived_at is None


def test_the_pipeline_of_a_run_is_published_from_its_page(writer, reader, base, ada, workspace):
    run = submit_pipeline(actor=ada, workspace=workspace, graph=pipeline(), inputs={"rate": Value(0.5)})
    address = f"{base}pipelines/publish/{run.pk}/"
    assert address in text(writer.get(run.get_absolute_url()))
    assert address not in text(reader.get(run.get_absolute_url()))
    assert 'value="Churn"' in text(writer.get(address))
    refused = text(writer.post(address, {"endpoint": "new", "name": "Churn"}), 422)
    assert "Give the new endpoint a name" in refused
    refused = text(writer.post(address, {"endpoint": "new", "endpoint_name": "a/b", "name": "Churn"}), 422)
    assert 'aria-describedby="id_endpoint_name_helptext id_endpoint_name_error"' in refused
    made = writer.post(address, {"endpoint": "new", "endpoint_name": "weekly", "name": "Churn"})
    row = PipelineEndpoint.objects.get()
    assert made["Location"] == row.get_absolute_url()
    sent = {"endpoint": str(row.pk), "name": "Churn", "version": "1.1", "make_default": "on"}
    writer.post(address, sent)
    row.refresh_from_db()
    assert (row.latest_number, row.default and row.default.number) == (1, 1)


def test_an_endpoint_shows_where_and_how_it_is_called(writer, reader, base, ada, workspace):
    row = endpoint(ada, workspace)
    page = text(writer.get(row.get_absolute_url()))
    assert f"/api/v1/workspaces/{workspace.name}/pipelines/endpoints/{row.pk}/submit/" in page
    assert "must be given" in page
    assert "Runs <em>weekly</em>." in page
    keys = services.keys_of(actor=ada, endpoint=row)
    assert keys.primary in page
    assert keys.primary not in text(reader.get(row.get_absolute_url()))
    writer.post(f"{row.get_absolute_url()}keys/regenerate/", {"which": "primary"})
    row.refresh_from_db()
    assert services.keys_of(actor=ada, endpoint=row).primary != keys.primary
    assert "churn weekly" in text(writer.get(f"{base}pipelines/endpoints/"))


def test_a_pipeline_is_run_from_the_page_with_faults_at_their_fields(writer, ada, workspace):
    row = endpoint(ada, workspace)
    address = f"{row.get_absolute_url()}submit/"
    page = text(writer.get(address))
    assert "integer · from 1 to 20 · How deep trees are." in page
    wrong = text(writer.post(address, {"input-rate": "", "input-depth": "99", "input-by": "luck"}), 422)
    assert "99 is more than 20" in wrong
    assert 'id="id_input-rate_error"' in wrong
    done = writer.post(address, {"input-rate": "0.5", "input-depth": "", "input-by": "gini", "input-quick": "true"})
    run = Run.objects.get(kind="pipeline")
    assert done["Location"] == run.get_absolute_url()
    assert {name: given["value"] for name, given in run.config["inputs"].items()} == {
        "depth": 3, "rate": 0.5, "by": "gini", "quick": True,
    }  # fmt: skip
    submit_published(
        actor=None,
        published=row.versions.get().published,
        endpoint=row,
        call=Call(inputs={"rate": Value(1)}, caller="primary"),
    )
    listed = text(writer.get(f"{row.get_absolute_url()}runs/"))
    assert str(run) in listed
    assert "Ada Lovelace" in listed
    assert "Primary key" in listed


def test_versions_are_made_default_and_switched_off(writer, reader, ada, workspace):
    row = endpoint(ada, workspace)
    two = published(ada, workspace, name="Second")
    services.add_version(actor=ada, endpoint=row, published=two)
    own = row.get_absolute_url()
    assert "Second" in text(writer.get(f"{own}published/"))
    assert reader.post(f"{own}default/", {"version": "1"}).status_code == 403
    writer.post(f"{own}default/", {"version": "1"})
    row.refresh_from_db()
    assert row.default
    assert row.default.number == 1
    writer.post(f"{two.get_absolute_url()}disable/")
    assert "nobody can run it" in text(writer.get(two.get_absolute_url()))
    assert "is disabled. Enable it" in text(writer.post(f"{own}submit/", {"input-rate": "1"}), 422)
    writer.post(f"{own}disable/")
    assert "whoever calls it is refused" in text(writer.get(own))


def test_lists_take_few_queries_however_much_there_is(writer, base, ada, workspace, django_assert_max_num_queries):
    row = endpoint(ada, workspace, "one")
    registered(ada, workspace)
    for number in range(4):
        endpoint(ada, workspace, f"more {number}")
        registered(ada, workspace, TRAIN.replace("name: train", f"name: train{number}"))
    submit = f"{row.get_absolute_url()}submit/"
    writer.post(submit, {"input-rate": "0.5"})
    for address in ("components/", "pipelines/endpoints/", "pipelines/published/"):
        with django_assert_max_num_queries(16):
            text(writer.get(f"{base}{address}"))
    with django_assert_max_num_queries(18):
        text(writer.get(f"{row.get_absolute_url()}runs/"))


def test_search_finds_components_and_endpoints(writer, ada, workspace, base):
    registered(ada, workspace)
    endpoint(ada, workspace, "train weekly")
    found = text(
        writer.get("/search/", {"q": "train", "workspace": workspace.name}, headers={"accept": "application/json"})
    )
    assert f"{base}components/train/" in found
    assert "train weekly" in found

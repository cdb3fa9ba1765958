"""Datasets: versions, names, references, deletion, and what the API says of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from apps.core.storage import get_store
from apps.data import services
from apps.data.errors import (
    DatasetExists,
    DatasetInUse,
    DatasetUnknown,
    KindDiffers,
    NotAReference,
    UploadOver,
    VersionUnknown,
)
from apps.data.hooks import DatasetUse, dataset_uses
from apps.data.models import Dataset, DatasetVersion, Datastore, Upload
from apps.data.services import NewVersion
from apps.data.stores import browse, prefix_of
from apps.workspaces.roles import Role
from tests.data.factories import CSV, DatasetFactory, dataset_of, uploaded
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def builder(workspace):
    return member(workspace, Role.DATA_SCIENTIST)


def test_a_table_is_registered_with_what_was_found(workspace, builder):
    version = dataset_of(builder, workspace)
    assert (version.reference, version.row_count, version.file_count, version.size) == ("people:1", 2, 1, len(CSV))
    assert [(column["name"], column["type"]) for column in version.columns] == [("name", "string"), ("age", "integer")]
    assert version.settings["delimiter"] == ","
    assert not Upload.objects.exists()
    assert [file.path for file in version.files.all()] == ["people.csv"]


def test_columns_are_renamed_retyped_and_left_out(workspace, builder):
    schema = {0: {"name": "who"}, 1: {"type": "decimal", "included": False}}
    version = dataset_of(builder, workspace, schema=schema)
    assert version.columns == [
        {"name": "who", "source": "name", "type": "string", "included": True},
        {"name": "age", "source": "age", "type": "decimal", "included": False},
    ]


def test_a_name_that_exists_needs_to_be_meant(workspace, builder):
    dataset_of(builder, workspace, tags={"team": "a"}, description="People.")
    with pytest.raises(DatasetExists, match="version 1"):
        dataset_of(builder, workspace, "PEOPLE")
    second = dataset_of(builder, workspace, "People", is_next=True, files={"p.csv": b"name,age\nCid,9\n"})
    assert second.reference == "people:2"
    assert second.dataset.tags == {"team": "a"}
    assert second.sha256 != second.dataset.versions.get(number=1).sha256
    with pytest.raises(KindDiffers):
        dataset_of(builder, workspace, is_next=True, kind="file")


def test_what_makes_no_table_makes_no_version(workspace, builder):
    with pytest.raises(Exception, match="line 3"):
        dataset_of(builder, workspace, files={"bad.csv": b"a,b\n1,2\n3\n"})
    assert not Dataset.objects.exists()
    assert Upload.objects.get().state == "Complete"


def test_references_of_jobs_mean_versions(workspace, builder):
    dataset_of(builder, workspace)
    dataset_of(builder, workspace, is_next=True)
    for text, number in (
        ("people", 2), ("people@latest", 2), ("people:1", 1), ("azureml:people:1", 1), ("azureml:People@latest", 2),
    ):  # fmt: skip
        assert services.resolve_reference(workspace, text).name == f"people:{number}"
    with pytest.raises(VersionUnknown, match="latest is people:2"):
        services.resolve_reference(workspace, "people:3")
    with pytest.raises(DatasetUnknown, match="There are: people"):
        services.resolve_reference(workspace, "persons:1")
    for text in ("", "a b", "azureml://datastores/x/paths/y", "../x", "people:1:2"):
        with pytest.raises(NotAReference):
            services.resolve_reference(workspace, text)
    with pytest.raises(DatasetUnknown):
        services.resolve_reference(WorkspaceFactory.create(), "people")


def test_deleting_what_something_used_needs_its_name(workspace, builder, run_tasks):
    version = dataset_of(builder, workspace)
    use = DatasetUse(version.pk, "run", "calm_fox", "/runs/1/", datetime(2026, 1, 1, tzinfo=UTC))
    dataset_uses.add(hook := lambda ids, limit: [use] if version.pk in ids else [])
    try:
        with pytest.raises(DatasetInUse, match="run calm_fox"):
            services.delete_dataset(actor=builder, dataset=version.dataset)
        services.delete_dataset(actor=builder, dataset=version.dataset, confirmed_name="people")
    finally:
        dataset_uses.remove(hook)
    run_tasks()
    assert not Dataset.objects.exists()
    assert [*get_store().list(prefix_of(workspace.pk))] == []


def test_a_workspace_that_goes_takes_rows_and_bytes_along(workspace, builder):
    dataset_of(builder, workspace)
    uploaded(builder, workspace, **{"rest.csv": CSV})
    services.free_workspace(workspace)
    left = [Dataset.objects.all(), Upload.objects.all(), Datastore.objects.filter(workspace=workspace)]
    assert not any(rows.exists() for rows in left)
    assert [*get_store().list(prefix_of(workspace.pk))] == []


def test_a_datastore_shows_its_own_workspace_folder_by_folder(workspace, builder):
    version = dataset_of(builder, workspace, kind="file", files={"a/x": b"1", "a/y": b"22", "z": b"333"})
    other = WorkspaceFactory.create()
    dataset_of(member(other, Role.OWNER), other)
    store = version.datastore
    assert [(folder.path, folder.files, folder.size) for folder in browse(store).folders] == [("uploads", 3, 6)]
    inside = browse(store, version.folder)
    assert [(folder.name, folder.files) for folder in inside.folders] == [("a", 2)]
    assert [file.key for file in inside.files] == [f"{version.folder}/z"]


def test_every_workspace_has_its_datastore(builder, workspace):
    from apps.core import hooks

    hooks.workspace_created(workspace)
    hooks.workspace_created(workspace)
    assert [store.name for store in workspace.datastores.all()] == ["workspaceblobstore"]


def test_the_api_creates_shows_edits_and_deletes(workspace, builder, api_of):
    api = api_of(builder)
    base = f"/api/v1/workspaces/{workspace.name}/"
    upload = uploaded(builder, workspace, **{"people.csv": CSV})
    preview = api.get(f"{base}uploads/{upload.pk}/preview/", {"rows": 1}).json()
    assert (preview["rows"], preview["column_count"], preview["is_all"]) == ([["Ann", "3"]], 2, False)
    body = {"name": "people", "kind": "tabular", "upload": str(upload.pk), "schema": [{"column": 0, "name": "who"}]}
    made = api.post(f"{base}datasets/", body)
    assert made.status_code == 201, made.content
    assert made.json()["columns"][0]["name"] == "who"
    assert api.post(f"{base}datasets/", body).status_code == 400
    one = f"{base}datasets/people/"
    assert api.patch(one, {"description": "x", "tags": {"a": "b"}, "archived": True}).json()["archived_at"]
    assert api.get(f"{base}datasets/").json()["results"] == []
    assert api.get(f"{one}versions/latest/preview/").json()["rows"] == [["Ann", "3"], ["Bob", "4"]]
    profile = api.get(f"{one}versions/1/profile/").json()
    assert (profile["rows"], profile["columns"][1]["mean"], profile["columns"][0]["distinct"]) == (2, 3.5, 2)
    file = api.get(f"{one}versions/1/files/content/", {"path": "people.csv"}, headers={"Range": "bytes=0-3"})
    assert (file.status_code, file.headers["Content-Range"]) == (206, f"bytes 0-3/{len(CSV)}")
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_versions_made_at_once_have_different_numbers_and_an_upload_makes_one(workspace, builder):
    dataset_of(builder, workspace)
    uploads = [uploaded(builder, workspace, **{f"{number}.csv": CSV}) for number in range(3)]

    def make(upload):
        try:
            new = NewVersion(name="people", kind="tabular", is_next=True)
            return services.create_version(actor=builder, workspace=workspace, upload=upload, new=new).number
        except UploadOver:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(make, [*uploads, uploads[0]]))
    assert sorted(number for number in numbers if number) == [2, 3, 4]
    assert numbers.count(None) == 1
    assert DatasetVersion.objects.count() == 4


def test_pages_take_few_queries_however_much_there_is(workspace, builder, browser_of, django_assert_max_num_queries):
    for _number in range(30):
        DatasetFactory.create(workspace=workspace)
    dataset_of(builder, workspace)
    browser = browser_of(builder)
    base = f"/workspaces/{workspace.name}/data/"
    tabs = ["", "preview/", "profile/", "files/", "consume/", "lineage/"]
    for path in (
        "",
        "datastores/",
        "datastores/workspaceblobstore/",
        "new/",
        *(f"datasets/people/{tab}" for tab in tabs),
    ):
        browser.get(f"{base}{path}")  # notes who was here
        with django_assert_max_num_queries(22):
            assert browser.get(f"{base}{path}").status_code == 200, path


def test_the_way_to_a_dataset_through_its_pages(workspace, builder, browser_of):
    browser = browser_of(builder)
    base = f"/workspaces/{workspace.name}/data/"
    upload = uploaded(builder, workspace, **{"people.csv": CSV.replace(b",", b";")})
    answer = browser.post(f"{base}new/", {"upload": upload.pk, "kind": "tabular"})
    assert answer.url.endswith("/settings/")
    page = browser.get(answer.url).content.decode()
    assert '<option value=";" selected>' in page
    assert "Ann" in page
    bad = browser.get(
        f"{base}new/{upload.pk}/preview/", {"format": "delimited", "delimiter": "|", "encoding": "utf-16"}
    )
    assert "is not utf-16" in bad.content.decode()
    chosen = {"format": "delimited", "delimiter": ";", "encoding": "utf-8", "has_header": "on", "skip_lines": "0"}
    schema = browser.post(answer.url, chosen).url
    assert "age" in browser.get(schema).content.decode()
    twice = {
        "name-0": "age",
        "type-0": "string",
        "included-0": "on",
        "name-1": "age",
        "type-1": "integer",
        "included-1": "on",
    }
    assert "is the name of 2 columns" in browser.post(schema, twice).content.decode()
    details = browser.post(schema, {**twice, "name-0": "who"}).url
    assert 'value="people"' in browser.get(details).content.decode()
    page = browser.post(details, {"name": "people", "description": "# Who\n", "tags": "team=a"}).url
    shown = browser.get(page).content.decode()
    assert "people:1" in shown
    assert "who" in shown


@pytest.mark.parametrize(("role", "code"), [(Role.READER, 403), (Role.LABELER, 403), (Role.CONTRIBUTOR, 200)])
def test_who_may_create(workspace, browser_of, role, code):
    assert browser_of(member(workspace, role)).get(f"/workspaces/{workspace.name}/data/new/").status_code == code

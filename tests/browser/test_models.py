"""Models in a real browser: from a run's outputs to a version with an alias, compared, downloaded and put away."""

import json
import re
import zipfile

import pytest
from playwright.sync_api import Page, expect

from apps.registry import services
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.states import VersionState
from apps.workspaces.roles import Role
from tests.browser.test_accessibility import faults_of
from tests.registry.factories import ModelFactory, add_version, registered, run_with
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.browser

MODELS = "/workspaces/forest/models/"
MANIFEST = b"""flavors:
  python_function: {loader_module: mlflow.sklearn, python_version: 3.13.2}
  sklearn: {sklearn_version: 1.7.2}
saved_input_example_info: {artifact_path: example.json}
signature:
  inputs: '[{"type": "long", "name": "height", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
"""
FILES = {
    "outputs/model/MLmodel": MANIFEST,
    "outputs/model/model.pkl": b"trees" * 100,
    "outputs/model/example.json": json.dumps({"columns": ["height"], "data": [[12], [31]]}).encode(),
    "outputs/model/report.html": b"<p id=a>static</p><script>a.textContent = 'ran elsewhere'</script>",
    "outputs/notes.txt": b"good",
}


@pytest.fixture
def workspace(transactional_db: None):
    return WorkspaceFactory.create(name="forest")


@pytest.fixture
def ann(workspace):
    return member(workspace, Role.DATA_SCIENTIST)


def test_outputs_of_a_run_become_a_model_that_is_named_compared_downloaded_and_archived(
    open_as, workspace, ann, run_tasks, tmp_path
) -> None:
    earlier = run_with(workspace, FILES, display_name="small trees")
    earlier.metrics.create(name="accuracy", last=0.75)
    registered(ann, workspace, run_tasks, "trees", run=earlier)
    run = run_with(workspace, {**FILES, "outputs/model/model.pkl": b"oaks" * 100}, display_name="tall trees")
    run.metrics.create(name="accuracy", last=0.5)

    page: Page = open_as(ann, f"/workspaces/forest/runs/{run.pk}/logs/")
    tree = page.get_by_role("tree")
    tree.get_by_text("outputs", exact=True).click()
    tree.get_by_text("model", exact=True).click()
    page.get_by_role("link", name="Register model outputs/model").click()

    expect(page.get_by_label("File or folder of the run")).to_have_value("outputs/model")
    expect(page.get_by_text("These files are an MLflow model")).to_be_visible()
    page.get_by_label("File or folder of the run").select_option("outputs/notes.txt")
    expect(page.get_by_text("What these files are cannot be told")).to_be_visible()
    page.get_by_label("Type").select_option("mlflow_model")
    page.get_by_label("Name", exact=True).fill("trees")
    page.get_by_label("Description").fill("Of *tall* trees")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_text("An MLflow model has a file “MLmodel”")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("Of *tall* trees")
    page.get_by_label("File or folder of the run").select_option("outputs/model")
    page.get_by_role("button", name="Register", exact=True).click()

    expect(page.get_by_text("The files are being copied")).to_be_visible()
    run_tasks()
    expect(page.get_by_text("The files are being copied")).to_have_count(0)
    expect(page.get_by_role("link", name="Download all")).to_be_visible()
    expect(page.get_by_role("row", name="height long")).to_be_visible()
    expect(page.get_by_role("cell", name="31")).to_be_visible()

    page.get_by_label("Add an alias").fill("champion")
    page.get_by_label("Add an alias").press("Enter")
    expect(page.get_by_role("button", name="Take away the alias champion")).to_be_visible()
    page.get_by_label("Add an alias").fill("latest")
    page.get_by_label("Add an alias").press("Enter")
    expect(page.get_by_text("Begin with a letter")).to_be_visible()
    page.get_by_label("Add a tag").fill("kind=oak")
    page.get_by_label("Add a tag").press("Enter")
    expect(page.get_by_text("kind: oak")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    download.value.save_as(tmp_path / "trees.zip")
    assert zipfile.ZipFile(tmp_path / "trees.zip").read("model.pkl") == b"oaks" * 100

    page.get_by_role("link", name="Versions").click()
    page.get_by_label("Choose trees:1").check()
    page.get_by_label("Choose trees:2").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("row", name="accuracy 0.75 0.5 -0.25")).to_be_visible()
    expect(page.get_by_text("The same in both: Signature")).to_be_visible()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="trees").click()

    page.get_by_role("button", name="Archive, delete").click()
    page.get_by_role("button", name="Archive the model").click()
    expect(page.get_by_text("trees is archived.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("trees is back.")).to_be_visible()
    assert RegisteredModel.objects.get().archived_at is None


def test_files_of_users_run_elsewhere_and_never_here(open_as, live_gateway, workspace, ann, run_tasks) -> None:
    registered(ann, workspace, run_tasks, "trees", files=FILES)
    page: Page = open_as(ann, f"{MODELS}trees/files/")
    page.get_by_role("tree").get_by_text("report.html").click()
    frame = page.locator("iframe")
    expect(frame).to_have_attribute("sandbox", "allow-scripts")
    expect(page.frame_locator("iframe").get_by_text("ran elsewhere")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download", exact=True).click()
    assert download.value.suggested_filename == "report.html"
    expect(page.get_by_role("link", name="Download all files")).to_have_attribute(
        "href", re.compile("/versions/1/zip/$")
    )


def test_a_folder_is_uploaded_and_found_by_its_name(open_as, workspace, ann, tmp_path) -> None:
    folder = tmp_path / "boosted"
    (folder / "parts").mkdir(parents=True)
    (folder / "model.ubj").write_bytes(b"boosted")
    (folder / "parts" / "a.txt").write_text("a")
    page: Page = open_as(ann, MODELS)
    expect(page.get_by_text("No models yet")).to_be_visible()
    page.get_by_role("link", name="Upload files").first.click()
    page.locator("input[type=file]").last.set_input_files(folder)
    expect(page.get_by_label("Name", exact=True)).to_have_value("boosted")
    expect(page.get_by_text("these files are of XGBoost")).to_be_visible()
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_text("boosted:1 is registered.")).to_be_visible()
    assert sorted(ModelVersion.objects.get().files.values_list("path", flat=True)) == ["model.ubj", "parts/a.txt"]
    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type("boost")
    expect(page.get_by_role("option", name=re.compile("boosted"))).to_be_visible()


def test_a_model_is_deleted_with_its_name_typed(open_as, workspace, ann) -> None:
    ModelFactory.create(workspace=workspace, name="trees")
    page: Page = open_as(ann, f"{MODELS}trees/delete/")
    button = page.get_by_role("button", name="Delete for good")
    expect(button).to_be_disabled()
    page.get_by_label("Type trees to confirm").fill("trees")
    button.click()
    expect(page.get_by_text("trees was deleted.")).to_be_visible()
    assert not RegisteredModel.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_models_fails_the_rules_that_a_program_can_check(
    open_as, workspace, ann, run_tasks, scheme: str
) -> None:
    version = registered(ann, workspace, run_tasks, "trees", files=FILES, tags={"a": "b"}, description="# What\n\nText")
    assert version.run
    version.run.metrics.create(name="accuracy", last=0.5)
    services.set_alias(actor=ann, version=version, alias="champion")
    failed = add_version(version.model, state=VersionState.FAILED, state_reason="No space is left.")
    empty = WorkspaceFactory.create(name="empty", owner=ann)
    services.ensure_model(ann, empty, "name")
    page = open_as(ann, MODELS, color_scheme=scheme, bypass_csp=True)
    tabs = (
        "",
        "versions/",
        "files/",
        "lineage/",
        "consume/",
        "compare/?show=all",
        "edit/",
        "delete/",
        "version/delete/",
    )
    paths = [
        f"{MODELS}{path}" for path in ("", "-/register/", "-/register/runs/", f"-/register/runs/{version.run_id}/")
    ]
    paths += [f"{MODELS}trees/{tab}{'&' if '?' in tab else '?'}version=1" for tab in tabs]
    paths += [failed.get_absolute_url(), "/workspaces/empty/models/?q=", "/workspaces/empty/models/name/"]
    found = [fault for path in paths for fault in faults_of(page, path)]
    assert not found, "\n".join(found)

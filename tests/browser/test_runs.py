"""Runs in a real browser: the form, and the pages of runs, on the test's own server."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.experiments.models import Experiment, MetricSummary, Run, RunParameter, RunRecord, RunTag
from apps.experiments.snapshots.reading import file_of
from tests.accounts.factories import UserFactory
from tests.browser.test_accessibility import faults_of
from tests.experiments.factories import ExperimentFactory, RunFactory
from tests.workspaces.factories import WorkspaceFactory

pytestmark = pytest.mark.browser

JOBS = "/workspaces/fraud/jobs/"


@pytest.fixture
def ada(transactional_db: None):
    return UserFactory.create(full_name="Ada Lovelace")


@pytest.fixture
def workspace(ada):
    return WorkspaceFactory.create(name="fraud", owner=ada)


def test_the_command_follows_the_script_until_somebody_writes_another(open_as, ada, workspace) -> None:
    page: Page = open_as(ada, f"{JOBS}new/?empty")
    command, name = page.get_by_role("textbox", name="Command", exact=True), page.get_by_label("File name")
    expect(command).to_have_value("python train.py")
    name.fill("fit.py")
    name.press("Tab")
    expect(command).to_have_value("python fit.py")
    command.fill("make everything")
    name.fill("other.py")
    name.press("Tab")
    expect(command).to_have_value("make everything")


def test_the_editor_indents_and_lets_the_keyboard_out(open_as, ada, workspace) -> None:
    page: Page = open_as(ada, f"{JOBS}new/?empty")
    script = page.get_by_label("Script", exact=True)
    script.click()
    page.keyboard.type("if True:\n")
    page.keyboard.type("x = 1\n")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("y = 2")
    expect(script).to_have_value("if True:\n    x = 1\ny = 2")
    page.keyboard.press("ControlOrMeta+z")
    expect(script).not_to_have_value("if True:\n    x = 1\ny = 2")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(script).not_to_be_focused()


def test_inputs_are_added_and_removed_by_keyboard(open_as, ada, workspace) -> None:
    page: Page = open_as(ada, f"{JOBS}new/?empty")
    inputs = page.get_by_role("group", name="Inputs")
    inputs.get_by_role("button", name="Add an input").press("Enter")
    expect(inputs.get_by_label("Name", exact=True)).to_have_count(2)
    expect(inputs.get_by_label("Name", exact=True).nth(1)).to_be_focused()
    inputs.get_by_role("button", name="Remove this input").first.press("Enter")
    expect(inputs.get_by_label("Name", exact=True)).to_have_count(1)


def test_a_folder_is_packed_sent_and_kept_through_a_mistake(open_as, ada, workspace, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "lib").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "train.py").write_text("import lib.util\n" * 200)
    (folder / "lib" / "útil.py").write_text("x = 1\n")
    (folder / "data" / "big.csv").write_text("1,2\n" * 1000)
    (folder / ".amlignore").write_text("data/\n")
    page: Page = open_as(ada, f"{JOBS}new/?empty")
    page.get_by_text("Upload a folder or zip").click()
    page.get_by_label("Folder", exact=True).set_input_files(folder)
    expect(page.get_by_text(re.compile("project: 3 files"))).to_be_visible()
    page.get_by_label("Experiment", exact=False).first.fill("not a name")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("begin with a letter or digit")).to_be_visible()
    expect(page.get_by_label("Experiment", exact=False).first).to_be_focused()
    expect(page.get_by_text("Keep 3 files")).to_be_visible()
    page.get_by_label("Experiment", exact=False).first.fill("trees")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile("/runs/"))
    run = Run.objects.get()
    assert run.snapshot is not None
    assert [file["path"] for file in run.snapshot.files] == [".amlignore", "lib/útil.py", "train.py"]
    assert file_of(run.snapshot, "lib/útil.py") == b"x = 1\n"
    assert run.config["command"] == "python train.py"


def test_a_run_is_renamed_described_and_tagged_without_leaving_it(open_as, ada, workspace) -> None:
    run = RunFactory.create(workspace=workspace, completed=True, display_name="before")
    page: Page = open_as(ada, run.get_absolute_url())
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Display name").fill("after")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="after", level=1)).to_be_visible()
    page.get_by_role("button", name="Describe this run").click()
    page.get_by_role("textbox", name="Description").fill("It **works**.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("strong", has_text="works")).to_be_visible()
    page.get_by_label("Add a tag").fill("team=fraud")
    page.keyboard.press("Enter")
    expect(page.get_by_text("team: fraud")).to_be_visible()
    page.get_by_role("button", name="Take off the tag team").click()
    expect(page.get_by_text("team: fraud")).to_have_count(0)
    page.reload()  # so that no news of the changes closes the menu again
    page.get_by_role("button", name="As data").click()
    page.get_by_role("button", name="Raw JSON").click()
    expect(page.get_by_text('"display_name": "after"')).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_runs_fails_the_rules_that_a_program_can_check(open_as, ada, workspace, scheme: str) -> None:
    failed = a_run_with_everything(workspace, ada)
    waiting = RunFactory.create(workspace=workspace, status="Queued", status_reason="no machine answers")
    folder = failed.get_absolute_url()
    paths = [JOBS, f"{JOBS}runs/", f"{JOBS}new/?example", f"{JOBS}new/?clone={failed.pk}", f"{JOBS}new/file/"]
    paths += [f"{JOBS}experiments/trees/", f"{JOBS}experiments/trees/edit/", waiting.get_absolute_url(), folder]
    paths += [f"{folder}{tab}/" for tab in ("images", "children", "logs", "code")]
    page: Page = open_as(ada, JOBS, color_scheme=scheme, bypass_csp=True)
    found = [fault for path in paths for fault in faults_of(page, path)]
    assert not found, "\n".join(found)


def a_run_with_everything(workspace, ada) -> Run:
    """A failed run of the experiment ``trees``, with something on every tab that needs no file."""
    experiment: Experiment = ExperimentFactory.create(workspace=workspace, name="trees", description="# Why\n\nText")
    stages = [{"name": "run", "started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T10:00:09Z", "detail": ""}]
    run: Run = RunFactory.create(
        workspace=workspace,
        experiment=experiment,
        failed=True,
        submitted_by=ada,
        exit_code=1,
        error={"code": "UserError", "message": "it broke", "detail": "in a strange way"},
        description="## Finding\n\n- one",
        warnings=["Read differently."],
        properties={"azureml.git.commit": "4f2c9a"},
        stages=stages,
        config={
            "command": "python train.py",
            "inputs": {"lr": {"type": "number", "value": 1}},
            "variables": {"A": "b"},
        },
    )
    RunTag.objects.create(run=run, workspace=workspace, name="team", value="fraud")
    RunParameter.objects.create(run=run, name="lr", value="0.1")
    MetricSummary.objects.create(run=run, name="loss", count=1, last=0.5)
    RunRecord.objects.create(run=run, kind="table", name="errors", value={"city": ["Oslo"], "error": [1]})
    RunRecord.objects.create(run=run, kind="text", name="note", value="words")
    RunFactory.create(workspace=workspace, experiment=experiment, parent=run, completed=True)
    return run

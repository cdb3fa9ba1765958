"""The form that submits a run, the job file, and what is kept when something of it is wrong."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.experiments import services
from apps.experiments.models import Run, Snapshot
from apps.experiments.snapshots.reading import file_of
from apps.workspaces.roles import Role
from tests.experiments.factories import RunFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db

NEW = "/workspaces/churn/jobs/new/"
FROM_FILE = f"{NEW}file/"


@pytest.fixture
def writer(browser_of, ada):
    """The browser of Ada, who may submit runs."""
    return browser_of(ada)


def filled(**changes):
    """What the form sends for a script that needs nothing."""
    return {
        "code_from": "script",
        "script_name": "train.py",
        "script": "print('hello')\r\n",
        "command": "python train.py",
        "compute": "local",
        "environment": "",
        "experiment": "first",
        **changes,
    }


def zip_of(**files: str) -> SimpleUploadedFile:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return SimpleUploadedFile("code.zip", data.getvalue(), "application/zip")


def kept_in(page: str) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', page)
    return found[1] if found else ""


def test_a_script_is_submitted_with_all_that_was_typed(writer, workspace):
    answer = writer.post(
        NEW,
        filled(
            command="python train.py --lr ${{inputs.lr}} --fast ${{inputs.fast}}",
            input_name=["lr", "fast", ""],
            input_type=["number", "boolean", "string"],
            input_value=["0.1", "true", ""],
            output_name=["model", ""],
            output_type=["uri_folder", "uri_folder"],
            output_asset=["tidy", ""],
            timeout_minutes="5",
            memory_mb="512",
            variables="A=1\nB=x=y",
            display_name="hello",
            tags="team=fraud",
        ),
    )
    run = Run.objects.get(workspace=workspace)
    assert answer.headers["Location"] == run.get_absolute_url()
    assert str(run) == "hello"
    assert str(run.experiment) == "first"
    assert run.config["inputs"] == {"lr": {"type": "number", "value": 0.1}, "fast": {"type": "boolean", "value": True}}
    assert run.config["outputs"] == {"model": {"type": "uri_folder", "name": "tidy"}}
    assert run.config["variables"] == {"A": "1", "B": "x=y"}
    assert run.config["limits"] == {"timeout_s": 300, "memory_mb": 512, "processes": None}
    assert {tag.name: tag.value for tag in run.tags.all()} == {"team": "fraud"}
    assert run.snapshot is not None
    assert file_of(run.snapshot, "train.py") == b"print('hello')\n"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"script": " "}, "Write the script, or choose another way to give the code."),
        ({"script_name": "../x.py"}, "Use letters, digits, dots, hyphens and underscores"),
        ({"command": ""}, "This field is required."),
        ({"command": "python ${{inputs.nothing}}"}, "but the job has nothing of that name"),
        ({"code_from": "upload"}, "Choose a folder or a zip file."),
        ({"code_from": "kept", "kept": "forged"}, "The uploaded code is no longer there. Upload it again."),
        ({"compute": "moon"}, "Select a valid choice."),
        ({"timeout_minutes": "0"}, "greater than or equal to 1"),
        ({"variables": "A"}, "Line 1 has no “=”."),
        ({"variables": "1A=2"}, "“1A” cannot be a name"),
        ({"experiment": "two words"}, "begin with a letter or digit"),
        ({"input_name": ["lr"], "input_type": ["number"], "input_value": ["much"]}, "“much” is no number."),
        ({"input_name": ["lr"], "input_type": ["number"], "input_value": ["nan"]}, "“nan” is no number."),
        ({"input_name": [""], "input_type": ["string"], "input_value": ["x"]}, "Give it a name."),
        (
            {"input_name": ["a", "a"], "input_type": ["string"] * 2, "input_value": ["x", "y"]},
            "another of this name",
        ),
        (
            {"input_name": ["x"], "input_type": ["uri_file"], "input_value": ["nothing"], "input_mode": ["download"]},
            "There is no dataset “nothing” here",
        ),
        ({"input_name": ["x"], "input_type": ["uri_file"], "input_value": [""]}, "Say where the data is"),
        (
            {"output_name": ["x"], "output_type": ["uri_folder"], "output_asset": ["no good"]},
            "cannot be the name of a dataset",
        ),
        ({"output_name": [""], "output_type": ["uri_folder"], "output_asset": ["tidy"]}, "Give it a name."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(writer, change, words):
    answer = writer.post(NEW, filled(description="my words", **change))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "my words" in page
    assert not Run.objects.exists()


def test_an_uploaded_zip_need_not_be_sent_again_when_another_field_is_wrong(writer, workspace):
    refused = writer.post(NEW, filled(code_from="upload", upload=zip_of(fit__py="x = 1"), command=""))
    assert refused.status_code == 422
    kept = kept_in(refused.content.decode())
    assert "fit.py" in refused.content.decode()
    writer.post(NEW, filled(code_from="kept", kept=kept, command="python fit.py"))
    snapshot = Run.objects.get().snapshot
    assert snapshot is not None
    assert file_of(snapshot, "fit.py") == b"x = 1"


def test_kept_code_of_another_workspace_is_not_there(writer, browser_of):
    other = WorkspaceFactory.create(name="other")
    theirs = browser_of(member(other, Role.OWNER))
    page = theirs.post("/workspaces/other/jobs/new/", filled(code_from="upload", upload=zip_of(a__py="1"), command=""))
    answer = writer.post(NEW, filled(code_from="kept", kept=kept_in(page.content.decode())))
    assert answer.status_code == 422
    assert not Run.objects.exists()


def test_a_zip_that_is_none_is_refused_in_words(writer):
    damaged = SimpleUploadedFile("code.zip", b"not a zip", "application/zip")
    answer = writer.post(NEW, filled(code_from="upload", upload=damaged))
    assert answer.status_code == 422
    assert "zip" in answer.content.decode()
    assert not Snapshot.objects.exists()


def test_a_clone_begins_with_what_the_run_was_given(writer, workspace):
    writer.post(NEW, filled(input_name=["lr"], input_type=["number"], input_value=["0.5"], tags="a=b"))
    run = Run.objects.get()
    page = writer.get(f"{NEW}?clone={run.pk}").content.decode()
    assert "print(&#x27;hello&#x27;)" in page, "a single script can be edited in place"
    assert 'value="0.5"' in page
    assert "a=b" in page
    answer = writer.post(f"{NEW}?clone={run.pk}", filled(code_from="kept", kept=kept_in(page)))
    again = Run.objects.exclude(pk=run.pk).get()
    assert answer.status_code == 302
    assert again.snapshot == run.snapshot


def test_only_runs_of_a_command_can_be_cloned(writer, workspace):
    run = RunFactory.create(workspace=workspace, kind="interactive", config={})
    assert writer.get(f"{NEW}?clone={run.pk}").status_code == 409
    assert writer.get(f"{NEW}?clone=nonsense").status_code == 200
    assert writer.get(f"{NEW}?clone={RunFactory.create().pk}").status_code == 404


def test_who_has_no_run_yet_finds_the_example_filled_in(writer, workspace):
    assert "learns a line from a hundred points" in writer.get(NEW).content.decode()
    assert "learns a line" not in writer.get(f"{NEW}?empty").content.decode()
    RunFactory.create(workspace=workspace)
    assert "learns a line" not in writer.get(NEW).content.decode()
    assert "learns a line" in writer.get(f"{NEW}?example").content.decode()


def test_a_job_file_is_submitted_with_its_code(writer):
    job = "command: python fit.py\ncode: ./src\nexperiment_name: from-file\ncompute: azureml:gpu-cluster\n"
    writer.post(FROM_FILE, {"job": job, "code_from": "upload", "upload": zip_of(fit__py="x = 1")})
    run = Run.objects.get()
    assert str(run.experiment) == "from-file"
    assert run.snapshot is not None
    assert "gpu-cluster" in run.warnings[0]


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("", "Paste a job file, or choose one."),
        ("just text", "A job file is a mapping"),
        ("command: python x.py\ncomand: y", "Did you mean “command”?"),
    ],
)
def test_a_wrong_job_file_is_refused_where_it_stands_and_its_code_is_kept(writer, job, words):
    sent = {"job": job, "code_from": "upload", "upload": zip_of(fit__py="x = 1")}
    answer = writer.post(FROM_FILE, sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert kept_in(answer.content.decode())


def test_readers_cannot_submit(browser_of, workspace):
    reader = browser_of(member(workspace, Role.READER))
    assert reader.get(NEW).status_code == 403
    assert reader.post(NEW, filled()).status_code == 403


def test_code_in_a_folder_of_its_own_is_run_from_within_it_and_the_run_says_so(writer, workspace):
    upload = zip_of(**{"project/train__py": "print(1)", "project/data__csv": "a"})
    answer = writer.post(NEW, filled(code_from="upload", upload=upload, command="python train.py"), follow=True)
    assert "All of the code lies in the folder “project”." in answer.content.decode()
    run = Run.objects.get()
    assert run.order
    assert run.submitted_by
    assert run.order.spec["code"]["folder"] == "project"
    again = services.rerun(actor=run.submitted_by, run=run)
    assert again.order
    assert again.order.spec["code"]["folder"] == "project"
    other = writer.post(NEW, filled(code_from="upload", upload=zip_of(train__py="print(1)")), follow=True)
    assert "All of the code lies" not in other.content.decode()

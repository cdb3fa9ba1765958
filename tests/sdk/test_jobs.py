"""``studio job`` and ``mlstudio.jobs`` against the real server, over real sockets; the machine's side is spoken by hand."""

import io
import json
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.compute import tokens
from apps.data.models import DatasetVersion
from apps.experiments.models import Run
from apps.experiments.states import RunStatus
from apps.workspaces.models import Workspace as WorkspaceRow
from apps.workspaces.roles import Role
from mlstudio import Client, Workspace, jobs
from mlstudio.cli import main
from mlstudio.packing import git_properties
from tests.accounts.factories import AccessTokenFactory
from tests.conftest import Site
from tests.experiments.machine import Machine
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.service, pytest.mark.servers]

JOB = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
code: src
command: python train.py --rate ${{inputs.rate}} --data ${{inputs.data}}
inputs:
  rate: 0.1
  data:
    type: uri_file
    path: data/x.csv
compute: azureml:cpu-cluster
experiment_name: from-a-file
"""


@pytest.fixture
def churn(asgi_server: Site) -> WorkspaceRow:
    row: WorkspaceRow = WorkspaceFactory.create(name="churn")
    return row


@pytest.fixture
def studio(asgi_server: Site, churn, capsys, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """The command line of a data scientist: returns (exit code, what it printed, what it complained)."""
    token = AccessTokenFactory(user=member(churn, Role.DATA_SCIENTIST, username="ada"))
    monkeypatch.setenv("STUDIO_URL", asgi_server.url)
    monkeypatch.setenv("STUDIO_TOKEN", token.secret)

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["job", *words[:1], "--workspace", "churn", *words[1:]])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def machine(asgi_server: Site) -> Machine:
    return Machine()


@pytest.fixture
def project(own_home) -> Path:
    """A folder with a job file, code, data and what does not belong to it; it is the current one."""
    folder = Path.cwd()
    files = {
        "job.yml": JOB,
        "src/train.py": "print('hello')\n",
        "src/.amlignore": "*.bin\n",
        "src/weights.bin": "x" * 1000,
        "data/x.csv": "a,b\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def created(studio: Any, *words: str) -> Run:
    code, out, err = studio("create", "-f", "job.yml", "-o", "json", *words)
    assert code == 0, err
    return Run.objects.get(pk=json.loads(out)["id"])


def write_log(server: Site, machine: Machine, run: Run, text: bytes, offset: int = 0, *, end: bool = False) -> Any:
    run.refresh_from_db()
    order = run.order
    assert order is not None
    order.refresh_from_db()
    client = Client(server.url, tokens.make("work", order.pk, order.attempt))
    path = f"work/logs/?path=user_logs/std_log.txt&offset={offset}{'&end=1' if end else ''}"
    return client._send("POST", path, text, {"Content-Type": "text/plain"})


def test_a_job_file_is_submitted_with_its_code_and_data(studio, project, machine):
    run = created(studio, "--set", "inputs.rate=0.5")
    assert run.experiment is not None
    assert run.experiment.name == "from-a-file"
    assert run.snapshot is not None
    assert [file["path"] for file in run.snapshot.files] == [".amlignore", "train.py"]
    spec = machine.take(run).spec
    assert spec["command"] == "python train.py --rate 0.5 --data ${{inputs.data}}"
    assert (spec["inputs"]["data"]["reference"], spec["inputs"]["data"]["single"]) == ("x-local:1", "x.csv")
    assert "cpu-cluster" in run.warnings[0]


def test_local_data_becomes_a_dataset_once_for_each_content(studio, project):
    job = JOB.replace("uri_file", "uri_folder").replace("data/x.csv", "./data")
    (project / "job.yml").write_text(job)
    _code, _out, err = studio("create", "-f", "job.yml")
    assert "./data: uploaded as the dataset data-local:1" in err
    _code, _out, err = studio("create", "-f", "job.yml")
    assert "./data: unchanged, is the dataset data-local:1" in err
    (project / "data/y.csv").write_text("c\n")
    _code, out, err = studio("create", "-f", "job.yml", "-o", "json")
    assert "./data: uploaded as the dataset data-local:2" in err
    _code, shown, _err = studio("show", json.loads(out)["name"])
    assert "rate=0.1, data=data-local:2" in shown
    # A folder's files are the input's, without the folder.
    version = DatasetVersion.objects.get(number=2)
    assert sorted(version.files.values_list("path", flat=True)) == ["x.csv", "y.csv"]
    (project / "job.yml").write_text(job.replace("./data", "./nowhere"))
    code, _out, err = studio("create", "-f", "job.yml")
    assert code == 3
    assert "There is no file or folder" in err


def test_warnings_and_errors_are_told_where_they_help(studio, project):
    _code, _out, err = studio("create", "-f", "job.yml")
    assert "studio: warning: There is no compute target “cpu-cluster” here" in err
    (project / "job.yml").write_text("command: echo ${{inputs.x}}\ncomand: x\n")
    code, _out, err = studio("create", "-f", "job.yml")
    assert code == 1
    assert "Line 2: a command job has no field “comand”. Did you mean “command”?" in err
    assert studio("create", "-f", "nothing.yml")[0] == 3
    (project / "job.yml").write_text("command: ls\ncode: nowhere\n")
    assert "nowhere, which the job names as its code" in studio("create", "-f", "job.yml")[2]


def test_an_environment_file_and_the_conda_file_it_names_come_along(studio, project):
    (project / "job.yml").write_text("command: ls\nenvironment: file:envs/train.yml\n")
    (project / "envs").mkdir()
    (project / "envs/train.yml").write_text("image: ubuntu\nconda_file: conda.yml\n")
    code, _out, err = studio("create", "-f", "job.yml")
    assert code == 3
    assert "conda.yml" in err
    (project / "envs/conda.yml").write_text(
        "dependencies:\n  - python=3.11\n  - pip:\n      - this-is-[no requirement\n"
    )
    code, _out, err = studio("create", "-f", "job.yml")
    assert code == 1
    assert "is not a requirement" in err


def test_jobs_are_listed_shown_and_canceled(studio, project, machine):
    assert "There are no such jobs" in studio("list")[1]
    run = created(studio)
    assert run.name in studio("list", "--experiment", "from-a-file", "--status", "Queued")[1]
    assert run.name not in studio("list", "--status", "Running")[1]
    shown = studio("show", run.name)[1]
    assert "waiting for a free slot" in shown
    assert json.loads(studio("show", str(run.pk), "-o", "json")[1])["name"] == run.name
    assert "Canceled" in studio("cancel", run.name)[1]
    assert studio("show", "calm_river_nothing")[0] == 1


def test_streaming_prints_the_log_and_ends_as_the_command_did(studio, project, machine, asgi_server):
    run = created(studio)
    order = machine.take(run)
    machine.say(order, "run")
    write_log(asgi_server, machine, run, b"first\n")

    def go_on() -> None:
        deadline = time.monotonic() + 20
        while b"first" not in printed.getvalue():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        write_log(asgi_server, machine, run, b"second\n", 6, end=True)
        machine.end(order, "failed", exit_code=7, error_code="UserError")

    printed, notes = io.BytesIO(), io.StringIO()
    other = threading.Thread(target=go_on)
    other.start()
    job = jobs.stream(jobs.find(Workspace.get("churn"), run.name), output=printed, notes=notes)
    other.join()
    assert printed.getvalue() == b"first\nsecond\n"
    assert notes.getvalue().splitlines()[0] == "Running: running on local"
    assert notes.getvalue().splitlines()[-1] == "Failed: the command ended with exit code 7"
    assert job.exit_status == 7
    code, out, _err = studio("stream", run.name)
    assert (code, out) == (7, "first\nsecond\n")


def test_streaming_outlives_a_studio_that_is_away(studio, project, machine, asgi_server, monkeypatch):
    run = created(studio)
    machine.carry_out(run)
    job = jobs.find(Workspace.get("churn"), run.name)
    job.workspace.client.retries = 0
    there = job.workspace.client._port
    job.workspace.client.close()
    job.workspace.client._port = 9  # nobody answers there
    notes = io.StringIO()
    watch = jobs._Watch(job, io.BytesIO(), notes)
    assert watch.look() is False
    assert "does not answer; waiting for it" in notes.getvalue()
    job.workspace.client._port = there
    assert watch.look() is True
    assert job.status == RunStatus.COMPLETED


def test_files_and_logs_are_downloaded(studio, project, machine, asgi_server):
    run = created(studio)
    order = machine.take(run)
    machine.say(order, "run")
    write_log(asgi_server, machine, run, b"hello\n", end=True)
    runner = Client(asgi_server.url, tokens.make("work", order.pk, order.attempt))
    for path in ("outputs/model.bin", "outputs/plots/roc.png", "notes.txt"):
        runner._result(*runner._send("PUT", f"work/files/{path}", path.encode(), {"Content-Type": "application/x"}))
    machine.end(order)
    code, out, _err = studio("download", run.name, "--output-path", "got")
    assert code == 0
    base = project / "got" / run.name
    assert (base / "outputs/plots/roc.png").read_text() == "outputs/plots/roc.png"
    assert (base / "notes.txt").read_text() == "notes.txt"
    assert (base / "user_logs/std_log.txt").read_text() == "hello\n"
    assert "model.bin" in out
    assert studio("download", run.name, "-p", "only", "--prefix", "outputs/plots")[0] == 0
    assert [path.name for path in (project / "only").rglob("*") if path.is_file()] == ["roc.png"]


def test_python_submits_a_command_with_the_state_of_its_repository(studio, project, machine):
    for words in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", "https://ada:secret@example.com/ada/project.git"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x"],
    ):
        subprocess.run(["git", *words], check=True, timeout=60)
    assert git_properties(project / "src")["azureml.git.dirty"] == "False"
    (project / "src" / "train.py").write_text("changed")
    workspace = Workspace.get("churn")
    job = jobs.submit(
        workspace, "python train.py ${{inputs.n}}", code="src", inputs={"n": 3}, outputs=["model"], timeout_s=60,
        tags={"a": "b"}, experiment_name="sdk",
    )  # fmt: skip
    run = Run.objects.get(pk=job.id)
    assert run.properties["azureml.git.branch"] == "main"
    assert run.properties["azureml.git.dirty"] == "True"
    assert run.properties["azureml.git.repository_uri"] == "https://example.com/ada/project.git"
    assert machine.take(run).spec["command"] == "python train.py 3"
    assert job.web_url.startswith("http")


def test_too_much_code_is_refused_before_it_is_sent(studio, project):
    for number in range(2001):
        (project / "src" / f"{number}.txt").touch()
    code, _out, err = studio("create", "-f", "job.yml")
    assert code == 3
    assert "exceeds the limit of 2000 files" in err

"""Pipelines' files in a workspace: what is asked for, what comes along, and what becomes of it."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.experiments.models import Run, Snapshot
from apps.experiments.services import store_snapshot
from apps.pipelines.graph.types import FromData, Graph, Value
from apps.pipelines.jobs.cutting import cut
from apps.pipelines.jobs.files import read_pipeline_file
from apps.pipelines.jobs.source import CodeNeed
from apps.pipelines.jobs.workspace import PipelineSurroundings
from apps.pipelines.models import PipelineRun
from apps.pipelines.services.shown import given_to
from tests.data.factories import DatasetFactory
from tests.pipelines.factories import registered
from tests.workspaces.factories import WorkspaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.service]

PIPELINE = """\
type: pipeline
experiment_name: houses
inputs:
  raw: {type: uri_folder, path: ./data}
  depth: 3
jobs:
  clean:
    component: steps/clean.yml
    inputs: {raw: "${{parent.inputs.raw}}"}
  train:
    component: azureml:train@latest
    inputs: {data: "${{parent.jobs.clean.outputs.table}}", depth: "${{parent.inputs.depth}}"}
"""
CLEAN = """\
name: clean
type: command
inputs: {raw: {type: uri_folder}}
outputs: {table: {type: uri_folder}}
code: ./clean
additional_includes: [../common]
command: python clean.py ${{inputs.raw}} ${{outputs.table}}
"""
FILES = {
    "pipeline.yml": PIPELINE,
    "steps/clean.yml": CLEAN,
    "steps/clean/clean.py": "import common\n",
    "common/__init__.py": "",
    "notes.txt": "x",
}


def zipped(files: dict[str, str]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    packed.seek(0)
    return packed


def paths(snapshot: Snapshot) -> list[str]:
    return [str(file["path"]) for file in snapshot.files]


@pytest.mark.parametrize("folder", ["", "project/"])
def test_a_zip_with_all_folders_gives_each_component_its_own_code(workspace, ada, folder):
    registered(ada, workspace)
    whole = store_snapshot(workspace, zipped({f"{folder}{name}": text for name, text in FILES.items()}))
    around = PipelineSurroundings(workspace, snapshot=whole, data={"data": "data-local:1"})
    found = read_pipeline_file(PIPELINE, around)
    part = found.graph.components["clean"]
    assert paths(Snapshot.objects.get(pk=part.snapshot)) == ["clean.py", "common/__init__.py"]
    assert found.graph.components["train:1"].reference == "train:1"
    assert found.inputs == {"raw": FromData("azureml:data-local:1"), "depth": Value(3)}


def test_code_that_is_all_there_is_is_not_cut(workspace):
    whole = store_snapshot(workspace, zipped({"train.py": "x", "lib/a.py": "y"}))
    assert cut(whole, CodeNeed(".")) == whole
    assert cut(whole, CodeNeed("src")) == whole, "the zip is of the folder itself"
    assert paths(cut(whole, CodeNeed("lib"))) == ["a.py"]
    assert paths(cut(whole, CodeNeed("train.py"))) == ["train.py"]
    assert paths(cut(whole, CodeNeed("lib", ("train.py",)))) == ["a.py", "train.py"]


def sent(api: Any, workspace: Any, **fields: Any) -> Any:
    return api.post(f"/api/v1/workspaces/{workspace.name}/jobs/", fields, format="json")


def test_what_a_client_sends_one_after_the_other(api_of, ada, workspace):
    registered(ada, workspace)
    DatasetFactory.create(workspace=workspace, name="data-local")
    api = api_of(ada)
    address = f"/api/v1/workspaces/{workspace.name}/"
    asked = api.post(f"{address}jobs/check/", {"job": PIPELINE}, format="json").data["needs"]
    assert (asked["files"], asked["codes"], asked["uploads"]) == (["steps/clean.yml"], {}, ["data"])
    texts = {"steps/clean.yml": CLEAN}
    asked = api.post(f"{address}jobs/check/", {"job": PIPELINE, "files": texts}, format="json").data["needs"]
    key = "steps/clean + common"
    assert asked["codes"] == {key: ["steps/clean", "common"]}

    upload = SimpleUploadedFile("code.zip", zipped({"clean.py": "1"}).read())
    kept = api.post(f"{address}snapshots/", {"code": upload}, format="multipart")
    assert kept.status_code == 201
    upload.seek(0)
    again = api.post(f"{address}snapshots/", {"code": upload}, format="multipart")
    assert again.data["id"] == kept.data["id"], "the same code is kept once"

    answer = sent(
        api, workspace, job=PIPELINE, files=texts, codes={key: kept.data["id"]}, uploads={"data": "data-local:1"}
    )
    assert answer.status_code == 201, answer.data
    run = Run.objects.get(pk=answer.data["id"])
    assert (run.kind, run.experiment.name if run.experiment else "") == ("pipeline", "houses")
    graph, given = shown(run)
    assert graph.components["clean"].snapshot == kept.data["id"]
    assert given["depth"] == Value(3)


def shown(run: Run) -> tuple[Graph, Any]:
    return given_to(PipelineRun.objects.get(run=run))


def test_code_of_another_workspace_is_no_code_here(api_of, ada, workspace):
    foreign = store_snapshot(WorkspaceFactory.create(), zipped({"a.py": "1"}))
    job = {"type": "pipeline", "jobs": {"a": {"command": "ls", "code": "./src"}}}
    answer = sent(api_of(ada), workspace, job=json.dumps(job), codes={"src": str(foreign.pk)})
    assert answer.status_code == 400
    assert answer.data["errors"]["jobs.a.code"] == ["Line 1: the folder “src” did not come with the job."]
    job["jobs"]["a"]["code"] = f"azureml:{foreign.pk}"  # type: ignore[index]
    answer = sent(api_of(ada), workspace, job=json.dumps(job))
    assert "the workspace has no such code" in answer.data["errors"]["jobs.a.code"][0]


def test_sending_nothing_as_code_is_refused(api_of, ada, workspace):
    answer = api_of(ada).post(f"/api/v1/workspaces/{workspace.name}/snapshots/", {}, format="multipart")
    assert answer.status_code == 400
    assert "code" in answer.data["errors"]


def test_a_component_that_nobody_registered_is_said_at_its_step(api_of, ada, workspace):
    answer = sent(api_of(ada), workspace, job=PIPELINE, files={"steps/clean.yml": CLEAN})
    assert answer.status_code == 400
    assert "There is no component “train” here" in answer.data["errors"]["jobs.train.component"][0]

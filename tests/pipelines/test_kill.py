"""A pipeline of a real studio whose processes are killed while it runs: nothing is lost, and nothing is done twice."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import packaging
import pytest

from tests.launcher.studio import PROJECT, Studio
from tests.launcher.waiting import until
from tests.samples.studio import start

pytestmark = pytest.mark.processes

ENDS_WITHIN_S = 300.0
# A registered component, whose environment has another version of a package than the studio itself.
OTHER_VERSION = "23.2"
COMPONENT = f"""
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: count_lines
version: "1"
inputs:
  data: {{type: uri_folder}}
outputs:
  counted: {{type: uri_folder}}
environment:
  image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04
  conda_file: {{dependencies: ["python", pip, {{pip: ["packaging=={OTHER_VERSION}"]}}]}}
command: >-
  python -c "import packaging; print(packaging.__version__)" > ${{{{outputs.counted}}}}/version.txt &&
  wc -l < ${{{{inputs.data}}}}/lines.txt > ${{{{outputs.counted}}}}/count.txt
"""
# Each step notes in its output that it has run; the slow one waits until the test lets it go on.
PIPELINE = """
$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
display_name: counted
outputs:
  result: {type: uri_folder}
jobs:
  write:
    type: command
    command: >-
      python -c "from mlstudio import Run; Run.get_context().log('begun', 1)";
      while [ ! -e GO ]; do sleep 0.2; done; printf 'a\\nb\\nc\\n' > ${{outputs.lines}}/lines.txt
    outputs:
      lines: {type: uri_folder}
  count:
    type: command
    component: azureml:count_lines:1
    inputs:
      data: ${{parent.jobs.write.outputs.lines}}
  tell:
    type: command
    command: cat ${{inputs.counted}}/version.txt ${{inputs.counted}}/count.txt > ${{outputs.told}}/told.txt
    inputs:
      counted: ${{parent.jobs.count.outputs.counted}}
    outputs:
      told: ${{parent.outputs.result}}
"""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = start(tmp_path / "home")
    yield studio
    studio.clean_up()


class Api:
    """The workspace ``sample`` of a studio."""

    def __init__(self, studio: Studio) -> None:
        command = [sys.executable, "manage.py", "create_token", "admin"]
        made = subprocess.run(
            command, cwd=PROJECT, env=studio.variables, capture_output=True, text=True, timeout=120, check=True
        )
        headers = {"authorization": f"Bearer {made.stdout.strip()}"}
        base = f"http://127.0.0.1:{studio.port}/api/v1/workspaces/sample/"
        self._client = httpx.Client(base_url=base, headers=headers, timeout=60)

    def post(self, path: str, body: Any) -> Any:
        answer = self._client.post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def get(self, path: str, **query: str) -> Any:
        return self._client.get(path, params=query).raise_for_status().json()

    def text(self, run_id: str, path: str) -> str:
        return self._client.get(f"runs/{run_id}/files/content/", params={"path": path}).raise_for_status().text

    def children(self, run_id: str) -> dict[str, Any]:
        return {child["display_name"]: child for child in self.get("runs/", parent=run_id, children="all")["results"]}


def folder_of_code(studio: Studio) -> Path | None:
    """Return where the command of the only run on the machine works."""
    found = [place for place in (studio.home / "agent" / "work").glob("*/run/code") if place.is_dir()]
    return found[0] if len(found) == 1 else None


def test_a_pipeline_outlives_worker_and_agent_and_runs_nothing_twice(studio):
    assert packaging.__version__ != OTHER_VERSION
    api = Api(studio)
    api.post("components/", {"component": COMPONENT})
    run = api.post("jobs/", {"job": PIPELINE})
    assert run["kind"] == "pipeline"

    until(lambda: api.children(run["id"]).get("write", {}).get("status") == "Running", 120, "the first step to run")
    for name in ("worker", "beat", "agent"):
        studio.kill(name)
    (until(lambda: folder_of_code(studio), 30, "the step's folder") / "GO").touch()

    ended = until(lambda: _over(api, run["id"]), ENDS_WITHIN_S, "the pipeline to end")
    assert (ended["status"], ended["status_reason"]) == ("Completed", "3 steps done")
    assert api.text(run["id"], "outputs/result/told.txt").split() == [OTHER_VERSION, "3"]
    assert len(api.children(run["id"])) == 3

    again = api.post("jobs/", {"job": PIPELINE})
    ended = until(lambda: _over(api, again["id"]), 60, "the pipeline to be reused")
    assert (ended["status"], ended["status_reason"]) == ("Completed", "3 steps done, 3 of them reused")
    assert api.text(again["id"], "outputs/result/told.txt").split() == [OTHER_VERSION, "3"]


def _over(api: Api, run_id: str) -> Any:
    """Return a run that has ended; None while it goes on, or the studio is coming back."""
    try:
        now = api.get(f"runs/{run_id}/")
    except httpx.HTTPError:
        return None
    return now if now["is_over"] else None

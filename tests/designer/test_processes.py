"""A sample in a real studio: its steps run in sandboxes, say what is wrong, and need not run again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.launcher.studio import Studio
from tests.launcher.waiting import until
from tests.pipelines.test_kill import Api
from tests.samples.studio import start

pytestmark = pytest.mark.processes

ENDS_WITHIN_S = 600.0


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = start(tmp_path / "home")
    yield studio
    studio.clean_up()


def submitted(api: Api, draft: str) -> Any:
    """Submit a draft; return its run once it has ended."""
    run = api.post(f"designer/drafts/{draft}/submit/", {"experiment_name": "designer"})["run"]

    def over() -> Any:
        now = api.get(f"runs/{run}/")
        return now if now["is_over"] else None

    return until(over, ENDS_WITHIN_S, "the pipeline to end")


def test_the_automobile_sample_runs_and_is_reused_and_says_what_is_wrong(studio: Studio) -> None:
    api = Api(studio)
    draft = api.post("designer/drafts/", {"sample": "automobile-price-basic"})["id"]

    run = submitted(api, draft)
    assert (run["status"], run["status_reason"]) == ("Completed", "8 steps done")
    again = submitted(api, draft)
    assert (again["status"], again["status_reason"]) == ("Completed", "8 steps done, 8 of them reused")

    document = api.get(f"designer/drafts/{draft}/")["document"]
    script = document["nodes"]["split_data"]["inputs"]
    script["mode"], script["relative"] = {"value": "Relative Expression"}, {"value": '\\"price" > 1000000'}
    wrong = api.post("designer/drafts/", {"document": document})["id"]
    failed = submitted(api, wrong)
    assert failed["status"] == "Failed"
    assert "step train_model failed: Error " in failed["status_reason"]

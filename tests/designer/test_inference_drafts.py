"""From a trained draft to an endpoint: drafts that score, their updates, and what is deployed of them."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.core.storage import get_store
from apps.designer.inference.deploying import SCORE
from apps.designer.models import Draft, InferenceLink
from apps.designer.services import create_draft, save_patch
from apps.designer.services.submitting import submit_draft
from apps.endpoints.models import Revision
from apps.endpoints.samples import sample_of, schema_of
from apps.environments import services as environments
from apps.experiments.models import Run, RunFile
from apps.experiments.services import store_file
from apps.pipelines.models import Step
from mlstudio.components.core import running
from mlstudio.serving import loading, options
from mlstudio.serving.http import Request
from tests.designer.running import Drawing
from tests.designer.test_inference_scoring import cars
from tests.environments.conftest import begin_build, finish_build  # noqa: F401 - fixtures
from tests.pipelines.conftest import works  # noqa: F401 - a fixture
from tests.pipelines.working import Works, all_steps, now_of
from tests.workspaces.factories import member

pytestmark = [pytest.mark.django_db, pytest.mark.exhaustive]
ROW = {"make": "audi", "power": 110, "doors": 4, "weight": 1200}


def training(scale: float = 1.0) -> dict[str, Any]:
    """Return a pipeline that learns prices. Its data stands in it, so that it needs no dataset."""
    draw = Drawing()
    draw.node("cars", "enter_data_manually", data=cars(scale=scale).write_csv())
    draw.node("clean", "clean_missing_data", dataset="cars.dataset", mode="Remove entire row")
    draw.node("scale", "normalize_data", dataset="clean.cleaned", columns=["power", "weight"])
    draw.node("split", "split_data", dataset="scale.transformed", fraction=0.7, seed=1)
    draw.node("learner", "linear_regression")
    draw.node("train", "train_model", untrained="learner.untrained", dataset="split.left", label="price")
    draw.node("score", "score_model", model="train.model", dataset="split.right")
    draw.node("evaluate", "evaluate_model", scored="score.scored")
    return draw.document


class Studio:
    """Runs drafts as a machine would, with the real components."""

    def __init__(self, works: Works, finish_build: Any) -> None:  # noqa: F811
        self.works, self.actor, self.workspace = works, works.actor, works.workspace
        environments.resolve(self.workspace, "designer", self.actor)
        finish_build(self.workspace.environments.get(name="designer").latest)

    def draft(self, document: dict[str, Any]) -> Draft:
        return create_draft(actor=self.actor, workspace=self.workspace, name="Car prices", document=document)

    def run(self, draft: Draft) -> Run:
        """Submit a draft and carry out its steps."""
        draft.refresh_from_db()
        run = submit_draft(actor=self.actor, draft=draft, experiment_name="cars")
        self.works.run_tasks()
        while not now_of(run).is_over:
            waiting = [step for step in all_steps(run) if step.state == "Running" and step.run]
            assert waiting, [(step.key, step.state, step.reason) for step in all_steps(run)]
            for step in waiting:
                assert step.run is not None
                plan = Step.objects.get(pk=step.pk).plan
                self._do(step.run, plan["component"].split(":")[1])
                self.works.machine.carry_out(step.run)
                self.works.run_tasks()
        ended = now_of(run)
        assert ended.status == "Completed", ended.status_reason
        return ended

    def _do(self, run: Run, component: str) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder, inputs, values = Path(name), {}, {}
            for port, given in run.config["inputs"].items():
                if "value" in given:
                    values[port] = given["value"]
                    continue
                inputs[port] = folder / "inputs" / port
                prefix = given["path"].partition("runs:/")[2].partition("/")[2] + "/"
                for row in RunFile.objects.filter(run=given["id"], path__startswith=prefix):
                    write(inputs[port] / row.path.removeprefix(prefix), row.key)
            outputs = {port: folder / "outputs" / port for port in run.config["outputs"]}
            running.run(component, inputs, outputs, {key: value for key, value in values.items() if value is not None})
            for path in sorted((folder / "outputs").rglob("*")):
                if path.is_file():
                    store_file(run=run, path=str(path.relative_to(folder)), contents=[path.read_bytes()])


def write(path: Path, key: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(get_store().open(key)))


@pytest.fixture
def studio(works: Works, finish_build: Any) -> Studio:  # noqa: F811
    return Studio(works, finish_build)


@pytest.fixture
def browser(studio: Studio, browser_of: Callable[[Any], Client]) -> Client:
    return browser_of(studio.actor)


def page(draft: Draft, name: str) -> str:
    return f"/workspaces/churn/designer/drafts/{draft.pk}/{name}/"


def api(draft: Draft, name: str) -> str:
    return f"/api/v1/workspaces/churn/designer/drafts/{draft.pk}/{name}/"


def served(revision: Revision, folder: Path) -> loading.Loaded:
    """Load a revision as its server does: its model's files, and its entry script."""
    assert revision.model is not None
    assert revision.snapshot is not None
    for file in revision.model.files.all():
        write(folder / "model" / file.path, file.source_key)
    (folder / "score.py").write_text(SCORE)
    return loading.load(options.parse(["--entry-script", "score.py", "--app-root", str(folder), "--port", "1"]))


def ask(loaded: loading.Loaded, row: dict[str, Any]) -> tuple[int, Any]:
    body = json.dumps({"Inputs": {"WebServiceInput0": [row]}, "GlobalParameters": {}}).encode()
    answer = loaded.model.score(Request("POST", "/score", "", {"content-type": "application/json"}, body))
    return answer.status, json.loads(answer.body)


def test_from_training_to_an_answer_and_on_to_the_next_training(
    studio: Studio, browser: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = studio.draft(training())
    assert "Submit this pipeline" in browser.get(page(draft, "inference")).content.decode()
    studio.run(draft)
    assert browser.get(page(draft, "inference")).status_code == 200
    made = browser.post(page(draft, "inference"), {"kind": "realtime", "name": ""})
    scoring = Draft.objects.get(inference__training_draft=draft)
    assert made["Location"] == page(scoring, "inference")
    shown = browser.get(made["Location"]).content.decode()
    assert "Normalize Data learned from the training data" in shown
    assert "“price”" in shown

    # It has to have run before it is deployed.
    assert "Submit this pipeline" in browser.get(page(scoring, "deploy")).content.decode()
    studio.run(scoring)
    assert browser.get(page(scoring, "deploy")).status_code == 200
    answer = browser.post(api(scoring, "deploy"), {"endpoint": "car-prices"}, content_type="application/json")
    assert answer.status_code == 202, answer.content
    assert answer.json() == {
        "endpoint": "car-prices",
        "deployment": "designer",
        "model": "Car-prices-real-time-inference:1",
        "url": "/workspaces/churn/endpoints/car-prices/",
    }
    link = InferenceLink.objects.select_related("deployment__candidate__model").get(draft=scoring)
    assert link.deployment is not None
    first = link.deployment.candidate
    assert first is not None
    assert (first.environment_name, first.entry_script) == ("designer:1", "score.py")
    monkeypatch.setenv("AZUREML_MODEL_DIR", str(tmp_path / "first"))
    loaded = served(first, tmp_path / "first")
    status, before = ask(loaded, ROW)
    assert status == 200
    assert ask(loaded, {"make": "audi"})[0] == 422
    assert "Error 0001" in ask(loaded, {"make": "audi"})[1]["message"]
    # The Test tab's form: what the server tells, and the request that it is checked with.
    first.schema = loaded.schema
    sample = json.loads(sample_of(first).text)
    assert ask(loaded, sample["Inputs"]["WebServiceInput0"][0])[0] == 200
    form = schema_of(first, json.dumps(sample))
    assert form is not None
    assert "power" in form["properties"]["Inputs"]["properties"]["WebServiceInput0"]["items"]["properties"]

    # The same cars, their power in watts: model and scaling both have to come along.
    save_patch(actor=studio.actor, draft=draft, base=0, patch={"nodes": {"cars": training(735.5)["nodes"]["cars"]}})
    studio.run(draft)
    browser.post(page(scoring, "inference"))
    link.refresh_from_db()
    scoring.refresh_from_db()
    assert scoring.revision == 1
    # What would be deployed now has not run.
    refused = browser.post(api(scoring, "deploy"), {"endpoint": "car-prices"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "inference_not_tried")
    studio.run(scoring)
    # What was set at the endpoint stays.
    link.deployment.revisions.update(
        memory_mb=900, variables={"LEVEL": "debug"}, request_settings={**first.request_settings, "silence_s": 77}
    )
    again = browser.post(page(scoring, "deploy"), {
        "endpoint": "car-prices", "deployment": "designer", "instance_count": 1, "auth_mode": "key", "timeout_ms": 60_000,
    })  # fmt: skip
    assert again.status_code == 302, again.content.decode()
    second = link.deployment.revisions.select_related("model", "snapshot").order_by("-number")[0]
    assert second.number == 2
    assert (second.memory_mb, second.variables) == (900, {"LEVEL": "debug"})
    assert (second.request_settings["silence_s"], second.request_settings["timeout_ms"]) == (77, 60_000)
    monkeypatch.setenv("AZUREML_MODEL_DIR", str(tmp_path / "second"))
    _status, after = ask(served(second, tmp_path / "second"), {**ROW, "power": 110 * 735.5})
    scores = [one["Results"]["WebServiceOutput0"][0]["Scored Labels"] for one in (before, after)]
    assert scores[1] == pytest.approx(scores[0], rel=1e-6)


def test_an_update_keeps_what_people_changed_and_says_what_it_changed(studio: Studio, browser: Client) -> None:
    draft = studio.draft(training())
    studio.run(draft)
    made = browser.post(api(draft, "inference"), {"kind": "batch"}, content_type="application/json")
    assert made.status_code == 201, made.content
    scoring = Draft.objects.get(pk=made.json()["draft"]["id"])
    assert scoring.document["outputs"]["scored"]["node"] == "score"
    assert any("Split Data was removed" in note["message"] for note in made.json()["notes"])
    mine = {**scoring.document["nodes"]["score"], "comment": "mine"}
    save_patch(actor=studio.actor, draft=scoring, base=0, patch={"nodes": {"score": mine}})
    assert browser.post(api(scoring, "inference/update")).json() == {"changes": []}

    # The training learns indicators, too.
    bins = Drawing()
    bins.node("bins", "group_data_into_bins", dataset="scale.transformed", columns=["weight"], bins=3, output="Inplace")
    split = training()["nodes"]["split"]
    split["inputs"]["dataset"] = {"node": "bins", "output": "quantized"}
    save_patch(actor=studio.actor, draft=draft, base=0, patch={"nodes": {**bins.nodes, "split": split}})
    studio.run(draft)
    changes = browser.post(api(scoring, "inference/update")).json()["changes"]
    assert "TD-Group Data into Bins is new." in changes
    scoring.refresh_from_db()
    assert "bins" in scoring.document["nodes"]
    studio.run(scoring)
    refused = browser.post(api(scoring, "deploy"), {"endpoint": "cars"}, content_type="application/json")
    assert refused.json()["code"] == "inference_not_realtime"


def test_a_pipeline_that_scores_nothing_is_refused_with_words(studio: Studio, browser: Client) -> None:
    document = training()
    for key in ("score", "evaluate"):
        del document["nodes"][key]
    draft = studio.draft(document)
    run = studio.run(draft)
    answer = browser.post(api(draft, "inference"), {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "inference_not_possible")
    assert "Connect the trained model to Score Model" in answer.json()["detail"]
    posted = browser.post(f"/workspaces/churn/designer/runs/{run.pk}/inference/", {"kind": "realtime"})
    assert (posted.status_code, "Connect the trained model" in posted.content.decode()) == (422, True)


def test_who_may_only_read_may_not_deploy(studio: Studio, browser_of: Callable[[Any], Client]) -> None:
    reader = browser_of(member(studio.workspace, "reader", username="rita"))
    draft = studio.draft(training())
    assert reader.get(page(draft, "deploy")).status_code == 403
    assert reader.post(api(draft, "deploy"), {}, content_type="application/json").status_code == 403

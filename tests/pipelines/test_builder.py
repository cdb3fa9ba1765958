"""Pipelines built in Python: the job files that come of them, and what the studio reads in those."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.pipelines.graph.types import FromData, FromNode, FromPipeline, InputPort, OutputPort, OutputSetting, Value
from apps.pipelines.jobs.files import PipelineFile
from mlstudio.errors import ConfigurationError
from mlstudio.pipelines import (
    Input,
    Output,
    Pipeline,
    PipelineData,
    PipelineParameter,
    PythonScriptStep,
    command,
    load_component,
    pipeline,
)
from tests.pipelines.surroundings import Around, read
from tests.pipelines.test_jobs_read import CONDA, SCORE, TRAIN

fit = command(
    name="fit",
    command="python fit.py ${{inputs.data}} ${{inputs.depth}} ${{outputs.model}}",
    code="./src",
    environment="azureml:sklearn@latest",
    inputs={"data": Input(type="uri_folder"), "depth": 3},
    outputs={"model": "mlflow_model"},
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a component's file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/train.yml").write_text(TRAIN)
    return tmp_path


def as_read(job: Any) -> PipelineFile:
    texts = {"parts/train.yml": TRAIN, "parts/conda.yaml": CONDA}
    return read(job.to_json(), Around(texts, components={"score_model@latest": SCORE}, data={"data": "azureml:data:1"}))


def test_steps_are_called_as_their_variables_and_wired_by_what_they_give():
    train = load_component("parts/train.yml")
    score = load_component("score_model@latest")

    @pipeline(default_compute="local", tags={"team": "blue"})
    def churn(raw, depth=3):
        """Fits and scores."""
        first = fit(data=raw, depth=depth)
        trained = train(training_data=first.outputs.model, max_epochs=20)
        trained.compute = "local"
        scored = score(model=trained.outputs.model_output, note=f"depth {depth}")
        scored.outputs.out.mode = "upload"
        return {"scores": scored.outputs.out}

    found = as_read(churn(raw=Input(type="uri_folder", path="./data"), depth=5))
    graph = found.graph
    assert list(graph.nodes) == ["first", "trained", "scored"]
    assert graph.nodes["first"].inputs == {"data": FromPipeline("raw"), "depth": FromPipeline("depth")}
    assert graph.nodes["trained"].inputs["training_data"] == FromNode("first", "model")
    assert graph.nodes["scored"].inputs["note"] == Value("depth ${{parent.inputs.depth}}")
    assert graph.nodes["scored"].outputs == {"out": OutputSetting(mode="upload")}
    assert graph.outputs["scores"].node == "scored"
    assert graph.components["fit"].inputs["depth"] == InputPort("integer", default=3)
    assert graph.components["fit"].outputs == {"model": OutputPort("mlflow_model")}
    assert graph.components["fit"].snapshot == "code of src"
    assert graph.components["train_model"].snapshot == "code of parts/src"
    assert graph.settings.default_compute == "local"
    assert graph.description == "Fits and scores."
    assert found.inputs == {"raw": FromData("azureml:data:1"), "depth": Value(5)}
    assert found.tags == {"team": "blue"}


def test_steps_of_one_component_have_names_of_their_own():
    @pipeline
    def many():
        for depth in (1, 2):
            fit(data=Input(path="azureml:iris:1"), depth=depth)
        last = fit(data=Input(path="azureml:iris:1"))
        last.name = "best"
        last.run_after = [last]
        last.run_after = []

    assert list(as_read(many()).graph.nodes) == ["fit", "fit_2", "best"]


def test_all_that_a_step_can_say():
    @pipeline
    def one():
        first = fit(data=Input(path="azureml:iris:1", type="uri_folder", mode="download"))
        second = fit(data=first.outputs["model"]).after(first)
        second.limits = {"timeout": 60}
        second.environment_variables = {"A": "1"}
        second.attempts, second.force_rerun, second.comment = 3, True, "Look!"
        second.outputs.model = Output(name="churn", mode="upload")

    graph = as_read(one()).graph
    assert graph.nodes["first"].inputs["data"] == FromData("azureml:iris:1", "uri_folder", "download")
    node = graph.nodes["second"]
    assert (node.limits, node.variables, node.attempts, node.force_rerun) == ({"timeout": 60}, {"A": "1"}, 3, True)
    assert (node.run_after, node.comment) == (("first",), "Look!")
    assert node.outputs == {"model": OutputSetting(name="churn", mode="upload")}


def test_a_pipeline_within_a_pipeline():
    @pipeline
    def inner(data, depth):
        fitted = fit(data=data, depth=depth)
        return {"model": fitted.outputs.model}

    @pipeline
    def described(data=Input(type="uri_folder"), depth=Input(type="integer", default=3, max=9)):  # noqa: B008
        fitted = fit(data=data, depth=depth)
        return {"model": fitted.outputs.model}

    @pipeline
    def outer():
        first = inner(data=Input(path="azureml:iris:1"), depth=4)
        second = described(data=first.outputs.model)
        return {"best": second.outputs.model}

    graph = as_read(outer()).graph
    parts = {key: graph.components[node.component] for key, node in graph.nodes.items()}
    assert [part.kind for part in parts.values()] == ["pipeline", "pipeline"]
    assert parts["first"].inputs == {"data": InputPort("uri_folder"), "depth": InputPort("integer")}
    assert parts["second"].inputs["depth"] == InputPort("integer", default=3, maximum=9)
    assert parts["second"].name == "described"
    assert graph.nodes["second"].inputs == {"data": FromNode("first", "model")}


def test_mistakes_are_told_where_they_are_made():
    @pipeline
    def needs(data):
        step = fit(data=data)
        step.outputs.modle  # noqa: B018

    with pytest.raises(TypeError, match="needs its input data"):
        needs()
    with pytest.raises(TypeError, match="has no input rate"):
        needs(1, rate=2)
    with pytest.raises(AttributeError, match="fit has no output 'modle'"):
        needs(data=1)
    with pytest.raises(ConfigurationError, match="within a function with @pipeline"):
        fit(data=1)
    with pytest.raises(ConfigurationError, match="There is no file"):
        load_component("gone.yml")
    with pytest.raises(TypeError, match="no colour"):
        pipeline(colour="red")(lambda: None)
    assert [step.name for step in _steps_after_a_failure()] == ["step"]


def _steps_after_a_failure() -> list[Any]:
    """A pipeline that failed while it was built leaves nothing behind for the next."""

    @pipeline
    def fine():
        step = fit(data=Input(path="azureml:iris:1"))
        step.comment = "Look!"

    return list(fine().jobs.values())


def test_the_first_sdk_s_steps():
    clean, depth = PipelineData("clean"), PipelineParameter("depth", 3)
    prepare = PythonScriptStep("prepare.py", arguments=["--to", clean], outputs=[clean], source_directory="src")
    train = PythonScriptStep(
        "train it.py", name="train trees", arguments=["--from", clean, "--depth", depth, "--note", "a b"], inputs=[clean],
        source_directory="src", compute_target="local", allow_reuse=False,
    )  # fmt: skip
    report = PythonScriptStep("report.py", source_directory="src")
    report.run_after(train)
    made = Pipeline(None, [report, train, prepare])  # type: ignore[arg-type]
    found = as_read(made.job({"depth": 5}))
    graph = found.graph
    node = graph.nodes["train_trees"]
    part = graph.components[node.component]
    assert (
        part.command == "python 'train it.py' --from \"${{inputs.clean}}\" --depth \"${{inputs.depth}}\" --note 'a b'"
    )
    assert part.is_deterministic is False
    assert (node.inputs, node.compute, node.display_name) == (
        {"clean": FromNode("prepare", "clean"), "depth": FromPipeline("depth")}, "local", "train trees",
    )  # fmt: skip
    assert graph.nodes["report"].run_after == ("train_trees",)
    assert replace(graph.inputs["depth"]) == InputPort("integer")
    assert found.inputs == {"depth": Value(5)}
    with pytest.raises(ValueError, match="No step of the pipeline writes clean, which train trees reads"):
        Pipeline(None, [train]).job()  # type: ignore[arg-type]

"""What is wrong in a pipeline's files, said with file and line."""

from typing import Any

import pytest

from apps.core.errors import InvalidInput
from apps.experiments.jobs.yaml_text import write_yaml
from apps.pipelines.jobs.files import read_component_file
from tests.pipelines.surroundings import Around, read
from tests.pipelines.test_jobs_nested import INNER, PARALLEL
from tests.pipelines.test_jobs_read import CONDA, PIPELINE, TRAIN, around


def errors_of(text: str, files: Around | None = None, **options: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as caught:
        read(text, files or around(), **options)
    return caught.value.errors


@pytest.mark.parametrize(
    ("before", "after", "place", "sentence"),
    [
        (
            "max_epochs: ${{parent.inputs.epochs}}",
            "max_epochs: many",
            "jobs.train.inputs.max_epochs",
            "Line 50: The input “max_epochs”: “many” is no integer.",
        ),
        (
            "${{parent.inputs.epochs}}\n      learning",
            "0\n      learning",
            "jobs.train.inputs.max_epochs",
            "Line 50: The input “max_epochs”: 0 is less than 1, the least that it may be.",
        ),
        (
            "learning_rate: $",
            "learning_rat: $",
            "jobs.train.inputs.learning_rat",
            "Line 51: The component train_model has no input “learning_rat”. Did you mean “learning_rate”?",
        ),
        (
            "parent.jobs.clean.outputs.clean",
            "parent.jobs.cleen.outputs.clean",
            "jobs.train.inputs.training_data",
            "Line 46: The input “training_data” comes from the step “cleen”, which there is not. Did you mean “clean”?",
        ),
        (
            "${{parent.inputs.rate}}",
            "${{inputs.rate}}",
            "jobs.train.inputs.learning_rate",
            "“${{inputs.rate}}” means nothing here",
        ),
        (
            "${{parent.outputs.report}}",
            "${{parent.outputs.raport}}",
            "jobs.score.outputs.out",
            "the pipeline has no output “raport”. Did you mean “report”?",
        ),
        (
            "score_model@latest",
            "gone:1",
            "jobs.score.component",
            "There is no component “azureml:gone:1” here.",
        ),
        (
            "train/train.yml",
            "train/gone.yml",
            "jobs.train.component",
            "Line 43: the file “components/train/gone.yml” did not come with the job.",
        ),
        (
            "code: src/clean",
            "code: git+https://example.com/x",
            "jobs.clean.code",
            "not fetched from git",
        ),
        (
            "mode: rw_mount",
            "mode: ro_mount",
            "jobs.clean.outputs.clean.mode",
            "its mode is one of: rw_mount, upload, direct",
        ),
        (
            "limits: {timeout: 3600}",
            "limits: {timeout: soon}",
            "jobs.clean.limits.timeout",
            "it is a whole number from 1 on",
        ),
        (
            "path: ./data",
            "path: ./gone",
            "inputs.raw.path",
            "“gone” did not come with the job",
        ),
        (
            "command: python clean.py",
            "comand: python clean.py",
            "jobs.clean.comand",
            "a step has no field “comand”. Did you mean “command”?",
        ),
        (
            "tags: {team: blue}",
            "tag: {team: blue}",
            "tag",
            "Line 6: a pipeline job has no field “tag”. Did you mean “tags”?",
        ),
        (
            "type: command\n    command",
            "type: sweep\n    command",
            "jobs.clean.type",
            "steps of the type “sweep” cannot be run here yet",
        ),
        (
            "type: command\n    command",
            "type: spark\n    command",
            "jobs.clean.type",
            "steps of the type “spark” cannot be run here yet",
        ),
        (
            "type: command\n    command",
            "type: magic\n    command",
            "jobs.clean.type",
            "“magic” is no type of step",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_is(before, after, place, sentence):
    assert before in PIPELINE
    errors = errors_of(PIPELINE.replace(before, after, 1))
    assert place in errors, errors
    assert sentence in " ".join(errors[place])


def test_what_is_wrong_in_another_file_is_said_with_its_name():
    broken = TRAIN.replace("type: integer", "type: [integer]").replace("name: train_model", "nam: x")
    errors = errors_of(PIPELINE, around(**{"components/train/train.yml": broken}))
    assert errors["jobs.train.component.nam"] == [
        "components/train/train.yml, line 2: a component has no field “nam”. Did you mean “name”?"
    ]
    assert errors["jobs.train.component.inputs.max_epochs.type"][0].startswith(
        "components/train/train.yml, line 10: it is one of"
    )


def test_a_file_that_is_no_yaml_is_said_with_its_name():
    errors = errors_of(PIPELINE, around(**{"components/train/train.yml": "a: [b"}))
    assert errors["jobs.train.component"][0].startswith("components/train/train.yml: Line 1")


def test_several_faults_are_told_at_once():
    text = PIPELINE.replace("max_epochs: $", "epochs: $").replace("note: epochs", "nota: epochs")
    assert {
        "jobs.train.inputs.epochs",
        "jobs.train.inputs.max_epochs",
        "jobs.score.inputs.nota",
        "jobs.score.inputs.note",
    } <= set(errors_of(text))


def test_cycles_are_told_at_their_line():
    step = {"command": "cat ${{inputs.x}} ${{outputs.y}}", "outputs": {"y": None}}
    jobs = {
        key: {**step, "inputs": {"x": f"${{{{parent.jobs.{other}.outputs.y}}}}"}}
        for key, other in (("a", "b"), ("b", "a"))
    }
    errors = errors_of(write_yaml({"type": "pipeline", "jobs": jobs}))
    assert [place.split(".")[-1] for place in errors] == ["x"]
    assert "wait for each other" in str(errors)


def test_a_pipeline_that_contains_itself():
    loop = INNER.replace("../train/train.yml", "./fit.yml")
    text = write_yaml({"type": "pipeline", "jobs": {"a": {"component": "fit.yml", "inputs": {}}}})
    assert "contains itself" in str(errors_of(text, Around({"fit.yml": loop})))


def test_a_pipeline_without_steps():
    assert "a pipeline has steps" in str(errors_of("type: pipeline\ninputs: {x: 1}\n"))
    assert "a step is a mapping" in str(errors_of("type: pipeline\njobs: {a: 3}\n"))
    assert "describes no component" in str(errors_of("- type: pipeline\n"))


def test_a_command_is_no_pipeline_by_itself():
    text = write_yaml({"type": "pipeline", "component": "./components/train/train.yml"})
    assert "this component is no pipeline" in str(errors_of(text))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"input_data": None}, "jobs.a.input_data"),
        ({"input_data": "data"}, "jobs.a.input_data"),
        ({"mini_batch_size": "many"}, "jobs.a.mini_batch_size"),
        ({"error_threshold": -2}, "jobs.a.error_threshold"),
        ({"logging_level": "LOUD"}, "jobs.a.logging_level"),
        ({"partition_keys": {"a": 1}}, "jobs.a.partition_keys"),
        ({"task": {**PARALLEL["task"], "type": "model"}}, "jobs.a.task.type"),  # type: ignore[dict-item]
        ({"task": {**PARALLEL["task"], "entry_script": None}}, "jobs.a.task.entry_script"),  # type: ignore[dict-item]
        ({"task": {**PARALLEL["task"], "script": "x"}}, "jobs.a.task.script"),  # type: ignore[dict-item]
        ({"retry_settings": {"retries": 2}}, "jobs.a.retry_settings.retries"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_parallel_step(change, place):
    text = write_yaml({"type": "pipeline", "jobs": {"a": {**PARALLEL, **change}}})
    assert place in errors_of(text, Around({"env/conda.yml": CONDA}))


def test_a_component_file_needs_a_name():
    with pytest.raises(InvalidInput) as caught:
        read_component_file(TRAIN.replace("name: train_model\n", "", 1), Around({"conda.yaml": CONDA}))
    assert "say what the component is called" in str(caught.value.errors["name"])


def test_a_setting_that_nobody_knows_is_passed_over_as_the_format_does():
    found = read(PIPELINE.replace("continue_on_step_failure", "continue_on_failure"), around())
    assert any("There is no setting “continue_on_failure”" in warning for warning in found.warnings)

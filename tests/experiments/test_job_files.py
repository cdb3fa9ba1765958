"""Job files as Azure ML's own examples are written, read unchanged; and what is wrong in a file, said where it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from apps.core.errors import InvalidInput
from apps.experiments.jobs.command import ReadJob, read_job
from apps.experiments.jobs.export import job_file_of
from apps.experiments.jobs.yaml_text import read_yaml, write_yaml
from apps.experiments.services import CommandJob, Limits
from apps.experiments.services.config import config_of, rendered_command
from tests.experiments.factories import ExperimentFactory, RunFactory

EXAMPLES = Path(__file__).parent / "job_files"
CONDA = "name: x\ndependencies:\n  - python=3.11\n  - pip:\n      - scikit-learn\n"


class Around:
    """A workspace whose only target is ``local``, and files that came along."""

    def __init__(self, texts: Mapping[str, str] | None = None, data: Mapping[str, str] | None = None) -> None:
        self.texts, self.data = texts or {}, data or {}

    def target_named(self, name: str) -> str | None:
        return name if name == "local" else None

    def environment_named(self, reference: str) -> str:
        return reference

    def text_of(self, path: str, code: str) -> str | None:
        return self.texts.get(path)

    def data_of(self, path: str, code: str) -> str | None:
        return self.data.get(path)


def read(text: str, around: Around | None = None, **options: Any) -> ReadJob:
    return read_job(text, around or Around(), **options)


def example(name: str, around: Around | None = None, **options: Any) -> ReadJob:
    return read((EXAMPLES / f"{name}.yml").read_text(), around, **options)


def errors_of(text: str, **options: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as caught:
        read(text, **options)
    return caught.value.errors


def test_hello_world():
    found = example("hello-world")
    assert found.job == CommandJob(command='echo "hello world"', environment={"image": "library/python:latest"})
    assert found.warnings == ()
    assert found.needs.code == ""


def test_names_tags_and_a_description_of_several_lines():
    found = example("hello-world-org")
    assert found.experiment_name == "hello-again-example"
    assert found.job.display_name == "hello-again-example"
    assert found.job.tags == {"hello": "world", "round": "2"}
    assert found.job.description.startswith('# A "hello again" job\n\nThis')


def test_environment_variables_and_limits():
    job = example("hello-world-env-var").job
    assert job.variables == {"greeting": "hello world", "seconds": "30"}
    assert job.limits == Limits(timeout_s=600)


def test_literals_local_data_and_a_registry_environment():
    needs = example("iris-literal", only_needs=True).needs
    assert needs.code == "src"
    assert needs.data == {"iris_csv": "../data/iris.csv"}
    found = example("iris-literal", Around(data={"../data/iris.csv": "data/iris.csv"}))
    job = found.job
    assert job.environment == "sklearn-1.5@latest"
    assert {name: given["type"] for name, given in job.inputs.items()} == {
        "iris_csv": "string", "C": "number", "kernel": "string", "coef0": "number", "probability": "boolean",
    }  # fmt: skip
    assert rendered_command(job.command, job.inputs) == (
        "python main.py --iris-csv data/iris.csv --C 0.8 --kernel rbf --coef0 0.1 --probability True"
    )
    assert job.compute == "local"
    assert "cpu-cluster" in found.warnings[0]


def test_data_from_an_address_is_an_input():
    job = example("iris-web-data").job
    assert job.inputs["iris_csv"] == {
        "type": "uri_file",
        "path": "https://data.example.com/datasets/iris.csv",
        "mode": "ro_mount",
    }
    # The machine puts its path there.
    assert "${{inputs.iris_csv}}" in rendered_command(job.command, job.inputs)


@pytest.mark.parametrize(
    "path",
    [
        "azureml:iris:1",
        "azureml:iris@latest",
        "azureml://datastores/workspaceblobstore/paths/raw/",
        "azureml://jobs/calm_pear/outputs/artifacts/paths/model/",
        "runs:/0192/outputs/model",
    ],
)
@pytest.mark.parametrize("mode", ["ro_mount", "download", "direct", "eval_mount", "eval_download"])
def test_data_that_has_a_name_or_a_place(path, mode):
    text = f"command: a ${{{{inputs.x}}}}\ninputs:\n  x:\n    type: uri_folder\n    path: {path}\n    mode: {mode}\n"
    assert read(text).job.inputs == {"x": {"type": "uri_folder", "path": path, "mode": mode}}


def test_a_named_output_is_kept_and_its_version_passed_over():
    found = read("command: a\noutputs:\n  clean: {type: uri_folder, name: iris-clean, version: 7}\n")
    assert found.job.outputs["clean"]["name"] == "iris-clean"
    assert "numbers versions itself" in found.warnings[0]


def test_an_image_with_a_conda_file_beside_it():
    assert example("conda-inline", only_needs=True).needs.files == ("environments/conda.yml",)
    job = example("conda-inline", Around({"environments/conda.yml": CONDA})).job
    assert job.environment["conda_file"]["dependencies"] == ["python=3.11", {"pip": ["scikit-learn"]}]
    assert job.outputs == {"model": {"type": "uri_folder", "mode": "rw_mount"}, "report": {"type": "uri_folder"}}
    with pytest.raises(InvalidInput) as caught:
        example("conda-inline")
    assert "did not come with the job" in caught.value.errors["environment.conda_file"][0]


def test_an_environment_in_a_file_of_its_own_needs_the_files_it_names():
    assert example("environment-file", only_needs=True).needs.files == ("environments/train.yml",)
    described = "name: train\nimage: ubuntu\nconda_file: ./conda.yml\n"
    around = Around({"environments/train.yml": described})
    assert example("environment-file", around, only_needs=True).needs.files == (
        "environments/train.yml", "environments/conda.yml",
    )  # fmt: skip
    around = Around({"environments/train.yml": described, "environments/conda.yml": CONDA})
    assert example("environment-file", around).job.environment["conda_file"]["name"] == "x"


def test_what_is_not_distributed_here_runs_as_one_process_and_says_so():
    found = example("cifar-distributed")
    assert "not distributed" in " ".join(found.warnings)
    assert found.job.extras["distribution"] == {"type": "pytorch", "process_count_per_instance": 1}


def test_services_are_passed_over_with_a_warning():
    found = example("interactive")
    assert "services" in found.warnings[0]
    assert found.job.environment == "azureml:AzureML-tensorflow-2.16-cuda12:3"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("azureml:sklearn:1", "azureml:sklearn:1"),
        ("azureml:sklearn@latest", "azureml:sklearn@latest"),
        ("azureml://registries/azureml/environments/sklearn-1.5/versions/4", "sklearn-1.5:4"),
        ("azureml://registries/azureml/environments/sklearn-1.5", "sklearn-1.5@latest"),
    ],
)
def test_references_to_environments(written, read_as):
    assert read(f"command: x\nenvironment: {written}").job.environment == read_as


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("local", "local"), ("azureml:local", "local"), ("serverless", "local"), ("/a/computes/local", "local")],
)
def test_references_to_computes(written, read_as):
    found = read(f"command: x\ncompute: {written}")
    assert found.job.compute == read_as
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("field", "line", "text"),
    [
        ("job", 2, "command: a\ncommand: b"),
        ("job", 2, "command: a\n\tb: c"),
        ("job", 1, "command: [a"),
        ("job", 2, "command: a\ntags: !!python/object:os.system x"),
        ("job", 2, "command: a\n? [a, b]\n: c"),
        ("job", 3, "command: a\nx: &x {a: 1}\n<<: *x"),
        ("command", None, "code: src"),
        ("type", 2, "command: a\ntype: pipeline"),
        ("type", 1, "type: moon\ncommand: a"),
        ("comand", 1, "comand: a"),
        ("code", 2, "command: a\ncode: git@github.com:a/b.git"),
        ("code", 2, "command: a\ncode: [a]"),
        ("environment", 2, "command: a\nenvironment: 3"),
        ("environment.build", 3, "command: a\nenvironment:\n  build: {path: .}"),
        ("environment.conda_file", 4, "command: a\nenvironment:\n  image: x\n  conda_file: [a]"),
        ("inputs", 2, "command: a\ninputs: [a]"),
        ("inputs.x", 3, "command: a\ninputs:\n  x: [1]"),
        ("inputs.x.type", 3, "command: a\ninputs:\n  x: {type: moon}"),
        ("inputs.x.path", 3, "command: a\ninputs:\n  x:\n    type: uri_file"),
        ("inputs.x.mode", 3, "command: a\ninputs:\n  x: {type: uri_folder, path: azureml:a:1, mode: moon}"),
        ("inputs.x.path", 3, "command: a\ninputs:\n  x: {type: uri_folder, path: there}"),
        ("outputs.x.type", 3, "command: a\noutputs:\n  x: {type: moon}"),
        ("limits.timeout", 3, "command: a\nlimits:\n  timeout: soon"),
        ("limits.trials", 3, "command: a\nlimits:\n  trials: 3"),
        ("environment_variables.A", 3, "command: a\nenvironment_variables:\n  A: {b: c}"),
        ("tags", 2, "command: a\ntags: x"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_line(field, line, text):
    errors = errors_of(text)
    assert field in errors, errors
    if line is not None:
        assert errors[field][0].startswith(f"Line {line}:"), errors


def test_the_schema_says_the_type_where_nothing_else_does():
    text = "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\njobs: {}\ncommand: x"
    assert "pipeline" in errors_of(text)["type"][0]


@pytest.mark.parametrize("text", ["", "- a", "just text", "3"])
def test_what_is_no_mapping_is_no_job(text):
    assert "job" in errors_of(text)


def test_a_bomb_of_anchors_a_deep_nest_and_a_huge_file_are_refused_at_once():
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    for previous, name in zip("abcdefg", "bcdefgh", strict=True):
        bomb += f"{name}: &{name} [{','.join([f'*{previous}'] * 9)}]\n"
    assert "too many values" in errors_of(bomb)["job"][0]
    assert "job" in errors_of("a: " + "[" * 3000)
    assert "job" in errors_of("a: " + "[" * 100 + "]" * 100)
    assert "larger than" in errors_of("a: " + "x" * 1_100_000)["job"][0]
    assert "too many values" in errors_of("a: &a [*a]")["job"][0]


@pytest.mark.parametrize("value", ['"\\0"', '"\\ud800"'])
def test_characters_that_cannot_be_stored_are_refused(value):
    assert "cannot be stored" in errors_of(f"command: a\ndescription: {value}")["job"][0]


def test_values_that_are_no_json_stay_text():
    job = read("command: a\ninputs:\n  x: .nan\n  y: 2024-01-31\n  z: .inf").job
    assert [given["value"] for given in job.inputs.values()] == [".nan", "2024-01-31", ".inf"]


def test_settings_change_a_job_before_it_is_read():
    text = "command: echo ${{inputs.x}}\ninputs: {x: 1}"
    job = read(text, settings=("inputs.x=2", "limits.timeout=60", "display_name=a=b", "tags.new=yes")).job
    assert job.inputs["x"] == {"type": "integer", "value": 2}
    assert job.limits.timeout_s == 60
    assert job.display_name == "a=b"
    assert "set" in errors_of(text, settings=("nothing",))
    assert "set" in errors_of(text, settings=("command.x=1",))


def test_yaml_is_written_for_people():
    assert write_yaml({"b": "x\ny\n", "a": [1], "c": {"d": "1"}}) == "b: |\n  x\n  y\na:\n- 1\nc:\n  d: '1'\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["hello-world-org", "hello-world-env-var", "cifar-distributed", "interactive", "conda-inline", "iris-literal"],
)
def test_a_run_written_back_is_read_as_the_same_job(name, workspace):
    around = Around({"environments/conda.yml": CONDA}, {"../data/iris.csv": "data/iris.csv"})
    job = example(name, around).job
    run = RunFactory.create(
        workspace=workspace,
        experiment=ExperimentFactory.create(workspace=workspace, name="e"),
        display_name=job.display_name,
        description=job.description,
        config=config_of(job, {"reference": job.environment, "name": ""}),
    )
    for key, value in job.tags.items():
        run.tags.create(workspace=workspace, name=key, value=value)
    again = read(job_file_of(run), around)
    assert again.experiment_name == "e"
    environment = again.job.environment
    assert (environment.removeprefix("azureml:") if isinstance(environment, str) else environment) == (
        job.environment.removeprefix("azureml:") if isinstance(job.environment, str) else job.environment
    )
    assert {**vars(again.job), "environment": None} == {**vars(job), "environment": None}


def test_lines_are_known_for_each_value():
    document = read_yaml("a: 1\nb:\n  c:\n    - x\n    - y\n", "job")
    assert [document.line_of(path) for path in ((), ("a",), ("b", "c"), ("b", "c", 1), ("b", "d"))] == [1, 1, 3, 5, 2]

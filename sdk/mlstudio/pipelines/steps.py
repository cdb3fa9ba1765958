"""Pipelines with the names of Azure ML's first SDK: steps that hand each other folders."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from mlstudio.data import Dataset
from mlstudio.jobs import Job
from mlstudio.pipelines.components import Component, Step, command
from mlstudio.pipelines.functions import PipelineFunction, PipelineJob
from mlstudio.pipelines.ports import Input, Output
from mlstudio.workspace import Workspace


class PipelineData:
    """A folder that one step writes and others read. ``datastore`` means nothing: outputs are kept with the run."""

    def __init__(self, name: str, datastore: Any = None, is_directory: bool = True) -> None:
        self.name, self.datastore, self.is_directory = name, datastore, is_directory

    @property
    def type(self) -> str:
        """What steps take it as."""
        return "uri_folder" if self.is_directory else "uri_file"


class PipelineParameter:
    """A value, or a dataset, that can be another one in each run."""

    def __init__(self, name: str, default_value: Any) -> None:
        self.name, self.default_value = name, default_value


class PythonScriptStep:
    """A step that runs a script.

    Args: arguments: texts and numbers, and what of ``inputs``, ``outputs`` and parameters the script is to be given.
        inputs: ``PipelineData`` of other steps, datasets. outputs: ``PipelineData``. environment: such as ``sklearn@latest``.
        allow_reuse: whether it is not run again where nothing has changed.
    """

    def __init__(
        self, script_name: str, name: str = "", arguments: Sequence[Any] = (), compute_target: str | None = None,
        inputs: Sequence[Any] = (), outputs: Sequence[PipelineData] = (), source_directory: str | Path = ".",
        allow_reuse: bool = True, *, environment: Any = None, environment_variables: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.name = name or Path(script_name).stem
        self.script_name, self.arguments, self.compute_target = script_name, list(arguments), compute_target
        self.inputs, self.outputs, self.source_directory = list(inputs), list(outputs), source_directory
        self.allow_reuse, self.environment = allow_reuse, environment
        self.environment_variables = dict(environment_variables or {})
        self.waits_for: list[PythonScriptStep] = []

    def run_after(self, step: PythonScriptStep) -> None:
        """Let it begin only once another step has succeeded, though it reads nothing of it."""
        self.waits_for.append(step)

    def parameters(self) -> list[PipelineParameter]:
        """Return the parameters that it uses."""
        return [thing for thing in (*self.arguments, *self.inputs) if isinstance(thing, PipelineParameter)]

    def reads(self) -> list[PipelineData]:
        """Return what of other steps it reads."""
        return [thing for thing in self.inputs if isinstance(thing, PipelineData)]

    def component(self) -> Component:
        """Return what it carries out."""
        written = {id(data) for data in self.outputs}
        inputs: dict[str, Any] = {}
        for thing in (*self.inputs, *self.arguments):
            if isinstance(thing, PipelineParameter):
                value = thing.default_value
                inputs[thing.name] = Input(type=_data_type(value)) if isinstance(value, Dataset) else type(value)
            elif isinstance(thing, Dataset):
                inputs[_named(thing)] = Input(type=_data_type(thing))
            elif isinstance(thing, PipelineData) and id(thing) not in written:
                inputs[thing.name] = Input(type=thing.type)
        words = ["python", shlex.quote(self.script_name), *(self._word(thing, written) for thing in self.arguments)]
        return command(
            command=" ".join(words),
            code=self.source_directory,
            environment=self.environment,
            inputs=inputs,
            outputs={data.name: Output(type=data.type) for data in self.outputs},
            is_deterministic=None if self.allow_reuse else False,
        )

    def _word(self, thing: Any, written: set[int]) -> str:
        if isinstance(thing, PipelineData):
            kind = "outputs" if id(thing) in written else "inputs"
            return f'"${{{{{kind}.{thing.name}}}}}"'
        if isinstance(thing, (PipelineParameter, Dataset)):
            name = thing.name if isinstance(thing, PipelineParameter) else _named(thing)
            return f'"${{{{inputs.{name}}}}}"'
        return shlex.quote(str(thing))


class Pipeline:
    """Steps, with those that they need. ``continue_on_step_failure`` and ``regenerate_outputs`` are said when it is submitted."""

    def __init__(self, workspace: Workspace, steps: Sequence[PythonScriptStep], description: str = "") -> None:
        self.workspace, self.description = workspace, description
        self.steps = list(steps)

    def validate(self) -> list[str]:
        """Return what of it the studio would read differently from how it is written.

        Raises:
            RequestError: something is wrong with it; ``errors`` names every place.
        """
        return self.job().validate(self.workspace)

    def submit(
        self, experiment_name: str, pipeline_parameters: Mapping[str, Any] | None = None, continue_on_step_failure: bool = False,
        regenerate_outputs: bool = False, *, notes: IO[str] | None = None,
    ) -> Job:  # fmt: skip
        """Submit it. ``regenerate_outputs``: run all steps, also those whose results could be used again."""
        job = self.job(pipeline_parameters or {})
        job.settings.update(continue_on_step_failure=continue_on_step_failure, force_rerun=regenerate_outputs)
        return job.submit(self.workspace, experiment_name, notes=notes)

    def job(self, parameters: Mapping[str, Any] | None = None) -> PipelineJob:
        """Return it as a job, with values for its parameters.

        Raises:
            ValueError: two steps have one name, or nobody writes what a step reads.
        """
        known = {parameter.name: parameter for step in self.steps for parameter in step.parameters()}

        def build(**_inputs: Any) -> None:
            self._make_steps(_inputs)

        made = PipelineFunction(
            build,
            name="pipeline",
            description=self.description,
            inputs={name: parameter.default_value for name, parameter in known.items()},
        )
        job: PipelineJob = made(**(parameters or {}))
        return job

    def _make_steps(self, given: Mapping[str, Any]) -> None:
        made: dict[int, Step] = {}
        writers = {id(data): step for step in self.steps for data in step.outputs}
        names = [step.name for step in self.steps]
        if len(set(names)) < len(names):
            raise ValueError(f"Two steps have the same name: {', '.join(sorted(names))}.")
        for step in self.steps:
            made[id(step)] = step.component()()
            node = made[id(step)]
            node.name, node.display_name = "".join(c if c.isalnum() else "_" for c in step.name), step.name
            node.compute, node.environment_variables = step.compute_target, step.environment_variables or None
        for step in self.steps:
            node = made[id(step)]
            for thing in (*step.inputs, *step.arguments):
                if isinstance(thing, PipelineParameter):
                    node.inputs[thing.name] = given[thing.name]
                elif isinstance(thing, Dataset):
                    node.inputs[_named(thing)] = thing
                elif isinstance(thing, PipelineData) and thing not in step.outputs:
                    writer = writers.get(id(thing))
                    if writer is None:
                        raise ValueError(f"No step of the pipeline writes {thing.name}, which {step.name} reads.")
                    node.inputs[thing.name] = made[id(writer)].outputs[thing.name]
            node.run_after = [made[id(other)] for other in step.waits_for]


def _data_type(data: Dataset) -> str:
    return "uri_file" if data.file_count == 1 else "uri_folder"


def _named(data: Dataset) -> str:
    return "".join(character if character.isalnum() else "_" for character in data.name)

"""Functions that build pipelines, and the jobs that come of them."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import IO, Any

from mlstudio.job_files import check_text
from mlstudio.jobs import Job, create_text
from mlstudio.pipelines.components import STACK, Building, Component, Step, StepOutput, building
from mlstudio.pipelines.ports import Input, PipelineInput, given_tree, output_tree, said
from mlstudio.workspace import Workspace

SCHEMA = "https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json"
SETTINGS = ("default_compute", "default_datastore", "continue_on_step_failure", "force_rerun")
EMPTY = inspect.Parameter.empty


class Graph:
    """The steps of a pipeline, and which of their outputs are its own."""

    def __init__(self, steps: list[Step], sources: Mapping[str, StepOutput], settings: Mapping[str, Any]) -> None:
        self.steps, self.sources = steps, dict(sources)
        self.outputs = {name: settings.get(name) for name in sources}

    def tree(self, base: Path) -> dict[str, Any]:
        """Return ``jobs`` and ``outputs`` as a job file has them."""
        goes_to: dict[int, dict[str, list[str]]] = {}
        for name, source in self.sources.items():
            there = goes_to.setdefault(id(source.step), {}).setdefault(source.output, [])
            there.append(f"${{{{parent.outputs.{name}}}}}")
        told = {name: output_tree(setting) or None for name, setting in self.outputs.items()}
        jobs = {step.name: step.tree(base, goes_to.get(id(step), {})) for step in self.steps}
        return {**({"outputs": told} if told else {}), "jobs": jobs}


class PipelineJob:
    """A pipeline to be submitted. ``settings``, ``tags``, ``jobs`` (its steps by name) and ``outputs`` may still be changed."""

    def __init__(self, function: PipelineFunction, given: Mapping[str, Any]) -> None:
        self._function, self._given = function, dict(given)
        self._graph = function.build()
        self.jobs = {step.name: step for step in self._graph.steps}
        self.outputs = self._graph.outputs
        self.settings = dict(function.settings)
        self.display_name, self.description = function.display_name, function.description
        self.tags: dict[str, str] = dict(function.tags)
        self.experiment_name = function.experiment_name

    def tree(self, base: str | Path = ".") -> dict[str, Any]:
        """Return it as the values of a job file that stands in the folder ``base``."""
        folder = Path(base)
        inputs = {name: self._input_tree(name, port, folder) for name, port in self._function.inputs.items()}
        about = {
            "display_name": self.display_name,
            "description": self.description,
            "experiment_name": self.experiment_name,
        }
        head = said({**about, "tags": self.tags, "settings": self.settings})
        head = {"$schema": SCHEMA, "type": "pipeline", **head, **({"inputs": inputs} if inputs else {})}
        return {**head, **self._graph.tree(folder)}

    def _input_tree(self, name: str, port: Any, base: Path) -> Any:
        given = given_tree(self._given[name], base) if name in self._given else None
        if not isinstance(port, Input):
            return given if given is not None or port is EMPTY else given_tree(port, base)
        more = given if isinstance(given, dict) else {} if given is None else {"value": given}
        return {**port.tree(base), **more}

    def to_json(self, base: str | Path = ".") -> str:
        """Return it as a job file; JSON is YAML, too."""
        return json.dumps(self.tree(base), ensure_ascii=False, indent=1)

    def validate(self, workspace: Workspace) -> list[str]:
        """Return what of it the studio would read differently from how it is written.

        Raises:
            RequestError: something is wrong with it; ``errors`` names every place.
        """
        return check_text(workspace, self.to_json(), Path.cwd())

    def submit(self, workspace: Workspace, experiment_name: str = "", *, notes: IO[str] | None = None) -> Job:
        """Submit it, with the code, files and local data that it names."""
        self.experiment_name = experiment_name or self.experiment_name
        return create_text(workspace, self.to_json(), Path.cwd(), notes=notes)


class PipelineFunction:
    """A function that builds a pipeline. Called within another, it becomes a step of that."""

    def __init__(self, function: Callable[..., Any], **said_of: Any) -> None:
        self._function = function
        self.name = said_of.pop("name", function.__name__)
        self.display_name = said_of.pop("display_name", "")
        self.description = said_of.pop("description", "") or inspect.getdoc(function) or ""
        self.experiment_name = said_of.pop("experiment_name", "")
        self.tags = said_of.pop("tags", None) or {}
        self._outputs: dict[str, Any] = dict(said_of.pop("outputs", None) or {})
        described: Mapping[str, Any] = said_of.pop("inputs", None) or {}
        self.settings = {name: said_of.pop(name) for name in SETTINGS if said_of.get(name)}
        if said_of:
            raise TypeError(f"A pipeline has no {', '.join(sorted(said_of))}.")
        parameters = inspect.signature(function).parameters.values()
        named = [each for each in parameters if each.kind not in {each.VAR_KEYWORD, each.VAR_POSITIONAL}]
        self.inputs: dict[str, Any] = {each.name: each.default for each in named}
        self.inputs.update(described)
        self.__doc__ = function.__doc__

    def __call__(self, *args: Any, **given: Any) -> Any:
        """Return a job; within another pipeline, the step that this one is."""
        names = list(self.inputs)
        if len(args) > len(names):
            raise TypeError(f"{self.name} takes {len(names)} inputs.")
        given = {**dict(zip(names, args)), **given}
        unknown = sorted(given.keys() - self.inputs.keys())
        if unknown:
            raise TypeError(f"{self.name} has no input {', '.join(unknown)}.")
        missing = [name for name, default in self.inputs.items() if name not in given and default is EMPTY]
        if missing:
            raise TypeError(f"{self.name} needs its input {', '.join(missing)}.")
        if not STACK:
            return PipelineJob(self, given)
        step = Step(_Nested(self), {**self._defaults(), **given})
        building().steps.append(step)
        return step

    def _defaults(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.inputs.items() if value is not EMPTY and not isinstance(value, Input)
        }

    def build(self) -> Graph:
        """Return the steps that the function makes, and the outputs that it returns."""
        made = Building()
        STACK.append(made)
        variables: dict[str, Any] = {}

        def look(frame: FrameType, event: str, _argument: Any) -> None:
            if event == "return" and frame.f_code is self._function.__code__:
                variables.update(frame.f_locals)

        before = sys.getprofile()
        sys.setprofile(look)
        try:
            returned = self._function(**{name: PipelineInput(name) for name in self.inputs})
        finally:
            sys.setprofile(before)
            STACK.pop()
        made.name_steps(variables)
        return Graph(made.steps, dict(returned or {}), self._outputs)


class _Nested(Component):
    """A pipeline as a step of another."""

    def __init__(self, function: PipelineFunction) -> None:
        self._function, self._graph = function, function.build()
        super().__init__(None, list(self._graph.outputs), function.name)

    def head(self, base: Path) -> dict[str, Any]:
        """Return it as a component where its inputs say their types, else as a step that has jobs."""
        function = self._function
        tree = {**said({"settings": function.settings}), **self._graph.tree(base)}
        if not all(isinstance(port, Input) for port in function.inputs.values()):
            return {"type": "pipeline", **tree}
        ports = {name: port.tree(base) for name, port in function.inputs.items()}
        about = {"name": function.name, "display_name": function.display_name, "description": function.description}
        return {"component": {"type": "pipeline", **said({**about, "inputs": ports}), **tree}}


def pipeline(function: Callable[..., Any] | None = None, **said_of: Any) -> Any:
    """Make a pipeline of a function: what it calls are its steps, its parameters the pipeline's inputs; it returns the pipeline's
    outputs, a mapping of outputs of steps.

    Args: said_of: ``name``, ``display_name``, ``description``, ``experiment_name``, ``tags``, ``default_compute``,
        ``default_datastore``, ``continue_on_step_failure``, ``force_rerun``; ``inputs`` and ``outputs``: an ``Input`` or
        ``Output`` by name, where there is more to say than the function does.
    """
    if function is not None:
        return PipelineFunction(function, **said_of)
    return lambda decorated: PipelineFunction(decorated, **said_of)

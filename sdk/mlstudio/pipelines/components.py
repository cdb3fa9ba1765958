"""Components, and the steps that use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mlstudio.errors import ConfigurationError
from mlstudio.pipelines.ports import Output, Reference, given_tree, output_tree, place, port_tree, said

STEP_FIELDS = (
    "display_name", "compute", "environment", "environment_variables", "limits", "resources", "distribution", "comment",
    "run_after", "attempts", "force_rerun", "position", "services", "identity", "queue_settings",
)  # fmt: skip


class Component:
    """What steps carry out. Call it within a pipeline, with what its inputs are given, to make a step."""

    def __init__(self, source: Any, outputs: Iterable[str] | None = None, name: str = "") -> None:
        self._source, self._outputs, self._name = source, outputs, name

    def __call__(self, **inputs: Any) -> Step:
        """Make a step of the pipeline that is being built."""
        step = Step(self, inputs)
        building().steps.append(step)
        return step

    def head(self, base: Path) -> dict[str, Any]:
        """Return the fields of a step that say what it carries out."""
        source = self._source
        if isinstance(source, Path):
            source = f"./{place(str(source), base)}"
        return {"component": source(base) if callable(source) else source}

    def has_output(self, name: str) -> bool:
        """Return whether it has an output of that name, as far as is known here."""
        return self._outputs is None or name in self._outputs

    @property
    def name(self) -> str:
        """What its steps are called if nothing else names them."""
        return self._name or "step"


class StepOutput(Reference):
    """An output of a step. Its ``mode``, ``type``, ``name`` (to register it), ``version`` and ``path`` may be set."""

    def __init__(self, step: Step, output: str) -> None:
        self.step, self.output = step, output
        self.setting = Output()

    def expression(self) -> str:
        return f"${{{{parent.jobs.{self.step.name}.outputs.{self.output}}}}}"

    def __setattr__(self, name: str, value: Any) -> None:
        if name in {"mode", "type", "name", "version", "path", "description"}:
            setattr(self.setting, name, value)
        else:
            super().__setattr__(name, value)


class StepOutputs:
    """The outputs of a step, by their names as attributes or items."""

    def __init__(self, step: Step) -> None:
        self.__dict__.update(_step=step, _found={})

    def __getattr__(self, name: str) -> StepOutput:
        if name.startswith("__"):
            raise AttributeError(name)
        found: dict[str, StepOutput] = self.__dict__["_found"]
        step: Step = self.__dict__["_step"]
        if name not in found:
            if not step.component.has_output(name):
                raise AttributeError(f"{step.component.name} has no output {name!r}.")
            found[name] = StepOutput(step, name)
        return found[name]

    __getitem__ = __getattr__

    def __setattr__(self, name: str, value: Any) -> None:
        getattr(self, name).setting = value if isinstance(value, Output) else Output(**output_tree(value))

    __setitem__ = __setattr__


class Step:
    """One use of a component. Attributes as in job files: ``compute``, ``environment``, ``environment_variables``, ``limits``,
    ``resources``, ``display_name``, ``comment``, ``run_after`` (steps), ``attempts``, ``force_rerun``, ``position``.

    ``name``: its key in the pipeline; that of the variable it was put into, unless it is set.
    """

    display_name: Any = None
    compute: Any = None
    environment: Any = None
    environment_variables: Any = None
    limits: Any = None
    resources: Any = None
    distribution: Any = None
    comment: Any = None
    attempts: Any = None
    force_rerun: Any = None
    position: Any = None
    services: Any = None
    identity: Any = None
    queue_settings: Any = None

    def __init__(self, component: Component, inputs: Mapping[str, Any]) -> None:
        self.component, self.inputs = component, dict(inputs)
        self.outputs = StepOutputs(self)
        self.name = ""
        self.run_after: list[Any] = []

    def after(self, *steps: Step) -> Step:
        """Let it begin only once other steps have succeeded, though it reads nothing of them."""
        self.run_after += steps
        return self

    def tree(self, base: Path, goes_to: Mapping[str, list[str]]) -> dict[str, Any]:
        """Return it as a job of a pipeline's file. ``goes_to``: outputs of the pipeline by outputs of its own."""
        head = self.component.head(base)
        outputs: dict[str, Any] = dict(head.get("outputs") or {})
        found: dict[str, StepOutput] = self.outputs.__dict__["_found"]
        for name in dict.fromkeys((*found, *goes_to)):
            told = found[name].setting.tree() if name in found else {}
            places: Any = goes_to.get(name, [])
            if places:
                places = places[0] if len(places) == 1 else places
                outputs[name] = {**told, "path": places} if told else places
            elif told:
                outputs[name] = told
        rest = {field: getattr(self, field) for field in STEP_FIELDS}
        rest["run_after"] = [step.name if isinstance(step, Step) else step for step in self.run_after]
        inputs = {name: given_tree(value, base) for name, value in self.inputs.items()}
        return {**head, **said({"inputs": inputs, "outputs": outputs, **rest})}


def load_component(source: str | Path) -> Component:
    """Return a component: of a YAML file, or one that is registered (``azureml:train:1``, ``azureml:train@latest``)."""
    text = str(source)
    if isinstance(source, str) and not text.endswith((".yml", ".yaml")):
        name = text if text.startswith("azureml:") else f"azureml:{text}"
        return Component(name, name=_identifier(text.removeprefix("azureml:").replace("@", ":").partition(":")[0]))
    path = Path(source).absolute()
    if not path.is_file():
        raise ConfigurationError(f"There is no file {path}.")
    return Component(path, name=_identifier(path.stem))


def command(
    *, command: str, inputs: Mapping[str, Any] | None = None, outputs: Mapping[str, Any] | None = None,
    code: str | Path | None = None, environment: Any = None, name: str = "", **fields: Any,
) -> Component:  # fmt: skip
    """Return a component that runs a command, in which ``${{inputs.x}}`` is a literal or a path, ``${{outputs.y}}`` a folder.

    Args: inputs: an ``Input``, a type such as ``int``, or the default of a literal, by name. outputs: an ``Output`` or a type, by
        name. code: the folder that it runs in. fields: others of a component's YAML, such as ``display_name``,
        ``is_deterministic``, ``environment_variables``, ``limits`` and ``additional_includes``.
    """
    return component(
        type="command",
        command=command,
        inputs=inputs,
        outputs=outputs,
        code=code,
        environment=environment,
        name=name,
        **fields,
    )


def component(
    *, type: str = "command",  # noqa: A002 - as in job files
    inputs: Mapping[str, Any] | None = None, outputs: Mapping[str, Any] | None = None, name: str = "",
    **fields: Any,
) -> Component:  # fmt: skip
    """Return a component of any kind. ``fields`` as in its YAML; paths are of this machine."""

    def tree(base: Path) -> dict[str, Any]:
        ports = {key: port_tree(value, base) for key, value in (inputs or {}).items()}
        leaves = {key: output_tree(value) or None for key, value in (outputs or {}).items()}
        rest = _located(fields, base)
        return {"type": type, **said({"name": name, "inputs": ports, "outputs": leaves, **rest})}

    return Component(tree, list(outputs or {}), _identifier(name or "step"))


class Building:
    """The steps of the pipeline that is being built."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def name_steps(self, variables: Mapping[str, Any]) -> None:
        """Name each step as it says, else as its variable, else as its component."""
        taken = {step.name for step in self.steps if step.name}
        by_id = {id(value): name for name, value in variables.items() if isinstance(value, Step)}
        for step in self.steps:
            if step.name:
                continue
            wanted = by_id.get(id(step)) or step.component.name
            name, number = wanted, 2
            while name in taken:
                name, number = f"{wanted}_{number}", number + 1
            step.name = name
            taken.add(name)


STACK: list[Building] = []


def building() -> Building:
    """Return the pipeline that is being built.

    Raises:
        ConfigurationError: none is.
    """
    if not STACK:
        raise ConfigurationError("Steps are made within a function with @pipeline.")
    return STACK[-1]


def _located(fields: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """Return fields of a component with their paths as seen from ``base``."""
    found = dict(fields)
    if found.get("code") is not None:
        found["code"] = _folder(found["code"], base)
    if found.get("additional_includes"):
        found["additional_includes"] = [place(str(path), base) for path in found["additional_includes"]]
    environment = found.get("environment")
    if isinstance(environment, Mapping) and isinstance(environment.get("conda_file"), (str, Path)):
        found["environment"] = {**environment, "conda_file": place(str(environment["conda_file"]), base)}
    if isinstance(found.get("task"), Mapping):
        found["task"] = _located(found["task"], base)
    return found


def _folder(code: Any, base: Path) -> str:
    text = str(code)
    return text if text.startswith("azureml:") else place(text, base)


def _identifier(text: str) -> str:
    cleaned = "".join(character if character.isalnum() else "_" for character in text).strip("_")
    return cleaned or "step"

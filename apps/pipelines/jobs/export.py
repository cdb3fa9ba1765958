"""From graphs back to the YAML that describes them; what it says is read as the same graph in the same workspace."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from apps.experiments.jobs.yaml_text import write_yaml
from apps.pipelines.graph.types import (
    Binding,
    Component,
    FromData,
    FromNode,
    FromPipeline,
    Graph,
    InputPort,
    Node,
    OutputPort,
    OutputSetting,
    Settings,
    Value,
)
from apps.pipelines.jobs.component import COMMAND_SCHEMA, PIPELINE_SCHEMA
from apps.pipelines.jobs.pipeline import SCHEMA
from apps.pipelines.jobs.ports import type_of

_PARALLEL: Final[tuple[str, ...]] = ("mini_batch_size", "partition_keys", "max_concurrency_per_instance", "error_threshold",
    "mini_batch_error_threshold", "logging_level",
)  # fmt: skip
_NOTHING: Final[tuple[Any, ...]] = (None, "", {}, [], ())


def yaml_of(graph: Graph, inputs: Mapping[str, Binding] | None = None, **said: Any) -> str:
    """Return a pipeline as a job file.

    Args: inputs: what its own inputs are given. said: ``experiment_name``, ``display_name``, ``description``, ``tags`` and
        ``properties`` of the job.
    """
    return write_yaml(job_tree(graph, inputs or {}, **said))


def job_tree(graph: Graph, inputs: Mapping[str, Binding], **said: Any) -> dict[str, Any]:
    """Return a pipeline job as values of YAML."""
    return {
        "$schema": SCHEMA,
        "type": "pipeline",
        **_given({"display_name": graph.display_name, "description": graph.description, **_given(said)}),
        **_graph_tree(graph, {name: _job_input(graph, name, inputs.get(name)) for name in graph.inputs}),
    }


def component_yaml_of(component: Component, version: str = "", tags: Mapping[str, str] | None = None) -> str:
    """Return a component as a file of its own."""
    schema = PIPELINE_SCHEMA if component.kind == "pipeline" else COMMAND_SCHEMA
    tree = component_tree(component)
    kind = tree.pop("type")
    head = {"$schema": schema} if component.kind in {"command", "pipeline"} else {}
    name = tree.pop("name", "")
    return write_yaml(
        {**head, "type": kind, **_given({"name": name, "version": version, "tags": dict(tags or {})}), **tree}
    )


def component_tree(component: Component) -> dict[str, Any]:
    """Return a component as values of YAML."""
    said = {"name": component.name, "display_name": component.display_name, "description": component.description}
    tree = {"type": component.kind, **_given(said)}
    if component.graph is not None:
        ports = {name: port_tree(port) for name, port in component.graph.inputs.items()}
        return {**tree, **_graph_tree(component.graph, ports), **component.extras}
    ports = {name: port_tree(port) for name, port in component.inputs.items()}
    outputs = {name: _output_tree(port) for name, port in component.outputs.items()}
    rest = {
        "is_deterministic": None if component.is_deterministic else False,
        "environment_variables": component.variables,
        "limits": component.limits,
        **component.extras,
    }
    return {
        **tree,
        **_given({"inputs": ports, "outputs": outputs}),
        **_body(component),
        **_with_resources(component, _given(rest)),
    }


def port_tree(port: InputPort) -> dict[str, Any]:
    """Return an input that a component declares."""
    found = {
        "type": port.type,
        "description": port.description,
        "optional": port.optional or None,
        "min": port.minimum,
        "max": port.maximum,
        "enum": list(port.enum),
        "mode": port.mode,
    }
    default = {} if port.default is None else {"default": port.default}
    return {**_given(found), **default}


def binding_value(binding: Binding) -> Any:
    """Return what an input of a step is given."""
    if isinstance(binding, Value):
        return binding.value
    if isinstance(binding, FromData):
        return _given({"type": binding.type, "path": binding.path, "mode": binding.mode})
    place = template(binding)
    return {"path": place, "mode": binding.mode} if binding.mode else place


def template(binding: FromPipeline | FromNode) -> str:
    """Return the expression for a connection."""
    if isinstance(binding, FromPipeline):
        return f"${{{{parent.inputs.{binding.input}}}}}"
    return f"${{{{parent.jobs.{binding.node}.outputs.{binding.output}}}}}"


def _graph_tree(graph: Graph, inputs: dict[str, Any]) -> dict[str, Any]:
    uses = Counter(node.component for node in graph.nodes.values())
    goes_to: dict[tuple[str, str], list[str]] = {}
    outputs = {}
    for name, output in graph.outputs.items():
        goes_to.setdefault((output.node, output.output), []).append(f"${{{{parent.outputs.{name}}}}}")
        outputs[name] = {**_setting_tree(output.setting), **_given({"description": output.description})} or None
    return {
        **_given({"settings": _settings_tree(graph.settings)}),
        **_given({"inputs": inputs, "outputs": outputs}),
        "jobs": {
            key: _step(
                graph, key, node, uses[node.component], {out: to for (at, out), to in goes_to.items() if at == key}
            )
            for key, node in graph.nodes.items()
        },
    }


def _step(graph: Graph, key: str, node: Node, uses: int, goes_to: Mapping[str, list[str]]) -> dict[str, Any]:
    component = graph.components[node.component]
    is_flat = _is_flat(component, node, uses)
    if component.reference:
        what: dict[str, Any] = {"type": component.kind, "component": f"azureml:{component.reference}"}
    elif is_flat:
        what = {"type": component.kind}
    else:
        what = {"component": component_tree(component)}
    inputs = {
        name: _flat_input(graph, component.inputs[name], binding) if is_flat else binding_value(binding)
        for name, binding in node.inputs.items()
    }
    ports = component.outputs if is_flat else {}
    outputs = {
        name: _step_output(ports.get(name), node.outputs.get(name, OutputSetting()), goes_to.get(name, []))
        for name in dict.fromkeys((*ports, *node.outputs, *goes_to))
    }
    said = {
        "display_name": node.display_name,
        "comment": node.comment,
        "compute": node.compute if "${{" in node.compute or not node.compute else f"azureml:{node.compute}",
        "environment": node.environment,
        "run_after": list(node.run_after),
        "attempts": node.attempts if node.attempts != 1 else None,
        "force_rerun": node.force_rerun or None,
        "position": list(node.position) if node.position else None,
        "environment_variables": node.variables,
        "limits": node.limits,
        "is_deterministic": False if is_flat and not component.is_deterministic else None,
        **node.extras,
    }
    rest = _with_resources(component, _given(said)) if is_flat else _given(said)
    body = _body(component) if is_flat else {}
    return {**what, **_given({"inputs": inputs, "outputs": outputs}), **body, **rest}


def _is_flat(component: Component, node: Node, uses: int) -> bool:
    """Whether a component can be written as the step that uses it: everything that it says is said there, too."""
    if component.kind not in {"command", "parallel"} or component.reference or uses > 1 or node.environment is not None:
        return False
    if component.name or component.display_name or component.description:
        return False
    if component.variables or component.limits or component.extras or list(component.inputs) != list(node.inputs):
        return False
    plain = all(
        port == InputPort(port.type, optional=node.inputs[name] == Value(None))
        for name, port in component.inputs.items()
    )
    return (
        plain
        and not any(port.mode for port in component.outputs.values())
        and not any(setting.type for setting in node.outputs.values())
    )


def _flat_input(graph: Graph, port: InputPort, binding: Binding) -> Any:
    """Return what an input is given, with its type where that does not follow from it."""
    written = binding_value(binding)
    if isinstance(binding, FromData):
        return {**written, "type": port.type} if binding.type == port.type else written
    if isinstance(binding, Value):
        return written if type_of(binding.value) == port.type else {"type": port.type, "value": binding.value}
    if isinstance(binding, FromPipeline):
        known = graph.inputs.get(binding.input)
        kind = known.type if known else ""
    else:
        node = graph.nodes.get(binding.node)
        source = graph.components[node.component].outputs.get(binding.output) if node else None
        setting = node.outputs.get(binding.output) if node else None
        kind = (setting.type if setting else "") or (source.type if source else "")
    if kind == port.type:
        return written
    return {"type": port.type, **(written if isinstance(written, dict) else {"path": written})}


def _step_output(port: OutputPort | None, setting: OutputSetting, goes_to: list[str]) -> Any:
    """Return what becomes of an output; ``port``: of a step that is its own component."""
    told = {**(_output_tree(port) or {} if port else {}), **_setting_tree(setting)}
    place: Any = goes_to[0] if len(goes_to) == 1 else goes_to
    if not goes_to:
        return told or None
    return {**told, "path": place} if told else place


def _output_tree(port: OutputPort) -> dict[str, Any] | None:
    return _given({"type": port.type, "description": port.description, "mode": port.mode}) or None


def _setting_tree(setting: OutputSetting) -> dict[str, Any]:
    names = ("type", "mode", "name", "version", "path")
    return _given({name: getattr(setting, name) for name in names})


def _settings_tree(settings: Settings) -> dict[str, Any]:
    compute = settings.default_compute
    return _given(
        {
            "default_compute": compute if "${{" in compute or not compute else f"azureml:{compute}",
            "default_datastore": f"azureml:{settings.default_datastore}" if settings.default_datastore else "",
            "continue_on_step_failure": settings.continue_on_step_failure or None,
            "force_rerun": settings.force_rerun or None,
        }
    )


def _job_input(graph: Graph, name: str, given: Binding | None) -> Any:
    """Return an input of a job: what it is, and what it is given."""
    port = graph.inputs[name]
    tree = port_tree(port)
    if isinstance(given, FromData):
        return {**tree, "type": given.type, "path": given.path, **_given({"mode": given.mode or port.mode})}
    if not isinstance(given, Value) or given.value is None:
        return tree
    uses = {
        graph.components[node.component].inputs[at].type
        for node in graph.nodes.values()
        for at, binding in node.inputs.items()
        if isinstance(binding, FromPipeline) and binding.input == name and at in graph.components[node.component].inputs
    }
    is_plain = port == InputPort(type_of(given.value)) and uses <= {port.type}
    return given.value if is_plain else {**tree, "value": given.value}


def _body(component: Component) -> dict[str, Any]:
    """Return what carries a component out."""
    code = f"azureml:{component.snapshot}" if component.snapshot else ""
    runs = _given({"code": code, "environment": component.environment})
    if component.kind != "parallel":
        return {**_given({"command": component.command}), **runs}
    settings = component.parallel
    said = {name: settings[name] for name in _PARALLEL if name in settings}
    retry = {name: settings[name] for name in ("max_retries", "timeout") if name in settings}
    task = {
        "type": "run_function",
        **runs,
        **_given(
            {"entry_script": settings.get("entry_script"), "program_arguments": settings.get("program_arguments")}
        ),
        **({"append_row_to": f"${{{{outputs.{settings['append_row_to']}}}}}"} if settings.get("append_row_to") else {}),
    }
    data = {"input_data": f"${{{{inputs.{settings['input_data']}}}}}"} if settings.get("input_data") else {}
    return {**data, **said, **_given({"retry_settings": retry}), "task": task}


def _with_resources(component: Component, tree: dict[str, Any]) -> dict[str, Any]:
    """Return a tree with the number of machines that a parallel component wants, which stands among its resources."""
    count = component.parallel.get("instance_count")
    return {**tree, "resources": {"instance_count": count, **tree.get("resources", {})}} if count else tree


def _given(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not empty. False and 0 are not."""
    return {
        name: value for name, value in tree.items() if isinstance(value, (bool, int, float)) or value not in _NOTHING
    }

"""From graphs to a script with ``mlstudio.pipelines`` that builds the same graph."""

import builtins
import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from apps.pipelines.graph.order import CycleError, topological
from apps.pipelines.graph.types import Binding, Component, FromData, FromNode, FromPipeline, Graph, Node, Value
from apps.pipelines.jobs.export import component_tree, job_tree

_MAKERS: Final = ("Input", "Output", "command", "component", "load_component", "pipeline")
_TAKEN: Final = (*_MAKERS, "Workspace", "job", "inputs", *keyword.kwlist, *dir(builtins))
_ABOUT: Final[tuple[str, ...]] = ("display_name", "description", "experiment_name", "tags")
_WIDE: Final = 110


def python_of(graph: Graph, inputs: Mapping[str, Binding] | None = None, **said: Any) -> str:
    """Return a pipeline as a script.

    Args: inputs: what its own inputs are given. said: ``experiment_name``, ``display_name``, ``description`` and ``tags``.
    """
    given = inputs or {}
    tree = job_tree(graph, given, **said)
    about = {name: tree[name] for name in _ABOUT if name in tree}
    script = _Script()
    name = script.function(graph, {**about, **tree.get("settings", {})}, _plain(graph.display_name) or "main")
    values = {key: _given(tree["inputs"][key], binding) for key, binding in given.items() if binding != Value(None)}
    body = "\n".join([*script.lines, f"job = {_call(name, _arguments(values))}"])
    used = [maker for maker in _MAKERS if re.search(rf"(?<![\w.]){maker}\b", body)]
    imports = f"from mlstudio import Workspace\nfrom mlstudio.pipelines import {', '.join(used)}\n"
    return f'{imports}\n{body}\n\nif __name__ == "__main__":\n    print(job.submit(Workspace.from_config()).web_url)\n'


class _Script:
    """Collects functions, each after what it calls."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._names = _Names(_TAKEN)

    def function(self, graph: Graph, about: Mapping[str, Any], wanted: str) -> str:
        """Write a pipeline, and return the name of its function."""
        called = {key: self._component(key, component) for key, component in graph.components.items()}
        tree = component_tree(Component("pipeline", graph=graph))
        ports = {name: _made("Input", port) for name, port in tree.get("inputs", {}).items()}
        outputs = {name: _made("Output", port) for name, port in tree.get("outputs", {}).items() if port}
        is_plain = all(_is_name(name) for name in ports)
        more = [f"{name}={value!r}" for name, value in about.items()]
        more += [f"inputs={_mapping(ports)}"] if ports and not is_plain else []
        more += [f"outputs={_mapping(outputs)}"] if outputs else []
        name = self._names.take(wanted)
        parameters = [f"{port}={value}" for port, value in ports.items()] if is_plain else ["**inputs"]
        sources = {port: port if is_plain else f"inputs[{port!r}]" for port in ports}
        body = _body(graph, called, sources)
        self.lines += ["", f"@{_call('pipeline', more)}", f"{_call(f'def {name}', parameters)}:", *_indented(body), ""]
        return name

    def _component(self, key: str, component: Component) -> str:
        """Write what steps call, and return its name."""
        wanted = _plain(component.name or component.reference.partition(":")[0] or key) or "step"
        if component.reference:
            name = self._names.take(wanted)
            self.lines.append(f"{name} = load_component({f'azureml:{component.reference}'!r})")
            return name
        tree = component_tree(component)
        if component.graph is not None:
            about = {
                "name": component.name,
                "display_name": component.display_name,
                "description": component.description,
            }
            settings = tree.get("settings", {})
            return self.function(component.graph, {**about, **settings}, wanted)
        name, kind = self._names.take(wanted), tree.pop("type")
        fields = {} if kind == "command" else {"type": repr(kind)}
        for field, value in tree.items():
            maker = {"inputs": "Input", "outputs": "Output"}.get(field)
            fields[field] = (
                _mapping({port: _made(maker, made or {}) for port, made in value.items()}) if maker else repr(value)
            )
        self.lines.append(f"{name} = {_call('command' if kind == 'command' else 'component', _arguments(fields))}")
        return name


class _Names:
    """Gives each thing a name of its own."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def take(self, wanted: str) -> str:
        """Return the wanted name, or one like it."""
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name


def _body(graph: Graph, called: Mapping[str, str], sources: Mapping[str, str]) -> list[str]:
    """Return the lines of a function: one step after the other, each after what it reads."""
    names = _Names((*_TAKEN, *called.values(), *sources))
    steps = {key: names.take(_plain(key) or "step") for key in graph.nodes}
    lines: list[str] = []
    for key in _ordered(graph):
        node, step = graph.nodes[key], steps[key]
        inputs = {name: _value(binding, sources, steps) for name, binding in node.inputs.items()}
        lines += f"{step} = {_call(called[node.component], _arguments(inputs))}".split("\n")
        lines += [f"{step}.name = {key!r}"] if step != key else []
        lines += [f"{step}.{field} = {value!r}" for field, value in _said(node).items()]
        for name, setting in node.outputs.items():
            told = {field: getattr(setting, field) for field in ("type", "mode", "name", "version", "path")}
            lines.append(
                f"{step}.outputs[{name!r}] = {_made('Output', {key: value for key, value in told.items() if value})}"
            )
    # Afterwards, since it may be a step that is made later.
    for key, node in graph.nodes.items():
        if node.run_after:
            lines.append(f"{steps[key]}.run_after = [{', '.join(steps[other] for other in node.run_after)}]")
    made = {name: _output(steps[output.node], output.output) for name, output in graph.outputs.items()}
    return [*lines, f"return {_mapping(made)}"]


def _said(node: Node) -> dict[str, Any]:
    """Return what is said of a step beside its inputs and outputs."""
    found = {
        "display_name": node.display_name,
        "compute": node.compute if "${{" in node.compute or not node.compute else f"azureml:{node.compute}",
        "environment": node.environment,
        "environment_variables": node.variables,
        "limits": node.limits,
        "attempts": node.attempts if node.attempts != 1 else None,
        "force_rerun": node.force_rerun or None,
        "comment": node.comment,
        "position": list(node.position) if node.position else None,
        **node.extras,
    }
    return {name: value for name, value in found.items() if value not in (None, "", {}, [])}


def _value(binding: Binding, sources: Mapping[str, str], steps: Mapping[str, str]) -> str:
    """Return what an input is given."""
    if isinstance(binding, Value):
        return repr(binding.value)
    if isinstance(binding, FromData):
        mode = {"mode": binding.mode} if binding.mode else {}
        return _made("Input", {"type": binding.type, "path": binding.path, **mode})
    source = (
        sources[binding.input] if isinstance(binding, FromPipeline) else _output(steps[binding.node], binding.output)
    )
    return f"Input(path={source}, mode={binding.mode!r})" if binding.mode else source


def _output(step: str, name: str) -> str:
    return f"{step}.outputs.{name}" if _is_name(name) else f"{step}.outputs[{name!r}]"


def _given(tree: Any, binding: Binding) -> str:
    """Return what a pipeline's input is given."""
    if isinstance(binding, Value):
        return repr(binding.value)
    return _made("Input", {name: tree[name] for name in ("type", "path", "mode") if name in tree})


def _ordered(graph: Graph) -> list[str]:
    """Return the steps in an order in which each has what it reads: in their own where that is one."""
    seen: set[str] = set()
    for key, node in graph.nodes.items():
        if any(isinstance(binding, FromNode) and binding.node not in seen for binding in node.inputs.values()):
            break
        seen.add(key)
    if len(seen) == len(graph.nodes):
        return list(graph.nodes)
    try:
        order = topological(graph)
    except CycleError:
        return list(graph.nodes)
    return order


def _made(maker: str, tree: Mapping[str, Any]) -> str:
    return f"{maker}({', '.join(f'{name}={value!r}' for name, value in tree.items())})"


def _mapping(values: Mapping[str, str]) -> str:
    pairs = [f"{name!r}: {value}" for name, value in values.items()]
    return _bracketed("{", pairs, "}")


def _arguments(values: Mapping[str, str]) -> list[str]:
    """Return keyword arguments; those whose names Python keeps for itself in a mapping."""
    named = [f"{name}={value}" for name, value in values.items() if _is_name(name)]
    rest = {name: value for name, value in values.items() if not _is_name(name)}
    return [*named, *([f"**{_mapping(rest)}"] if rest else [])]


def _call(name: str, arguments: list[str]) -> str:
    return _bracketed(f"{name}(", arguments, ")") if arguments or not name.startswith("pipeline") else name


def _bracketed(opening: str, parts: list[str], closing: str) -> str:
    """Return parts in brackets: on one line where they fit, else each on its own."""
    line = f"{opening}{', '.join(parts)}{closing}"
    if len(line) <= _WIDE and "\n" not in line:
        return line
    return "\n".join(
        [opening, *(f"{text}," for part in parts for text in ["\n".join(_indented(part.split(chr(10))))]), closing]
    )


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" if line else line for text in lines for line in text.split("\n")]


def _is_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _plain(text: str) -> str:
    """Return a text as a Python name; "" where nothing of it can be one."""
    name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_").lower()
    return f"step_{name}" if name[:1].isdigit() else name

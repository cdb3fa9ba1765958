"""What is wrong with a graph, all of it at once, each with its place. Takes time in proportion to nodes and connections."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from apps.pipelines.graph import order
from apps.pipelines.graph.components import asked_for, called, check_component, check_key, check_name, check_port, near
from apps.pipelines.graph.kinds import data_fits, output_fits
from apps.pipelines.graph.types import (
    Binding,
    Component,
    Fault,
    FromData,
    FromNode,
    FromPipeline,
    Graph,
    InputPort,
    Node,
    Value,
)
from apps.pipelines.graph.values import (
    BadValue,
    fitted,
    names_in,
    pipeline_input,
    resolve_inputs,
    whole_template,
    without_templates,
)

MOST_CYCLES: Final = 20


def check(graph: Graph, given: Mapping[str, Binding] | None) -> list[Fault]:
    """Return all that keeps a graph from being run, in the order of its inputs, nodes and outputs.

    Args: given: for the pipeline's own inputs. None: not known yet, as of a draft or a component; nothing is said of it then.
    """
    return _Check(graph, given).faults


class _Check:
    def __init__(self, graph: Graph, given: Mapping[str, Binding] | None) -> None:
        self.faults: list[Fault] = []
        self._graph = graph
        self._given: Mapping[str, Binding] = given or {}
        self._is_known = given is not None
        self._node = ""
        self._components: dict[str, list[Fault]] = {}
        if not graph.nodes:
            self._say("nodes", "empty", "A pipeline has at least one step.")
        self._pipeline_inputs()
        for key, node in graph.nodes.items():
            self._node = key
            self._check_node(key, node)
        self._node = ""
        self._outputs()
        self._cycles()

    def _say(self, field: str, code: str, message: str) -> None:
        self.faults.append(Fault(self._node, field, code, message))

    # --- The pipeline's own inputs and outputs ---

    def _pipeline_inputs(self) -> None:
        for name in self._given:
            if name not in self._graph.inputs:
                message = f"The pipeline has no input “{name[:60]}”.{near(name, self._graph.inputs)}"
                self._say(f"inputs.{name}", "unknown_pipeline_input", message)
        for name, port in self._graph.inputs.items():
            self.faults += check_port(port, name)
            if self._is_known:
                self._check_given(name, port)

    def _check_given(self, name: str, port: InputPort) -> None:
        field = f"inputs.{name}"
        if self._is_given_badly(name, port):
            return
        binding = self._pipeline_input(name)
        if binding is None:
            is_bad = any(fault.field == field for fault in self.faults)
            if not port.optional and not is_bad:
                self._say(field, "missing_input", f"The pipeline's input “{name}” was given nothing.")
        elif isinstance(binding, Value) != port.is_literal:
            wanted = f"a {port.type}" if port.is_literal else f"data of the type {port.type}"
            self._say(field, "type_mismatch", f"The pipeline's input “{name}” takes {wanted}.")
        elif isinstance(binding, FromData) and not data_fits(binding.type, port.type):
            self._say(
                field, "type_mismatch", f"The pipeline's input “{name}” is {port.type}; it was given {binding.type}."
            )

    def _is_given_badly(self, name: str, port: InputPort) -> bool:
        """Say what is wrong with the value that a pipeline's input was given, if something is."""
        binding = self._given.get(name)
        if not isinstance(binding, Value) or binding.value is None:
            return False
        try:
            fitted(port, binding.value)
        except BadValue as error:
            self._say(f"inputs.{name}", error.code, f"The pipeline's input “{name}”: {error}.")
            return True
        return False

    def _pipeline_input(self, name: str) -> Binding | None:
        """Return what the pipeline was given; None where it is nothing, or does not fit."""
        try:
            return pipeline_input(self._graph, name, self._given)
        except BadValue:
            return None

    def _outputs(self) -> None:
        for name, output in self._graph.outputs.items():
            field = f"outputs.{name}"
            self.faults += check_name(name, field)
            self._output_of(output.node, output.output, field, f"The pipeline's output “{name}”")

    def _cycles(self) -> None:
        for cycle in order.cycles(self._graph)[:MOST_CYCLES]:
            self._node = cycle[0]
            fields = order.needed_by(self._graph.nodes[cycle[0]])[cycle[-1]]
            shown = [*cycle, cycle[0]] if len(cycle) <= 10 else [*cycle[:5], "…", *cycle[-4:], cycle[0]]
            self._say(fields[0], "cycle", f"These steps wait for each other: {' → '.join(shown)}.")
        self._node = ""

    # --- Nodes ---

    def _check_node(self, key: str, node: Node) -> None:
        self.faults += check_key(key)
        for other in node.run_after:
            if other not in self._graph.nodes:
                message = (
                    f"It is to run after “{other[:60]}”, but there is no such step.{near(other, self._graph.nodes)}"
                )
                self._say("run_after", "unknown_node", message)
        timeout = node.limits.get("timeout")
        if timeout is not None and (not isinstance(timeout, int) or isinstance(timeout, bool) or timeout < 1):
            self._say("limits.timeout", "bad_value", "The timeout is a whole number of seconds.")
        component = self._graph.components.get(node.component)
        if component is None:
            self._say("component", "unknown_component", f"There is no component “{node.component[:200]}”.")
            return
        self._check_component(node.component, component)
        for name in node.outputs:
            if name not in component.outputs:
                message = f"{called(component)} has no output “{name[:60]}”.{near(name, component.outputs)}"
                self._say(f"outputs.{name}", "unknown_output", message)
        before = len(self.faults)
        for name, binding in node.inputs.items():
            port = component.inputs.get(name)
            if port is None:
                message = f"{called(component)} has no input “{name[:60]}”.{near(name, component.inputs)}"
                self._say(f"inputs.{name}", "unknown_input", message)
            else:
                self._check_binding(name, port, binding)
        asked = asked_for(component)
        for name, port in component.inputs.items():
            self._check_missing(name, port, node.inputs.get(name), name in asked)
        if component.graph is not None:
            self._check_within(component.graph, key, is_sound=len(self.faults) == before)

    def _check_component(self, name: str, component: Component) -> None:
        """Say what is wrong with a component, at the first node that uses it."""
        if name not in self._components:
            self._components[name] = check_component(component)
            for fault in self._components[name]:
                self._say(f"component.{fault.field}", fault.code, fault.message)

    def _check_missing(self, name: str, port: InputPort, binding: Binding | None, is_asked: bool) -> None:
        if port.default is not None or (port.optional and not is_asked):
            return
        said = "is not optional" if not port.optional else "is used by the command outside of $[[ ]]"
        if binding is None or (isinstance(binding, Value) and binding.value is None):
            self._say(f"inputs.{name}", "missing_input", f"The input “{name}” was given nothing, and {said}.")
            return
        source = binding.input if isinstance(binding, FromPipeline) else None
        if isinstance(binding, Value):
            source = whole_template(binding.value)
        wanted = self._graph.inputs.get(source) if source else None
        if source and wanted and wanted.optional and self._is_known and not self._has(source):
            message = f"The input “{name}” gets the pipeline's input “{source}”, which was given nothing, and {said}."
            self._say(f"inputs.{name}", "missing_input", message)

    def _has(self, name: str) -> bool:
        return self._pipeline_input(name) is not None or self._given.get(name) is not None

    # --- What an input is given ---

    def _check_binding(self, name: str, port: InputPort, binding: Binding) -> None:
        field = f"inputs.{name}"
        if isinstance(binding, FromNode):
            given = self._output_of(binding.node, binding.output, field, f"The input “{name}”")
            if given and not output_fits(given, port.type):
                where = f"{binding.node}'s output “{binding.output}”"
                self._say(field, "type_mismatch", f"The input “{name}” is {port.type}; {where} is {given}.")
        elif isinstance(binding, FromPipeline):
            self._check_from_pipeline(name, port, binding.input)
        elif isinstance(binding, FromData):
            if port.is_literal:
                self._say(field, "type_mismatch", f"The input “{name}” is a {port.type}; it was given data.")
            elif not data_fits(binding.type, port.type):
                self._say(field, "type_mismatch", f"The input “{name}” is {port.type}; it was given {binding.type}.")
        elif binding.value is not None:
            self._check_value(name, port, binding)

    def _check_value(self, name: str, port: InputPort, binding: Value) -> None:
        field, value = f"inputs.{name}", binding.value
        whole = whole_template(value)
        if whole is not None:
            self._check_from_pipeline(name, port, whole)
            return
        if not port.is_literal:
            message = f"The input “{name}” is {port.type}; give it data, such as a path, not a literal."
            self._say(field, "type_mismatch", message)
            return
        for source in names_in(value) if isinstance(value, str) else ():
            wanted = self._graph.inputs.get(source)
            if wanted is None:
                self._say_unknown(field, source)
                return
            if not wanted.is_literal:
                message = f"“{source}” is data, and cannot stand within a text; give the input “{name}” nothing else."
                self._say(field, "type_mismatch", message)
                return
            if not self._is_known or self._pipeline_input(source) is None:
                return
        if isinstance(value, str) and "${{" in without_templates(value):
            message = f"In what the input “{name}” is given only ${{{{parent.inputs.NAME}}}} can stand for something."
            self._say(field, "bad_value", message)
            return
        self._check_literal(name, port, binding)

    def _check_from_pipeline(self, name: str, port: InputPort, source: str) -> None:
        field = f"inputs.{name}"
        wanted = self._graph.inputs.get(source)
        if wanted is None:
            self._say_unknown(field, source)
        elif wanted.is_literal != port.is_literal or not (port.is_literal or data_fits(wanted.type, port.type)):
            message = f"The input “{name}” is {port.type}; the pipeline's input “{source}” is {wanted.type}."
            self._say(field, "type_mismatch", message)
        elif port.is_literal:
            found = self._pipeline_input(source) if self._is_known else None
            if isinstance(found, Value):
                self._check_literal(name, port, found, f"the pipeline's input “{source}” is given to it, and ")

    def _check_literal(self, name: str, port: InputPort, binding: Value, by: str = "") -> None:
        alone = Graph(
            nodes={"n": Node("c", {"x": binding})},
            components={"c": Component("command", inputs={"x": port})},
            inputs=self._graph.inputs,
        )
        try:
            resolve_inputs(alone, "n", self._given)
        except BadValue as error:
            self._say(f"inputs.{name}", error.code, f"The input “{name}”: {by}{error}.")

    def _say_unknown(self, field: str, source: str) -> None:
        message = f"The pipeline has no input “{source[:60]}”.{near(source, self._graph.inputs)}"
        self._say(field, "unknown_pipeline_input", message)

    def _output_of(self, key: str, output: str, field: str, what: str) -> str:
        """Return the type of a node's output; "" where there is none, which is then said."""
        node = self._graph.nodes.get(key)
        if node is None:
            hint = near(key, self._graph.nodes)
            self._say(field, "unknown_node", f"{what} comes from the step “{key[:60]}”, which there is not.{hint}")
            return ""
        component = self._graph.components.get(node.component)
        if component is None:
            return ""
        port = component.outputs.get(output)
        if port is None:
            hint = near(output, component.outputs)
            self._say(field, "unknown_output", f"The step “{key}” has no output “{output[:60]}”.{hint}")
            return ""
        said = node.outputs.get(output)
        return (said.type if said else "") or port.type

    # --- Pipelines in pipelines ---

    def _check_within(self, graph: Graph, key: str, *, is_sound: bool) -> None:
        """Check the pipeline that a node is, with what it is given; without where that is not sound itself."""
        given = None
        if is_sound and self._is_known:
            try:
                resolved = resolve_inputs(self._graph, key, self._given)
            except BadValue:
                resolved = {}
            types = {name: port.type for name, port in graph.inputs.items()}
            given = {
                name: FromData("", types[name]) if isinstance(binding, FromNode) else binding
                for name, binding in resolved.items()
                if name in types
            }
        for fault in check(graph, given):
            field = ".".join(part for part in ("nodes", fault.node, fault.field) if part) if fault.node else fault.field
            where = f"Step “{fault.node}” of it: " if fault.node else ""
            self.faults.append(replace(fault, node=key, field=field, message=where + fault.message))

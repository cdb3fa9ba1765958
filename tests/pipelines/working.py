"""Small pipelines, and a machine that carries out their steps."""

import io
import zipfile
from dataclasses import replace
from typing import Any
from uuid import UUID

from apps.experiments.models import Run, Snapshot
from apps.experiments.services import store_file, store_snapshot
from apps.pipelines import services
from apps.pipelines.graph.types import (
    Binding,
    Component,
    FromNode,
    FromPipeline,
    Graph,
    GraphOutput,
    InputPort,
    Node,
    OutputPort,
    Settings,
    Value,
)
from apps.pipelines.models import Step
from tests.experiments.machine import Machine


def component(name: str, *, reads: tuple[str, ...] = (), **fields: Any) -> Component:
    """Return a component with data inputs ``reads``, a parameter ``depth`` and an output ``out``."""
    inputs = {input_: InputPort("uri_folder") for input_ in reads}
    inputs["depth"] = InputPort("integer", default=3)
    places = " ".join(f"--{input_} ${{{{inputs.{input_}}}}}" for input_ in inputs)
    fields.setdefault("command", f"python {name}.py {places} --out ${{{{outputs.out}}}}")
    return Component("command", name=name, inputs=inputs, outputs={"out": OutputPort()}, **fields)


def chain(*keys: str, nodes: dict[str, dict[str, Any]] | None = None, **fields: Any) -> Graph:
    """Return a graph in which each node reads the one before it. Args: nodes: fields of nodes, by key."""
    made, components = {}, {}
    before = ""
    for key in keys:
        components[key] = component(key, reads=("data",) if before else (), **fields)
        inputs: dict[str, Binding] = {"data": FromNode(before, "out")} if before else {}
        given = dict((nodes or {}).get(key, {}))
        made[key] = Node(key, inputs={**inputs, **given.pop("inputs", {})}, **given)
        before = key
    outputs = {"result": GraphOutput(before, "out")}
    return Graph(nodes=made, components=components, outputs=outputs, display_name="houses")


def fan(width: int, joined: int | None = None, **settings: Any) -> Graph:
    """Return a graph in which ``width`` nodes read the first, and the last reads all of them, or the first ``joined``."""
    names = [f"part{number}" for number in range(width)]
    read = names[:joined]
    join = Component(
        "command",
        name="join",
        inputs={name: InputPort("uri_folder") for name in read},
        outputs={"out": OutputPort()},
        command=f"cat {' '.join(f'${{{{inputs.{name}}}}}' for name in read)} > ${{{{outputs.out}}}}",
    )
    nodes = {"split": Node("split"), "join": Node("join", inputs={name: FromNode(name, "out") for name in read})}
    for number, name in enumerate(names):
        nodes[name] = Node("part", inputs={"data": FromNode("split", "out"), "depth": Value(number)})
    return Graph(
        nodes=nodes,
        components={"split": component("split"), "part": component("part", reads=("data",)), "join": join},
        settings=Settings(**settings),
        display_name="wide",
    )


def nested(inner: Graph) -> Graph:
    """Return a graph whose middle node is another pipeline, which has an input ``depth``."""
    inner = replace(inner, inputs={"depth": InputPort("integer", default=3)})
    within = Component(
        "pipeline",
        name="within",
        inputs={"depth": InputPort("integer")},
        outputs={"result": OutputPort()},
        graph=inner,
    )
    return Graph(
        nodes={
            "first": Node("first"),
            "middle": Node("within", inputs={"depth": FromPipeline("depth")}, run_after=("first",)),
            "last": Node("last", inputs={"data": FromNode("middle", "result")}),
        },
        components={"first": component("first"), "within": within, "last": component("last", reads=("data",))},
        inputs={"depth": InputPort("integer", default=4)},
        display_name="outer",
    )


def code_of(workspace: Any, **files: str) -> Snapshot:
    """Keep code with these Python files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    packed.seek(0)
    return store_snapshot(workspace, packed)


class Works:
    """Submits pipelines and does their steps' work, as the machine and a worker would."""

    def __init__(self, machine: Machine, run_tasks: Any, actor: Any, workspace: Any) -> None:
        self.machine, self.run_tasks = machine, run_tasks
        self.actor, self.workspace = actor, workspace

    def submit(self, graph: Graph, **fields: Any) -> Run:
        """Submit a pipeline, and let a worker look at it."""
        run = services.submit_pipeline(actor=self.actor, workspace=self.workspace, graph=graph, **fields)
        self.run_tasks()
        return now_of(run)

    def do(self, step: Step, outcome: str = "succeeded", *, content: str = "", **facts: Any) -> Run:
        """Carry out a step: write its outputs, then end it."""
        assert step.run is not None
        if outcome == "succeeded":
            self.write(step.run, content or f"of {step.key}")
        self.machine.carry_out(step.run, outcome, **facts)
        self.run_tasks()
        return now_of(step.run)

    def stop_canceled(self, run: Run) -> None:
        """End what the machine has and was asked to end."""
        for step in all_steps(run):
            if step.run is not None and step.run.status == "CancelRequested" and step.run.order is not None:
                self.machine.end(step.run.order, "canceled")
        self.run_tasks()

    def write(self, run: Run, content: str) -> None:
        """Leave something in each output of a run."""
        for name in run.config["outputs"]:
            store_file(run=run, path=f"outputs/{name}/data.txt", contents=io.BytesIO(content.encode()))

    def do_all(self, run: Run, *, contents: dict[str, str] | None = None) -> Run:
        """Carry out whatever runs, until the pipeline has ended."""
        while not now_of(run).is_over:
            running = [
                step for step in all_steps(run) if step.state == "Running" and step.run and step.run.kind == "step"
            ]
            assert running, [(step.key, step.state, step.reason) for step in all_steps(run)]
            for step in running:
                self.do(step, content=(contents or {}).get(step.key, ""))
        return now_of(run)


def steps(run: Run) -> dict[str, Step]:
    """Return the steps of a run as pages read them, by key."""
    return {step.key: step for step in services.steps_of(run)}


def run_of(run: Run, key: str) -> Run:
    """Return the run of a step, as it was when the step was read."""
    found = steps(run)[key].run
    assert found is not None
    return found


def states(run: Run) -> dict[str, str]:
    """Return where the steps of a run stand."""
    return {key: step.state for key, step in steps(run).items()}


def all_steps(run: Run) -> list[Step]:
    """Return the steps of a run and of the pipelines within it."""
    found = []
    for step in services.steps_of(run):
        found.append(step)
        if step.run is not None and step.run.kind == "pipeline":
            found += all_steps(step.run)
    return found


def now_of(run: Run | UUID) -> Run:
    """Return a run as it is now."""
    return Run.objects.select_related("workspace").get(pk=run if isinstance(run, UUID) else run.pk)

"""What a pipeline is: a graph of nodes, each of which carries out a component.

Knows nothing of Django. Whatever draws, reads, checks or runs pipelines uses these types; ``codec`` gives them as JSON, whose
keys are the names of the fields here.
"""

from dataclasses import dataclass, field
from typing import Any, Final

LITERAL_TYPES: Final = ("string", "number", "integer", "boolean")


@dataclass(frozen=True)
class InputPort:
    """What a component, or a whole pipeline, can be given.

    ``type``: one of ``LITERAL_TYPES``, a type of data (``uri_folder``), or a type that components agree on among themselves.
    ``default`` None: none. ``minimum``, ``maximum`` and ``enum`` are of literals. ``mode`` as in job files.
    """

    type: str
    optional: bool = False
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[Any, ...] = ()
    description: str = ""
    mode: str = ""

    @property
    def is_literal(self) -> bool:
        """Whether a value is given for it, not data."""
        return self.type in LITERAL_TYPES


@dataclass(frozen=True)
class OutputPort:
    """What a component leaves."""

    type: str = "uri_folder"
    description: str = ""
    mode: str = ""


@dataclass(frozen=True)
class Component:
    """What a node carries out. Never changes once a graph holds it.

    ``reference`` (``train:1``) and ``id`` (of the version) are empty where it was written into the pipeline itself. ``digest`` is
    over all that decides what it does: kind, ports, command, code, environment. ``snapshot``: the id of its code, or "".
    ``environment``: a reference as job files have it, or None. ``parallel``: of kind ``parallel``, the settings of its
    mini-batches. ``graph``: of kind ``pipeline``. ``extras``: what its file said beyond, kept for export.
    """

    kind: str
    name: str = ""
    reference: str = ""
    id: str = ""
    digest: str = ""
    display_name: str = ""
    description: str = ""
    inputs: dict[str, InputPort] = field(default_factory=dict)
    outputs: dict[str, OutputPort] = field(default_factory=dict)
    command: str = ""
    environment: Any = None
    snapshot: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    is_deterministic: bool = True
    parallel: dict[str, Any] = field(default_factory=dict)
    graph: "Graph | None" = None
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Value:
    """A literal, given as it is. Text may hold ``${{parent.inputs.x}}``."""

    value: Any


@dataclass(frozen=True)
class FromPipeline:
    """An input of the pipeline, by its name. ``mode``: how data is given to the component, instead of as either says."""

    input: str
    mode: str = ""


@dataclass(frozen=True)
class FromNode:
    """An output of another node. ``mode`` as of ``FromPipeline``."""

    node: str
    output: str
    mode: str = ""


@dataclass(frozen=True)
class FromData:
    """Data of the workspace or elsewhere. ``path`` as in job files (``azureml:iris:2``)."""

    path: str
    type: str = "uri_folder"
    mode: str = ""


Binding = Value | FromPipeline | FromNode | FromData


@dataclass(frozen=True)
class OutputSetting:
    """What becomes of an output of a node: registered as ``name``, where one is given. Empty fields: as the component says."""

    type: str = ""
    mode: str = ""
    name: str = ""
    version: str = ""
    path: str = ""


@dataclass(frozen=True)
class Node:
    """One use of a component.

    ``component`` is a key of ``Graph.components``. ``compute`` and ``environment``: instead of the pipeline's, the component's.
    ``run_after``: nodes that must have succeeded though nothing of theirs is read. ``force_rerun``: never reused.
    ``attempts``: how often it is tried in all. ``position``: ``(x, y)`` on a canvas.
    """

    component: str
    inputs: dict[str, Binding] = field(default_factory=dict)
    outputs: dict[str, OutputSetting] = field(default_factory=dict)
    display_name: str = ""
    compute: str = ""
    environment: Any = None
    variables: dict[str, str] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    run_after: tuple[str, ...] = ()
    force_rerun: bool = False
    attempts: int = 1
    comment: str = ""
    position: tuple[float, float] | None = None
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GraphOutput:
    """An output of the pipeline: that of one of its nodes, and what becomes of it."""

    node: str
    output: str
    setting: OutputSetting = field(default_factory=OutputSetting)
    description: str = ""


@dataclass(frozen=True)
class Settings:
    """What holds for all nodes that say nothing else."""

    default_compute: str = ""
    default_datastore: str = ""
    continue_on_step_failure: bool = False
    force_rerun: bool = False


@dataclass(frozen=True)
class Graph:
    """A pipeline. ``nodes`` by key, which is what files call a job; ``components`` by a key that only this graph knows.

    ``inputs`` are the pipeline's own parameters and data. What is given for them (``dict[str, Binding]``, without ``FromNode``
    and ``FromPipeline``) belongs to one submission, not to the graph; their defaults do.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    inputs: dict[str, InputPort] = field(default_factory=dict)
    outputs: dict[str, GraphOutput] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    display_name: str = ""
    description: str = ""


@dataclass(frozen=True)
class Fault:
    """Something wrong with a graph: at which node ("" the pipeline itself) and which field of it, in a sentence.

    ``field`` is a path such as ``inputs.depth``. ``code`` is stable, for programs and tests: ``cycle``, ``missing_input``.
    """

    node: str
    field: str
    code: str
    message: str

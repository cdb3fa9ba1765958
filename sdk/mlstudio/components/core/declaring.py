"""How a component says what it is: its ports, its parameters, what leaves it, and what it does.

Nothing here, and nothing that a component's module imports at once, needs more than the standard library: the server and the
SDK read declarations where neither polars nor scikit-learn is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from mlstudio.components.core.schema import Schema

TABLE = "DataFrameDirectory"
ANY, IMAGES = "AnyDirectory", "ImageDirectory"
UNTRAINED, MODEL = "UntrainedModelDirectory", "ModelDirectory"
UNTRAINED_CLUSTERING, CLUSTERING = "UntrainedClusteringModelDirectory", "ClusteringModelDirectory"
TRANSFORM, ZIP = "TransformationDirectory", "ZipFile"
PORT_TYPES = (TABLE, ANY, IMAGES, UNTRAINED, MODEL, UNTRAINED_CLUSTERING, CLUSTERING, TRANSFORM, ZIP)

DATA = "Data Input and Output"
TRANSFORMATION = "Data Transformation"
SELECTION = "Feature Selection"
STATISTICS = "Statistical Functions"
REGRESSION, CLASSIFICATION = "Regression", "Classification"
CLUSTERS, ANOMALY = "Clustering", "Anomaly Detection"
TRAINING, SCORING = "Model Training", "Model Scoring and Evaluation"
SCRIPTS = "Python Language"
TEXT, VISION = "Text Analytics", "Computer Vision"
RECOMMENDATION, WEB = "Recommendation", "Web Service"
CATEGORIES = (
    DATA, TRANSFORMATION, SELECTION, STATISTICS, REGRESSION, CLASSIFICATION, CLUSTERS, ANOMALY, TRAINING, SCORING, SCRIPTS, TEXT,
    VISION, RECOMMENDATION, WEB,
)  # fmt: skip


@dataclass(frozen=True)
class Port:
    """Where an edge begins or ends. ``name`` is stable; ``title`` is shown. ``optional`` is of inputs."""

    name: str
    title: str
    type: str = TABLE
    optional: bool = False


@dataclass(frozen=True)
class Parameter:
    """What may be set.

    ``kind``: ``int``, ``float``, ``bool``, ``text``, ``lines`` (a long text), ``script`` (``language`` python or sql),
    ``choice`` (one of ``choices``), ``numbers`` (a list between semicolons), ``columns`` (a column selector) or ``column`` (the
    name of one). ``port``: the input whose columns are chosen from. ``when``: parameters, and the values of each with which this
    one means anything (all of them, or with ``either`` one of them); it is neither shown nor checked otherwise, and its value is
    None. ``default`` None: has to be set, where it is ``required``.
    """

    name: str
    title: str
    kind: str
    default: Any = None
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    when: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    either: bool = False
    port: str = ""
    required: bool = True
    language: str = ""

    def matters(self, values: Mapping[str, Any]) -> bool:
        """Return whether it means anything beside the values of the others."""
        return (
            (any if self.either else all)(values.get(name) in wanted for name, wanted in self.when)
            if self.when
            else True
        )


def when(**conditions: Any) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Return a condition: each parameter has the value, or one of the values in a tuple."""
    return tuple((name, value if isinstance(value, tuple) else (value,)) for name, value in conditions.items())


def integer(
    name: str, title: str, default: int | None, low: float | None = None, high: float | None = None, **more: Any
) -> Parameter:
    """Return a parameter that is a whole number from ``low`` to ``high``."""
    return Parameter(name, title, "int", default, minimum=low, maximum=high, **more)


def number(
    name: str, title: str, default: float | None, low: float | None = None, high: float | None = None, **more: Any
) -> Parameter:
    """Return a parameter that is a number from ``low`` to ``high``."""
    return Parameter(name, title, "float", default, minimum=low, maximum=high, **more)


def switch(name: str, title: str, default: bool, **more: Any) -> Parameter:
    """Return a parameter that is on or off."""
    return Parameter(name, title, "bool", default, **more)


def text(name: str, title: str, default: str | None = "", **more: Any) -> Parameter:
    """Return a parameter that is a line of text; with an empty default it may stay empty."""
    return Parameter(name, title, more.pop("kind", "text"), default, required=default is None, **more)


def choice(name: str, title: str, choices: tuple[str, ...], default: str | None = None, **more: Any) -> Parameter:
    """Return a parameter that is one of some words, by default the first."""
    return Parameter(name, title, "choice", choices[0] if default is None else default, choices=choices, **more)


def numbers(name: str, title: str, default: str, **more: Any) -> Parameter:
    """Return a parameter that is a list of numbers between semicolons."""
    return Parameter(name, title, "numbers", default, **more)


def columns(name: str, title: str, default: Any = None, port: str = "dataset", **more: Any) -> Parameter:
    """Return a parameter that selects columns."""
    return Parameter(name, title, "columns", default, port=port, **more)


def column(name: str, title: str, port: str = "dataset", **more: Any) -> Parameter:
    """Return a parameter that names one column."""
    return Parameter(name, title, "column", more.pop("default", None), port=port, **more)


Values = Mapping[str, Any]
Schemas = Mapping[str, "Schema | None"]


class Component:
    """One kind of node. Subclasses fill in the class attributes and ``run``; one object serves any number of runs.

    ``name`` is stable and never changes its meaning; ``version`` grows when what it does changes, and with it what is reused.
    ``left_out``: what the classic component has beyond, and why this has it not.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    category: ClassVar[str]
    help: ClassVar[str]
    version: ClassVar[str] = "1"
    inputs: ClassVar[tuple[Port, ...]] = ()
    outputs: ClassVar[tuple[Port, ...]] = ()
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    left_out: ClassVar[dict[str, str]] = {}

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Return what is known of the tables that will leave it, by output port; None where nothing is.

        Args: inputs: of the tables that will arrive, by input port; None or absent where unknown. values: checked parameters.
        Raises: ComponentError: what can be seen to fail before anything runs.
        """
        return {port.name: None for port in self.outputs}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Do the work, on values in memory: tables, models, transformations, or folders as paths.

        Args: inputs: by port, without optional ones that are not connected. values: checked parameters.
        Returns: by output port.
        Raises: ComponentError: data or parameters that cannot be.
        """
        raise NotImplementedError

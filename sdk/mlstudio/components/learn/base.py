"""What all learners have in common."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, ClassVar

from mlstudio.components.core.declaring import (
    UNTRAINED,
    Component,
    Parameter,
    Port,
    Values,
    choice,
    integer,
    numbers,
    when,
)
from mlstudio.components.core.libraries import np
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn.predictors import Predictor

REGRESSION, BINARY, MULTICLASS, ANOMALY, CLUSTERING = "regression", "binary", "multiclass", "anomaly", "clustering"
SINGLE, RANGE = "SingleParameter", "ParameterRange"
MODE = choice(
    "trainer_mode", "Create trainer mode", (SINGLE, RANGE), help="A range of values is for Tune Model Hyperparameters."
)


class Learner(Component):
    """A kind of model. Its component only remembers the parameters; training calls ``fit``.

    ``task``: what it learns: ``regression``, ``binary``, ``multiclass``, ``anomaly`` or ``clustering``.
    """

    task: ClassVar[str]
    outputs = (Port("untrained", "Untrained model", UNTRAINED),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Remember the parameters."""
        return {"untrained": Untrained(self.name, {name: value for name, value in values.items() if value is not None})}

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Learn.

        Args: rows: shape (n_rows, n_features). target: shape (n_rows,): numbers, or classes from 0. untrained: the parameters.
        Raises: ComponentError: they cannot be learned of.
        """
        raise NotImplementedError


def tunable(
    parameter: Parameter, sweep: str, more: tuple[tuple[str, tuple[Any, ...]], ...] = ()
) -> tuple[Parameter, Parameter]:
    """Return a parameter for one value, and its companion ``<name>_range`` for several.

    Args: sweep: the default range. more: further conditions of both.
    """
    bounds = {"minimum": parameter.minimum, "maximum": parameter.maximum}
    single = Parameter(**{**parameter.__dict__, "when": when(trainer_mode=SINGLE) + more})
    several = numbers(
        f"{parameter.name}_range", f"{parameter.title}: range", sweep, when=when(trainer_mode=RANGE) + more, **bounds
    )
    return single, several


def seed(**more: Any) -> Parameter:
    """Return the parameter of the random number seed."""
    return integer("seed", "Random number seed", 0, 0, help="0: another draw each time.", **more)


def value(untrained: Untrained, name: str, default: Any = None) -> Any:
    """Return a parameter of a learner; of a range the first value, which is what plain training uses."""
    if name in untrained.values:
        return untrained.values[name]
    several = untrained.values.get(f"{name}_range")
    return several[0] if several else default


def whole(untrained: Untrained, name: str) -> int:
    """Return a parameter that counts something."""
    return round(value(untrained, name))


def grid(untrained: Untrained) -> list[Untrained]:
    """Return a learner for every combination of its ranges; one, where it has none. The base of a multiclass learner counts."""
    ranges = {name: several for name, several in untrained.values.items() if name.endswith("_range")}
    fixed = {name: given for name, given in untrained.values.items() if name not in ranges}
    bases = grid(untrained.base) if untrained.base else [None]
    return [
        Untrained(
            untrained.algorithm, {**fixed, **dict(zip((name[: -len("_range")] for name in ranges), combination))}, base
        )
        for combination in itertools.product(*ranges.values())
        for base in bases
    ]

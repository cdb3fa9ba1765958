"""Several classes told apart by two-class learners."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from mlstudio.components.catalog import learner
from mlstudio.components.core.declaring import CLASSIFICATION, UNTRAINED, Port, Values
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn.base import BINARY, MULTICLASS, Learner
from mlstudio.components.learn.predictors import Predictor


class OneVsAllMulticlass(Learner):
    """Each class against all others."""

    name = "one_vs_all_multiclass"
    title = "One-vs-All Multiclass"
    category = CLASSIFICATION
    task = MULTICLASS
    help = "Makes a learner of several classes of one of two: it tells each class from all others."
    inputs = (Port("learner", "Untrained binary classification model", UNTRAINED),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Remember the two-class learner."""
        return {"untrained": Untrained(self.name, {}, _two_class(inputs["learner"]))}

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Train one for each class."""
        component, base = _learner_of(untrained)
        return OneVsAll(
            [component.fit(rows, (target == number).astype(float), base) for number in range(int(target.max()) + 1)]
        )


class OneVsOneMulticlass(Learner):
    """Each class against each other."""

    name = "one_vs_one_multiclass"
    title = "One-vs-One Multiclass"
    category = CLASSIFICATION
    task = MULTICLASS
    help = "Makes a learner of several classes of one of two: it tells every pair of classes apart."
    inputs = (Port("learner", "Untrained binary classification model", UNTRAINED),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Remember the two-class learner."""
        return {"untrained": Untrained(self.name, {}, _two_class(inputs["learner"]))}

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Train one for each pair."""
        component, base = _learner_of(untrained)
        found = {}
        for one, other in itertools.combinations(range(int(target.max()) + 1), 2):
            either = (target == one) | (target == other)
            found[one, other] = component.fit(rows[either], (target[either] == other).astype(float), base)
        return OneVsOne(found)


def _two_class(untrained: Untrained) -> Untrained:
    if learner(untrained.algorithm).task != BINARY:
        title = learner(untrained.algorithm).title
        raise ComponentError(13, f"{title} is no two-class learner.", "Connect a Two-Class algorithm.")
    return untrained


def _learner_of(untrained: Untrained) -> tuple[Learner, Untrained]:
    assert untrained.base is not None  # ``run`` saw to it
    return learner(untrained.base.algorithm), untrained.base


class OneVsAll:
    """One predictor for each class."""

    def __init__(self, models: list[Predictor]) -> None:
        self.models = models

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return the class."""
        return self.proba(rows).argmax(axis=1)

    def proba(self, rows: np.ndarray) -> np.ndarray:
        """Return how sure each is of its class, as shares."""
        return shares(np.column_stack([model.proba(rows)[:, 1] for model in self.models]))

    def facts(self, names: list[str]) -> dict[str, Any]:
        """Return the mean over the models."""
        return mean_importance([model.facts(names) for model in self.models])


class OneVsOne:
    """One predictor for each pair of classes."""

    def __init__(self, models: dict[tuple[int, int], Predictor]) -> None:
        self.models = models

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return the class."""
        return self.proba(rows).argmax(axis=1)

    def proba(self, rows: np.ndarray) -> np.ndarray:
        """Return the votes for each class, as shares."""
        votes = np.zeros((len(rows), 1 + max(other for _, other in self.models)))
        for (one, other), model in self.models.items():
            found = model.proba(rows)
            votes[:, one] += found[:, 0]
            votes[:, other] += found[:, 1]
        return shares(votes)

    def facts(self, names: list[str]) -> dict[str, Any]:
        """Return the mean over the models."""
        return mean_importance([model.facts(names) for model in self.models.values()])


def shares(votes: np.ndarray) -> np.ndarray:
    """Return rows that add up to 1; equal shares where nobody voted."""
    total = votes.sum(axis=1, keepdims=True)
    return np.where(total > 0, votes / np.where(total > 0, total, 1), 1 / votes.shape[1])


def mean_importance(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the mean size of weights or importance of several models."""
    known = [facts.get("importance") or facts.get("coefficients") or {} for facts in found]
    return {"importance": {name: float(np.mean([abs(each[name]) for each in known])) for name in known[0]}}

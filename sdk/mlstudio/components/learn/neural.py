"""Networks of fully connected layers."""

from __future__ import annotations

from typing import Any

from mlstudio.components.core.declaring import CLASSIFICATION, choice, integer, number, numbers, switch
from mlstudio.components.core.declaring import REGRESSION as REGRESSION_CATEGORY
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, special
from mlstudio.components.core.randomness import generator
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn.base import BINARY, MODE, MULTICLASS, REGRESSION, Learner, seed, tunable, value, whole
from mlstudio.components.learn.predictors import Predictor, Scale

BATCH = 10
NORMALIZERS = {"Min-Max normalizer": "minmax", "Gaussian normalizer": "gaussian", "Do not normalize": ""}
LEFT_OUT = {"Custom definition script": "was written in a language of the cloud's own; use Create Python Model"}


def _parameters(rate: float) -> tuple[Any, ...]:
    return (
        MODE,
        choice("specification", "Hidden layer specification", ("Fully-connected case",)),
        numbers(
            "nodes",
            "Number of hidden nodes",
            "100",
            minimum=1,
            maximum=10_000,
            help="Several numbers make several layers.",
        ),
        *tunable(number("learning_rate", "The learning rate", rate, 1e-9, 1), f"{rate / 10:g}; {rate / 2:g}; {rate:g}"),
        *tunable(integer("iterations", "Number of learning iterations", 100, 1), "20; 40; 80; 160"),
        number(
            "diameter",
            "The initial learning weights diameter",
            0.1,
            1e-9,
            help="First weights lie within half of it around 0.",
        ),
        number("momentum", "The momentum", 0, 0, 0.999),
        choice("normalizer", "The type of normalizer", tuple(NORMALIZERS)),
        switch("shuffle", "Shuffle examples", True),
        seed(),
    )


class Network:
    """Weights of layers: sigmoid between them, and at the end nothing (a number) or softmax (classes).

    Args: rows: of training. target: shape (n_rows, n_outputs): standardized numbers, or 0 and 1 for each class. classes: which.
    """

    def __init__(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained, classes: bool) -> None:
        self.classes = classes
        self.prepare = Scale(rows, NORMALIZERS[value(untrained, "normalizer")])
        self.center, self.spread = 0.0, 1.0
        if not classes:
            self.center, self.spread = float(target.mean()), float(target.std()) or 1.0
            target = (target - self.center) / self.spread
        draw = generator(value(untrained, "seed"))
        sizes = [rows.shape[1], *(round(size) for size in value(untrained, "nodes")), target.shape[1]]
        half = value(untrained, "diameter") / 2
        self.layers = [
            (draw.uniform(-half, half, (before, after)), np.zeros(after)) for before, after in zip(sizes, sizes[1:])
        ]
        with np.errstate(all="ignore"):
            self._train(self.prepare(rows), target, untrained, draw)
        if not all(np.isfinite(weights).all() for weights, _ in self.layers):
            raise ComponentError(
                39, "The network did not settle.", "Lower the learning rate, or normalize the features."
            )

    def _train(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained, draw: np.random.Generator) -> None:
        rate, momentum = value(untrained, "learning_rate"), value(untrained, "momentum")
        moving = [(np.zeros_like(weights), np.zeros_like(bias)) for weights, bias in self.layers]
        order = np.arange(len(rows))
        for _ in range(whole(untrained, "iterations")):
            if value(untrained, "shuffle"):
                order = draw.permutation(len(rows))
            for start in range(0, len(rows), BATCH):
                batch = order[start : start + BATCH]
                for place, (slope, bias_slope) in enumerate(self._slopes(rows[batch], target[batch])):
                    old, old_bias = moving[place]
                    step, bias_step = momentum * old - rate * slope, momentum * old_bias - rate * bias_slope
                    weights, bias = self.layers[place]
                    weights += step
                    bias += bias_step
                    moving[place] = step, bias_step

    def _forward(self, rows: np.ndarray) -> list[np.ndarray]:
        found = [rows]
        for place, (weights, bias) in enumerate(self.layers):
            sums = found[-1] @ weights + bias
            last = place == len(self.layers) - 1
            found.append((special.softmax(sums, axis=1) if self.classes else sums) if last else special.expit(sums))
        return found

    def _slopes(self, rows: np.ndarray, target: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Gradients of the log loss over a batch, or of half the squared error, whose derivative by the last sums is the same."""
        values = self._forward(rows)
        error = values[-1] - target
        slopes = []
        for place in range(len(self.layers) - 1, -1, -1):
            slopes.append((values[place].T @ error, error.sum(axis=0)))
            if place:
                error = (error @ self.layers[place][0].T) * values[place] * (1 - values[place])
        return slopes[::-1]

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return numbers."""
        return self._forward(self.prepare(rows))[-1][:, 0] * self.spread + self.center

    def proba(self, rows: np.ndarray) -> np.ndarray:
        """Return probabilities."""
        return self._forward(self.prepare(rows))[-1]

    def facts(self, names: list[str]) -> dict[str, Any]:
        """Return the mean size of the weights that leave each feature."""
        return {"importance": dict(zip(names, np.abs(self.layers[0][0]).mean(axis=1).tolist()))}


class NeuralNetworkRegression(Learner):
    """A network for a number."""

    name = "neural_network_regression"
    title = "Neural Network Regression"
    category = REGRESSION_CATEGORY
    task = REGRESSION
    help = "Trains a network of fully connected layers for a number, which is standardized for it."
    parameters = _parameters(0.005)
    left_out = LEFT_OUT

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Train."""
        return Network(rows, target[:, None], untrained, classes=False)


class TwoClassNeuralNetwork(Learner):
    """A network for two classes."""

    name = "two_class_neural_network"
    title = "Two-Class Neural Network"
    category = CLASSIFICATION
    task = BINARY
    help = "Trains a network of fully connected layers for two classes."
    parameters = _parameters(0.1)
    left_out = LEFT_OUT

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Train."""
        return Network(rows, np.eye(2)[target.astype(int)], untrained, classes=True)


class MulticlassNeuralNetwork(Learner):
    """A network for several classes."""

    name = "multiclass_neural_network"
    title = "Multiclass Neural Network"
    category = CLASSIFICATION
    task = MULTICLASS
    help = "Trains a network of fully connected layers for several classes."
    parameters = _parameters(0.1)
    left_out = LEFT_OUT

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Train."""
        return Network(rows, np.eye(int(target.max()) + 1)[target.astype(int)], untrained, classes=True)

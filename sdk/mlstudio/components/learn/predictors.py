"""What training leaves: objects that predict from a matrix of features, and are stored with the model."""

from __future__ import annotations

from typing import Any, Protocol

from mlstudio.components.core.libraries import learn, np, special


class Predictor(Protocol):
    """A fitted learner. Rows are those of a matrix of shape (n_rows, n_features)."""

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return numbers, shape (n_rows,), of a regression."""

    def proba(self, rows: np.ndarray) -> np.ndarray:
        """Return probabilities, shape (n_rows, n_classes), of a classification."""

    def facts(self, names: list[str]) -> dict[str, Any]:
        """Return what can be shown of it: ``coefficients`` or ``importance`` by feature, ``intercept``."""


class Scale:
    """Rows moved and stretched, as learned of the training rows.

    Args: rows: of training. kind: ``gaussian`` (mean 0, deviation 1), ``minmax`` (0 to 1) or "" (as they are).
        sphere: then to length 1.
    """

    def __init__(self, rows: np.ndarray, kind: str = "gaussian", sphere: bool = False) -> None:
        if kind == "minmax":
            self.zero, width = rows.min(axis=0), rows.max(axis=0) - rows.min(axis=0)
        elif kind == "gaussian":
            self.zero, width = rows.mean(axis=0), rows.std(axis=0)
        else:
            self.zero, width = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
        self.width = np.where(width > 0, width, 1.0)
        self.sphere = sphere

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        scaled = (rows - self.zero) / self.width
        if self.sphere:
            lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
            scaled = scaled / np.where(lengths > 0, lengths, 1.0)
        return scaled


class Fitted:
    """An estimator of scikit-learn or LightGBM, with what is done to rows before it."""

    def __init__(self, estimator: Any, prepare: Any = None, facts: dict[str, Any] | None = None) -> None:
        self.estimator = estimator
        self.prepare = prepare
        self.known = facts or {}

    def _rows(self, rows: np.ndarray) -> np.ndarray:
        return self.prepare(rows) if self.prepare is not None else rows

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return numbers."""
        return np.asarray(self.estimator.predict(self._rows(rows)), float)

    def proba(self, rows: np.ndarray) -> np.ndarray:
        """Return probabilities."""
        return np.asarray(self.estimator.predict_proba(self._rows(rows)))

    def facts(self, names: list[str]) -> dict[str, Any]:
        """Return coefficients or importance."""
        found: dict[str, Any] = {}
        for key in ("coefficients", "importance"):
            if key in self.known:
                found[key] = dict(zip(names, np.asarray(self.known[key], float).tolist()))
        if "intercept" in self.known:
            found["intercept"] = float(self.known["intercept"])
        return found


class Margins:
    """A linear two-class learner without probabilities: its margins, made into some by a logistic curve (Platt)."""

    def __init__(self, estimator: Any, prepare: Any, rows: np.ndarray, target: np.ndarray) -> None:
        self.estimator = estimator
        self.prepare = prepare
        margins = estimator.decision_function(prepare(rows))
        self.scale = float(np.abs(margins).max()) or 1.0
        curve = learn("linear_model").LogisticRegression(C=1e6).fit((margins / self.scale)[:, None], target)
        self.slope, self.shift = float(curve.coef_[0, 0]), float(curve.intercept_[0])

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return margins; positive on the side of the second class."""
        return np.asarray(self.estimator.decision_function(self.prepare(rows)))

    def proba(self, rows: np.ndarray) -> np.ndarray:
        """Return probabilities."""
        second = special.expit(self.slope * self.predict(rows) / self.scale + self.shift)
        return np.column_stack([1 - second, second])

    def facts(self, names: list[str]) -> dict[str, Any]:
        """Return the weights of the prepared features."""
        weights = self.estimator.coef_[0].tolist()
        return {"coefficients": dict(zip(names, weights)), "intercept": float(self.estimator.intercept_[0])}


class Linear:
    """Weights of features; a number is the exponential of their sum, and odds are its softmax.

    Args: weights: shape (n_outputs, n_features). intercept: shape (n_outputs,). prepare: what is done to rows before.
    """

    def __init__(self, weights: np.ndarray, intercept: np.ndarray, prepare: Any) -> None:
        self.weights, self.intercept, self.prepare = weights, intercept, prepare

    def _sums(self, rows: np.ndarray) -> np.ndarray:
        return self.prepare(rows) @ self.weights.T + self.intercept

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return numbers."""
        return np.exp(self._sums(rows)[:, 0])

    def proba(self, rows: np.ndarray) -> np.ndarray:
        """Return probabilities; with one output those of two classes."""
        sums = self._sums(rows)
        if sums.shape[1] == 1:
            second = special.expit(sums[:, 0])
            return np.column_stack([1 - second, second])
        return special.softmax(sums, axis=1)

    def facts(self, names: list[str]) -> dict[str, Any]:
        """Return the weights; of several classes, those of each."""
        if len(self.weights) == 1:
            return {"coefficients": dict(zip(names, self.weights[0].tolist())), "intercept": float(self.intercept[0])}
        return {"importance": dict(zip(names, np.abs(self.weights).mean(axis=0).tolist()))}

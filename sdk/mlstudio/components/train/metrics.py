"""Figures of how good predictions are, on arrays."""

from __future__ import annotations

from typing import Any

from mlstudio.components.core.libraries import np

REGRESSION_METRICS = {
    "Mean absolute error": "mean_absolute_error",
    "Root mean squared error": "root_mean_squared_error",
    "Relative absolute error": "relative_absolute_error",
    "Relative squared error": "relative_squared_error",
    "Coefficient of determination": "coefficient_of_determination",
}
CLASSIFICATION_METRICS = {
    "Accuracy": "accuracy",
    "Precision": "precision",
    "Recall": "recall",
    "F-score": "f1",
    "AUC": "auc",
    "Average Log Loss": "log_loss",
}
LARGER_IS_BETTER = {"coefficient_of_determination", "accuracy", "precision", "recall", "f1", "auc"}
MOST_POINTS = 400
THRESHOLDS = 101
SMALLEST = 1e-15


def regression_metrics(truth: np.ndarray, found: np.ndarray) -> dict[str, float]:
    """Return the errors of numbers; relative ones are against always predicting the mean. NaN where that has no error."""
    error, spread = truth - found, truth - truth.mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        absolute = float(np.abs(error).sum() / np.abs(spread).sum()) if np.abs(spread).sum() else float("nan")
        squared = float((error**2).sum() / (spread**2).sum()) if (spread**2).sum() else float("nan")
    return {
        "mean_absolute_error": float(np.abs(error).mean()),
        "root_mean_squared_error": float(np.sqrt((error**2).mean())),
        "relative_absolute_error": absolute,
        "relative_squared_error": squared,
        "coefficient_of_determination": 1 - squared,
    }


def quantile_loss(truth: np.ndarray, found: np.ndarray, quantile: float) -> float:
    """Return the mean pinball loss."""
    error = truth - found
    return float(np.maximum(quantile * error, (quantile - 1) * error).mean())


def auc(truth: np.ndarray, score: np.ndarray) -> float:
    """Return the share of pairs of a positive and a negative row that the score puts in order; ties count half.

    Args: truth: booleans, shape (n,). score: shape (n,). NaN with one class only.
    """
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return float("nan")
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def binary_metrics(truth: np.ndarray, probability: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return figures of two classes. ``truth`` and ``labels``: whether a row is, and was said to be, of the positive one."""
    hit, wrong, missed = int((truth & labels).sum()), int((~truth & labels).sum()), int((truth & ~labels).sum())
    precision = hit / (hit + wrong) if hit + wrong else 0.0
    recall = hit / (hit + missed) if hit + missed else 0.0
    bounded = np.clip(probability, SMALLEST, 1 - SMALLEST)
    return {
        "accuracy": float((truth == labels).mean()),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "auc": auc(truth, probability),
        "log_loss": float(-np.log(np.where(truth, bounded, 1 - bounded)).mean()),
    }


def multiclass_metrics(
    truth: np.ndarray, labels: np.ndarray, count: int, probability: np.ndarray | None = None
) -> dict[str, float]:
    """Return figures of several classes. ``truth``, ``labels``: numbers of classes from 0. Macro means are over the classes that
    occur in either."""
    matrix = confusion(truth, labels, count)
    hits, said, real = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
    occur = (said + real) > 0
    precision = np.divide(hits, said, out=np.zeros(count), where=said > 0)
    recall = np.divide(hits, real, out=np.zeros(count), where=real > 0)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros(count), where=both > 0)
    found = {
        "accuracy": float(hits.sum() / len(truth)),
        "accuracy_macro": float(recall[real > 0].mean()),
        "precision": float(precision[occur].mean()),
        "recall": float(recall[occur].mean()),
        "f1": float(f1[occur].mean()),
    }
    if probability is not None:
        rows = np.arange(len(truth))
        found["log_loss"] = float(-np.log(np.clip(probability[rows, truth], SMALLEST, 1)).mean())
        each = [
            auc(truth == place, probability[:, place])
            for place in range(count)
            if 0 < (truth == place).sum() < len(truth)
        ]
        found["auc"] = float(np.mean(each)) if each else float("nan")
    return found


def confusion(truth: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Return how often each class (rows) was said to be each (columns)."""
    return np.bincount(truth * count + labels, minlength=count * count).reshape(count, count)


def binary_curves(truth: np.ndarray, probability: np.ndarray) -> dict[str, Any]:
    """Return ROC, precision-recall and lift curves, and the four counts at thresholds from 0 to 1."""
    order = np.argsort(-probability, kind="stable")
    positive, ordered = truth[order], probability[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    hits = np.cumsum(positive)[last].astype(float)
    said = (last + 1).astype(float)
    positives, total = float(truth.sum()), float(len(truth))
    negatives = total - positives
    kept = _thinned(len(last))
    hits, said, cut = hits[kept], said[kept], ordered[last][kept]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, false_rate = hits / positives, (said - hits) / negatives
        precision, lift = hits / said, (hits / said) / (positives / total)
    thresholds = np.arange(THRESHOLDS) / (THRESHOLDS - 1)
    ascending = np.sort(probability[truth]), np.sort(probability[~truth])
    hit = positives - np.searchsorted(ascending[0], thresholds, side="left")
    wrong = negatives - np.searchsorted(ascending[1], thresholds, side="left")
    return {
        "roc": _points([0.0, *false_rate], [0.0, *rate]),
        "precision_recall": _points(rate, precision),
        "lift": _points(said / total, lift),
        "curve_thresholds": [None, *cut.tolist()],
        "thresholds": thresholds.tolist(),
        "true_positive": hit.astype(int).tolist(),
        "false_positive": wrong.astype(int).tolist(),
        "true_negative": (negatives - wrong).astype(int).tolist(),
        "false_negative": (positives - hit).astype(int).tolist(),
    }


def _thinned(count: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(int))


def _points(across: Any, up: Any) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in zip(across, up) if np.isfinite(x) and np.isfinite(y)]

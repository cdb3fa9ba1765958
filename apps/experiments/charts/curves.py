"""Curves of a classifier from its accuracy table. Pure: neither Django nor I/O.

For each class, and each threshold, the table has ``[TP, FP, TN, FN]``. The probability tables go with thresholds of the
predicted probability; the percentile tables with shares of the samples, ordered by that probability.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Counts = Sequence[float]
Curve = tuple[list[float], list[float]]


class TableInvalid(ValueError):
    """The table is not as it should be; the message says where."""


@dataclass(frozen=True)
class AccuracyTable:
    """One table: for each class a list of counts, one for each threshold."""

    labels: list[str]
    probability: list[list[Counts]]
    percentile: list[list[Counts]]
    thresholds: list[float]


def roc(counts: Sequence[Counts]) -> Curve:
    """Return false and true positive rates."""
    return _along(
        [(_share(fp, fp + tn), _share(tp, tp + fn)) for tp, fp, tn, fn in counts],
    )


def precision_recall(counts: Sequence[Counts]) -> Curve:
    """Return recall and precision; precision is 1 where nothing was predicted."""
    return _along([(_share(tp, tp + fn), _share(tp, tp + fp, empty=1.0)) for tp, fp, _tn, fn in counts])


def calibration(counts: Sequence[Counts], thresholds: Sequence[float]) -> Curve:
    """Return, for each gap between neighbouring thresholds that has samples, its middle and the share that was positive."""
    places: list[float] = []
    shares: list[float] = []
    ends = [*counts[1:], (0.0, 0.0, 0.0, 0.0)]
    upper = [*thresholds[1:], 1.0]
    for (tp, fp, _tn, _fn), (next_tp, next_fp, *_rest), low, high in zip(counts, ends, thresholds, upper, strict=False):
        positive, negative = tp - next_tp, fp - next_fp
        if positive + negative > 0:
            places.append((low + high) / 2)
            shares.append(positive / (positive + negative))
    return places, shares


def cumulative_gains(counts: Sequence[Counts]) -> Curve:
    """Return the share of samples taken, best first, and the share of all positives among them."""
    return _along([(_share(tp + fp, tp + fp + tn + fn), _share(tp, tp + fn)) for tp, fp, tn, fn in counts])


def lift(counts: Sequence[Counts]) -> Curve:
    """Return the share of samples taken, and how many times more positives they hold than as many taken by chance."""
    taken, gains = cumulative_gains(counts)
    pairs = [(share, gain / share) for share, gain in zip(taken, gains, strict=True) if share > 0]
    return [share for share, _gain in pairs], [gain for _share, gain in pairs]


def area(curve: Curve) -> float:
    """Return the area below a curve whose first coordinate ascends, by trapezoids."""
    x, y = curve
    steps = zip(x, x[1:], y, y[1:], strict=False)
    return sum((right - left) * (low + high) / 2 for left, right, low, high in steps)


def read_table(value: object) -> AccuracyTable:
    """Check an accuracy table as it was logged.

    Raises:
        TableInvalid: it cannot be drawn.
    """
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, dict):
        raise TableInvalid("it has no “data”")
    labels, thresholds = data.get("class_labels"), data.get("probability_thresholds")
    if not isinstance(labels, list) or not isinstance(thresholds, list) or not all(map(_is_number, thresholds)):
        raise TableInvalid("“class_labels” and “probability_thresholds” are lists")
    tables = {}
    for name in ("probability_tables", "percentile_tables"):
        found = data.get(name)
        if not isinstance(found, list) or len(found) != len(labels) or not all(map(_is_table, found)):
            raise TableInvalid(f"“{name}” has, for each class, a list of [TP, FP, TN, FN]")
        tables[name] = found
    return AccuracyTable(
        [str(label) for label in labels], tables["probability_tables"], tables["percentile_tables"], thresholds
    )


def _along(pairs: list[tuple[float, float]]) -> Curve:
    pairs = sorted(pairs)
    return [x for x, _y in pairs], [y for _x, y in pairs]


def _share(part: float, whole: float, *, empty: float = 0.0) -> float:
    return part / whole if whole else empty


def _is_table(table: object) -> bool:
    return isinstance(table, list) and all(
        isinstance(row, list) and len(row) == 4 and all(map(_is_number, row)) for row in table
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

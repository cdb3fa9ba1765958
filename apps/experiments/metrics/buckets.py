"""A long series in few buckets, for a chart. Pure: neither Django nor I/O.

A bucket holds neighbouring points and says their least, largest and last value, so that no spike is lost however far the
view is zoomed out. Where no more points are in view than buckets are wanted, each point is its own bucket: zooming in always
ends at the points themselves.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from apps.experiments.metrics.packing import Floats, Integers, Series

MOST_BUCKETS = 5000


class Axis(StrEnum):
    """What the points are drawn over: their step, their Unix time in ms, or seconds since an origin."""

    STEP = "step"
    TIME = "time"
    RELATIVE = "relative"


@dataclass(frozen=True)
class Buckets:
    """Columns of equal length. ``x``, ``last`` and ``steps`` are of each bucket's last point.

    ``minimum`` and ``maximum`` leave NaN out unless a bucket holds nothing else. ``is_exact``: each bucket is one point.
    ``count``: the points in view.
    """

    x: Floats
    last: Floats
    minimum: Floats
    maximum: Floats
    steps: Integers
    is_exact: bool
    count: int


def bucket(
    series: Series,
    *,
    axis: Axis = Axis.STEP,
    origin_ms: int = 0,
    most: int = 1000,
    low: float | None = None,
    high: float | None = None,
) -> Buckets:
    """Return a series, or the part of it in view, in at most ``most`` buckets of neighbouring points.

    Args: origin_ms: where relative time begins. most: 1 to ``MOST_BUCKETS``.
        low, high: the ends of the view on the axis, both included; the points next to it are kept too, so that lines reach
            the edge.
    """
    x, series = _along(series, axis, origin_ms)
    start = 0 if low is None else max(0, int(np.searchsorted(x, low, "left")) - 1)
    end = len(x) if high is None else min(len(x), int(np.searchsorted(x, high, "right")) + 1)
    x, series = x[start:end], series.part(start, max(start, end))
    count = len(series)
    if count <= most:
        return Buckets(x, series.values, series.values, series.values, series.steps, is_exact=True, count=count)
    starts = np.arange(most, dtype=np.int64) * count // most
    lasts = np.append(starts[1:], count) - 1
    return Buckets(
        x=x[lasts],
        last=series.values[lasts],
        minimum=np.fmin.reduceat(series.values, starts),
        maximum=np.fmax.reduceat(series.values, starts),
        steps=series.steps[lasts],
        is_exact=False,
        count=count,
    )


def _along(series: Series, axis: Axis, origin_ms: int) -> tuple[Floats, Series]:
    """Return the points' places on the axis, ascending, and the series in that order."""
    if axis is Axis.STEP:
        return series.steps.astype(np.float64), series
    if np.any(series.times[1:] < series.times[:-1]):
        order = np.argsort(series.times, kind="stable")
        series = Series(series.steps[order], series.times[order], series.values[order])
    if axis is Axis.TIME:
        return series.times.astype(np.float64), series
    return (series.times - origin_ms) / 1000.0, series

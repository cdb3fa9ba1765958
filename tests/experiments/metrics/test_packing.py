"""Packing and bucketing, against what is plainly true of them."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.experiments.metrics.buckets import Axis, bucket
from apps.experiments.metrics.packing import merged, pack, series_of, unpack

steps = st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-3, 30)
times = st.integers(0, 2**53) | st.integers(0, 5)
values = st.floats(allow_nan=True, allow_infinity=True)
some_points = st.lists(st.tuples(steps, times, values), max_size=60)


def plain(series):
    """Points of a series, NaN as a text so that they can be compared."""
    columns = zip(series.steps.tolist(), series.times.tolist(), series.values.tolist(), strict=True)
    return [(step, at, "NaN" if math.isnan(value) else (value, math.copysign(1, value))) for step, at, value in columns]


@given(some_points)
def test_a_series_holds_each_point_once_in_order(points):
    series = series_of(points)
    expected = {
        (step, at, "NaN" if math.isnan(value) else (value, math.copysign(1, value))) for step, at, value in points
    }
    assert set(plain(series)) == expected
    assert len(series) == len(expected)
    places = list(zip(series.steps.tolist(), series.times.tolist(), strict=True))
    assert places == sorted(places)


@given(some_points.filter(bool))
def test_unpacking_gives_what_was_packed(points):
    series = series_of(points)
    assert plain(unpack(pack(series))) == plain(series)


@given(some_points, some_points, some_points)
def test_parts_come_together_as_if_they_had_come_at_once(one, two, three):
    assert plain(merged([series_of(one), series_of(two), series_of(three)])) == plain(series_of(one + two + three))


def test_even_steps_take_next_to_nothing():
    series = series_of([(step, 1_700_000_000_000 + step, float(step)) for step in range(10_000)])
    assert len(pack(series)) < 8 * 10_000 + 100


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 10), values), max_size=200),
    st.integers(1, 40),
    st.none() | st.floats(-10, 210),
    st.none() | st.floats(-10, 210),
    st.sampled_from(Axis),
)
@settings(deadline=None)
def test_buckets_lose_no_extreme_and_no_end(points, most, low, high, axis):
    series = series_of(points)
    part = bucket(series, axis=axis, most=most, low=low, high=high)
    assert len(part.x) == min(most, part.count)
    assert part.is_exact == (part.count <= most)
    assert np.all(np.diff(part.x) >= 0)
    if low is None and high is None:
        assert part.count == len(series)
        numbers = series.values[~np.isnan(series.values)]
        if len(numbers):
            assert np.nanmin(part.minimum) == numbers.min()
            assert np.nanmax(part.maximum) == numbers.max()
    if part.is_exact:
        np.testing.assert_array_equal(part.minimum, part.last)


@given(st.lists(st.integers(0, 1000), min_size=1, unique=True), st.floats(0, 1000), st.floats(0, 1000))
def test_a_view_holds_what_is_in_it_and_one_point_on_each_side(at, one, other):
    low, high = sorted((one, other))
    series = series_of([(step, 0, float(step)) for step in at])
    part = bucket(series, most=5000, low=low, high=high)
    inside = [step for step in sorted(at) if low <= step <= high]
    before = [step for step in at if step < low]
    after = [step for step in at if step > high]
    expected = ([max(before)] if before else []) + inside + ([min(after)] if after else [])
    assert part.x.tolist() == expected

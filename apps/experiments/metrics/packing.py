"""Series as columns, and columns as bytes. Pure: neither Django nor I/O.

A series is sorted by step, then time, then value, and holds no point twice. Packed, each column takes as little as it can:
steps and times that grow evenly take 16 bytes altogether, other times mostly 4 a point, values 8.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CHUNK_POINTS = 16_384
_HEADER = struct.Struct("<BI")
_FORMAT = 1
_EVEN, _SHORT, _FULL = 0, 1, 2
_EVEN_VALUES = struct.Struct("<qq")


@dataclass(frozen=True)
class Series:
    """Columns of equal length: steps, Unix times in milliseconds, and values, which may be NaN or infinite."""

    steps: Integers
    times: Integers
    values: Floats

    def __len__(self) -> int:
        return len(self.steps)

    def part(self, start: int, end: int) -> "Series":
        """Return the points from ``start`` up to, not including, ``end``."""
        return Series(self.steps[start:end], self.times[start:end], self.values[start:end])

    @property
    def first(self) -> tuple[int, int]:
        """Step and time of the first point."""
        return int(self.steps[0]), int(self.times[0])

    @property
    def last(self) -> tuple[int, int]:
        """Step and time of the last point."""
        return int(self.steps[-1]), int(self.times[-1])


def series_of(points: Sequence[Sequence[Any]]) -> Series:
    """Return points, each ``(step, time in ms, value)`` in any order and perhaps twice, as a series."""
    steps = np.fromiter((point[0] for point in points), np.int64, len(points))
    times = np.fromiter((point[1] for point in points), np.int64, len(points))
    values = np.fromiter((point[2] for point in points), np.float64, len(points))
    return _in_order(Series(steps, times, values))


def merged(parts: Iterable[Series]) -> Series:
    """Return the points of several series as one."""
    kept = [part for part in parts if len(part)]
    if not kept:
        return series_of([])
    if len(kept) == 1:
        return kept[0]
    whole = Series(
        np.concatenate([part.steps for part in kept]),
        np.concatenate([part.times for part in kept]),
        np.concatenate([part.values for part in kept]),
    )
    if all(one.last < two.first for one, two in pairwise(kept)):
        return whole
    return _in_order(whole)


def pack(series: Series) -> bytes:
    """Return a series that is not empty as bytes."""
    columns = [_pack_integers(series.steps), _pack_integers(series.times), series.values.astype("<f8").tobytes()]
    return _HEADER.pack(_FORMAT, len(series)) + b"".join(columns)


def unpack(data: bytes) -> Series:
    """Return what ``pack`` made bytes of.

    Raises:
        ValueError: this is nothing of ours.
    """
    kind, count = _HEADER.unpack_from(data)
    if kind != _FORMAT:
        raise ValueError(f"A packed series has format {kind}, which this version of the studio does not know.")
    steps, at = _unpack_integers(data, _HEADER.size, count)
    times, at = _unpack_integers(data, at, count)
    return Series(steps, times, np.frombuffer(data, "<f8", count, at))


def _in_order(series: Series) -> Series:
    """Sort, and keep of equal points one; NaN equals NaN."""
    if np.all(series.steps[1:] > series.steps[:-1]):
        return series
    # The bits tell NaN from NaN no more than a reader would, and 0.0 from -0.0, which a reader can.
    bits = np.where(np.isnan(series.values), np.nan, series.values).view(np.int64)
    order = np.lexsort((bits, series.times, series.steps))
    steps, times, bits = series.steps[order], series.times[order], bits[order]
    is_new = np.ones(len(order), bool)
    is_new[1:] = (steps[1:] != steps[:-1]) | (times[1:] != times[:-1]) | (bits[1:] != bits[:-1])
    return Series(steps[is_new], times[is_new], series.values[order][is_new])


def _pack_integers(column: Integers) -> bytes:
    first = int(column[0])
    gaps = np.diff(column)
    stride = int(gaps[0]) if len(gaps) else 0
    if not len(gaps) or np.all(gaps == stride):
        return bytes([_EVEN]) + _EVEN_VALUES.pack(first, stride)
    low, high = int(column.min()), int(column.max())
    if high - low < 2**32:
        return bytes([_SHORT]) + struct.pack("<q", low) + (column - low).astype("<u4").tobytes()
    return bytes([_FULL]) + column.astype("<i8").tobytes()


def _unpack_integers(data: bytes, at: int, count: int) -> tuple[Integers, int]:
    kind, at = data[at], at + 1
    if kind == _EVEN:
        first, stride = _EVEN_VALUES.unpack_from(data, at)
        return first + stride * np.arange(count, dtype=np.int64), at + _EVEN_VALUES.size
    if kind == _SHORT:
        (low,) = struct.unpack_from("<q", data, at)
        return np.frombuffer(data, "<u4", count, at + 8).astype(np.int64) + low, at + 8 + 4 * count
    return np.frombuffer(data, "<i8", count, at).astype(np.int64), at + 8 * count

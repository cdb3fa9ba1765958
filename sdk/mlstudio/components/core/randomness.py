"""Draws that a seed repeats."""

from __future__ import annotations

from mlstudio.components.core.libraries import np, pl


def generator(seed: int | None) -> np.random.Generator:
    """Return a source of random numbers; without a seed, or with 0, the clock's."""
    return np.random.default_rng(seed or None)


def state(seed: int | None) -> int | None:
    """Return a seed as scikit-learn takes it."""
    return seed or None


def shuffled_groups(strata: pl.Series | None, count: int, draw: np.random.Generator | None) -> list[np.ndarray]:
    """Return the row numbers of each stratum, shuffled where ``draw`` is given; without strata all rows are one."""
    if strata is None:
        groups = [np.arange(count)]
    else:
        codes = strata.rank("dense").fill_null(0).to_numpy()
        groups = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    return [draw.permutation(group) for group in groups] if draw is not None else groups

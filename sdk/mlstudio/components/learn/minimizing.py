"""A limited-memory quasi-Newton minimizer that also takes absolute values (L1) into account."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from mlstudio.components.core.libraries import np

Objective = Callable[["np.ndarray"], "tuple[float, np.ndarray]"]
MOST_STEPS = 2_000
MOST_HALVINGS = 40


def minimize(objective: Objective, start: np.ndarray, l1: np.ndarray, memory: int, tolerance: float) -> np.ndarray:
    """Return where ``objective(w) + sum(l1 * |w|)`` is smallest.

    Args: objective: gives the smooth part and its gradient. start: shape (n,). l1: weight of each absolute value, shape (n,),
        0 or more. memory: how many earlier steps the curvature is estimated from. tolerance: ends when two steps in a row
        improve by less than this share.
    Source: Andrew and Gao, "Scalable training of L1-regularized log-linear models", ICML 2007 (OWL-QN).
    """
    at = start.copy()
    smooth, gradient = objective(at)
    total = smooth + float(l1 @ np.abs(at))
    pairs: deque[tuple[np.ndarray, np.ndarray, float]] = deque(maxlen=max(1, memory))
    small = 0
    for _ in range(MOST_STEPS):
        steepest = _pseudo_gradient(at, gradient, l1)
        if not np.any(steepest):
            break
        direction = -_curved(steepest, pairs)
        direction[direction * -steepest <= 0] = 0.0
        if not np.any(direction):
            direction = -steepest
        orthant = np.where(at != 0, np.sign(at), -np.sign(steepest))
        slope = float(direction @ steepest)
        step = 1.0 if pairs else 1.0 / max(1.0, float(np.linalg.norm(direction)))
        for _ in range(MOST_HALVINGS):
            there = at + step * direction
            there[(l1 > 0) & (there * orthant < 0)] = 0.0
            fresh, fresh_gradient = objective(there)
            fresh_total = fresh + float(l1 @ np.abs(there))
            if np.isfinite(fresh_total) and fresh_total <= total + 1e-4 * step * slope:
                break
            step /= 2
        else:
            break
        moved, turned = there - at, fresh_gradient - gradient
        curvature = float(moved @ turned)
        if curvature > 1e-12 * float(turned @ turned):
            pairs.append((moved, turned, 1.0 / curvature))
        small = small + 1 if total - fresh_total < tolerance * max(1.0, abs(fresh_total)) else 0
        at, gradient, total = there, fresh_gradient, fresh_total
        if small == 2:
            break
    return at


def _pseudo_gradient(at: np.ndarray, gradient: np.ndarray, l1: np.ndarray) -> np.ndarray:
    right, left = gradient + l1, gradient - l1
    at_zero = np.where(right < 0, right, np.where(left > 0, left, 0.0))
    return np.where(at != 0, gradient + l1 * np.sign(at), at_zero)


def _curved(gradient: np.ndarray, pairs: deque[tuple[np.ndarray, np.ndarray, float]]) -> np.ndarray:
    """Multiply by the estimate of the inverse Hessian (two loops)."""
    result, weights = gradient.copy(), []
    for moved, turned, scale in reversed(pairs):
        weight = scale * float(moved @ result)
        weights.append(weight)
        result -= weight * turned
    if pairs:
        moved, turned, scale = pairs[-1]
        result *= 1.0 / (scale * float(turned @ turned))
    for (moved, turned, scale), weight in zip(pairs, reversed(weights)):
        result += moved * (weight - scale * float(turned @ result))
    return result

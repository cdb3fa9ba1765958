"""The libraries components calculate with, imported at their first use: declarations are read where they are not installed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import joblib
    import lightgbm
    import numpy as np
    import pandas as pd
    import polars as pl
    import scipy.sparse as sparse
    import scipy.special as special
    from PIL import Image, ImageEnhance
else:

    class Lazy:
        """A module that is imported when something of it is asked for."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, name: str) -> Any:
            found = getattr(importlib.import_module(self._name), name)
            setattr(self, name, found)
            return found

    joblib, lightgbm, np, pd, pl = (Lazy(name) for name in ("joblib", "lightgbm", "numpy", "pandas", "polars"))
    sparse, special = Lazy("scipy.sparse"), Lazy("scipy.special")
    Image, ImageEnhance = Lazy("PIL.Image"), Lazy("PIL.ImageEnhance")

HEAVY = (
    "polars", "pyarrow", "numpy", "scipy.sparse", "scipy.special", "joblib", "lightgbm", "sklearn.linear_model", "sklearn.tree",
    "sklearn.cluster", "sklearn.ensemble", "sklearn.decomposition",
)  # fmt: skip


def learn(module: str) -> Any:
    """Return a module of scikit-learn: ``learn("linear_model")``."""
    return importlib.import_module(f"sklearn.{module}")


__all__ = ["HEAVY", "Image", "ImageEnhance", "joblib", "learn", "lightgbm", "np", "pd", "pl", "sparse", "special"]

"""``azureml.contrib.services.aml_request`` for environments without that package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlstudio.serving.rawhttp import RawRequest as AMLRequest

__all__ = ["AMLRequest", "rawhttp"]

_rawHttpRequested = False  # noqa: N816 - the name that the original has


def rawhttp(func: Callable[..., Any]) -> Callable[..., Any]:
    """Mark ``run()`` as one that takes the request itself."""
    global _rawHttpRequested
    _rawHttpRequested = True
    return func

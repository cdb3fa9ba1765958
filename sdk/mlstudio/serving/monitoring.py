"""What ``azureml.ai.monitoring`` offers to scripts: tables that go to the deployment's collection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlstudio.serving import collected, logs


class CorrelationContext:
    """Ties what is collected of one request together. Rows carry the id of the request itself."""

    def __init__(self, id: str = "") -> None:  # noqa: A002 - the name that the original has
        self._id = id

    def get_id(self) -> str:
        """Return its id."""
        return self._id

    def get_headers(self) -> dict[str, str]:
        """Return headers for requests that belong to it."""
        return {}


class BasicCorrelationContext(CorrelationContext):
    """One with an id alone."""


class Collector:
    """Collects tables of the request that is being answered, where the deployment collects.

    Args: name: ``model_inputs`` or ``model_outputs``. on_error: called with what went wrong; without it that is raised.
    """

    def __init__(self, *, name: str, on_error: Callable[[Exception], Any] | None = None) -> None:
        self.name = name
        self._on_error = on_error

    def collect(self, data: Any, correlation_context: CorrelationContext | None = None) -> CorrelationContext:
        """Keep a DataFrame in place of the request's body, or the answer's; returns what ties the two together."""
        context = correlation_context or BasicCorrelationContext(logs.request_id())
        try:
            if not hasattr(data, "columns") or not hasattr(data, "to_json"):
                raise TypeError(f"collect() takes a pandas DataFrame, and not {type(data).__name__}.")
            collected.add(self.name, data.to_json(orient="records", date_format="iso"))
        except collected.TooMuch as reason:
            print(reason, flush=True)
        except Exception as error:
            if self._on_error is None:
                raise
            self._on_error(error)
        return context

"""Open ML Studio from Python: ``Workspace.from_config()`` finds the workspace your folder belongs to.

Inside a run, ``Run.get_context()`` logs metrics, tables, charts and files to it.

Names are loaded when first used, because the agent and the runner live in this package too and must start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "Client", "Component", "Dataset", "Model", "PipelineEndpoint", "PublishedPipeline", "Run",
    "Schedule", "ScheduleRecurrence", "StudioError", "Workspace",
    "__version__",
]  # fmt: skip

if TYPE_CHECKING:
    from mlstudio.client import Client
    from mlstudio.data import Dataset
    from mlstudio.errors import StudioError
    from mlstudio.models import Model
    from mlstudio.published import PipelineEndpoint, PublishedPipeline
    from mlstudio.registered import Component
    from mlstudio.run import Run
    from mlstudio.schedules import Schedule, ScheduleRecurrence
    from mlstudio.workspace import Workspace

_HOMES = {
    "Client": "mlstudio.client",
    "Component": "mlstudio.registered",
    "Dataset": "mlstudio.data",
    "Model": "mlstudio.models",
    "PipelineEndpoint": "mlstudio.published",
    "PublishedPipeline": "mlstudio.published",
    "Run": "mlstudio.run",
    "Schedule": "mlstudio.schedules",
    "ScheduleRecurrence": "mlstudio.schedules",
    "StudioError": "mlstudio.errors",
    "Workspace": "mlstudio.workspace",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mlstudio' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

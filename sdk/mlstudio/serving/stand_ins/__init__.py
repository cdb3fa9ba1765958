"""Modules that scripts of the reference server import, for environments that lack them.

They are found after everything else: where the environment has the real ones, those are used.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
FILES = {
    "azureml.ai.monitoring": "monitoring.py",
    "azureml.ai.monitoring.context": "monitoring_context.py",
    "azureml.contrib.services.aml_request": "aml_request.py",
    "azureml.contrib.services.aml_response": "aml_response.py",
    "azureml_inference_server_http.api.aml_request": "aml_request.py",
    "azureml_inference_server_http.api.aml_response": "aml_response.py",
}
PACKAGES = {name[:end] for name in FILES for end in range(len(name)) if name[end] == "."}


class Finder(MetaPathFinder):
    """Finds the stand-ins, and packages with nothing else in them around them."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module is."""
        if name in FILES:
            below: list[str] | None = [] if name in PACKAGES else None
            return spec_from_file_location(name, HERE / FILES[name], submodule_search_locations=below)
        if name in PACKAGES:
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = []
            return spec
        return None


def install() -> None:
    """Let scripts import them, where nothing else answers to these names."""
    sys.meta_path.append(Finder())


def wants_raw_requests() -> bool:
    """Return whether the script marked a function with ``@rawhttp``, of whichever module."""
    found = [sys.modules.get(name) for name in FILES if name.endswith("aml_request")]
    return any(getattr(module, "_rawHttpRequested", False) for module in found)

"""One component, run on folders: what a step of a pipeline does."""

from __future__ import annotations

import importlib
import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlstudio.components.catalog import components, get
from mlstudio.components.core import store
from mlstudio.components.core.checking import checked
from mlstudio.components.core.declaring import TABLE, Component
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import HEAVY, pl
from mlstudio.components.core.table import Table

logger = logging.getLogger(__name__)


def run(name: str, inputs: Mapping[str, Path], outputs: Mapping[str, Path], parameters: Mapping[str, Any]) -> None:
    """Run a component: read its inputs, do its work, write its outputs.

    Args: name: of the component. inputs: a folder by input port; optional ones may be absent. outputs: a folder by output port;
        those absent are not written. parameters: as given.
    Raises: ComponentError: something is wrong with data or parameters. KeyError: there is no such component or port.
    """
    component = get(name)
    values = checked(component, parameters)
    results = component.run(_read(component, inputs), values)
    ports = {port.name: port for port in component.outputs}
    for port_name, folder in outputs.items():
        Path(folder).mkdir(parents=True, exist_ok=True)
        value = results.get(port_name)
        if value is None and ports[port_name].type == TABLE:
            value = Table(pl.DataFrame())  # a script that returned one table; what is written must be there to be read
        if value is not None:
            store.write(ports[port_name].type, value, Path(folder))


def _read(component: Component, inputs: Mapping[str, Path]) -> dict[str, Any]:
    for name in inputs.keys() - {port.name for port in component.inputs}:
        raise KeyError(f"{component.title} has no input “{name}”.")
    found = {}
    for port in component.inputs:
        if port.name in inputs:
            found[port.name] = store.read(port.type, Path(inputs[port.name]), f"The input “{port.title}”")
        elif not port.optional:
            raise ComponentError(3, f"The input “{port.title}” of {component.title} is not connected.", "Connect it.")
    return found


def preload() -> list[str]:
    """Import what components calculate with, so that processes forked from this one start at once.

    The process must not calculate itself before it forks: threads do not come along, and polars would wait for them.

    Returns: the modules that are there.
    """
    loaded = []
    for module in HEAVY:
        try:
            importlib.import_module(module)
        except ImportError:
            logger.warning("%s is not installed here.", module)
        else:
            loaded.append(module)
    return loaded


def run_guarded(
    name: str,
    inputs: Mapping[str, Path],
    outputs: Mapping[str, Path],
    parameters: Mapping[str, Any],
    error_file: Path | None = None,
) -> int:
    """Run a component, and say on standard error what is wrong, if anything is.

    Args: error_file: where the error goes as JSON, for the node's pane.
    Returns: exit code: 0, or 1 where data or parameters are wrong.
    """
    try:
        run(name, inputs, outputs, parameters)
    except ComponentError as error:
        found, cause = error, error.__cause__
    except Exception as error:
        title = components()[name].title if name in components() else name
        message = f"{title} failed: {type(error).__name__}: {error}"
        found, cause = ComponentError(39, message, "The log says where. Look at the data that arrives here."), error
    else:
        return 0
    if cause is not None:
        logger.error("What happened:", exc_info=cause)
    print(found, file=sys.stderr, flush=True)
    if error_file is not None:
        error_file.parent.mkdir(parents=True, exist_ok=True)
        error_file.write_text(json.dumps(found.as_json(), ensure_ascii=False), "utf-8")
    return 1

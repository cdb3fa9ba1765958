"""What the user's command is told: its line, and the variables of its environment."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from mlstudio.runner import processor
from mlstudio.runner.interpreters import Interpreter
from mlstudio.runner.sandbox import Layout

PLACE = re.compile(r"\$\{\{\s*(inputs|outputs)\.([A-Za-z_][\w-]*)\s*\}\}")
INPUT_PREFIXES = ("AZURE_ML_INPUT_", "AZUREML_DATAREFERENCE_")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHARED = ("TZ", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")


def line(spec: dict[str, Any], where: Layout, inputs: Mapping[str, str]) -> list[str]:
    """Return the program that runs the command of a spec, with the paths of its outputs and inputs filled in.

    Args: inputs: paths of the data that it reads, as it sees them.
    """
    outputs = {name: output_path(where, name) for name in spec.get("outputs") or {}}
    places = {"inputs": {name: shlex.quote(path) for name, path in inputs.items()}, "outputs": outputs}
    text = PLACE.sub(lambda found: places[found.group(1)].get(found.group(2), found.group(0)), spec["command"])
    shell = shutil.which("bash", path="/bin:/usr/bin") or "/bin/sh"
    return [shell, "-c", text]


def output_path(where: Layout, name: str) -> str:
    """Return where a run puts an output."""
    return str(PurePosixPath(where.code) / "outputs" / name)


def variables(
    order: dict[str, Any], where: Layout, python: Interpreter, has_environment: bool, inputs: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of the command. What a job sets wins over our defaults, but not over who the run is.

    Args: inputs: paths of the data that it reads, as it sees them.
    """
    spec = order["spec"]
    run, server = spec["run"], order["server"]
    identity = {
        "STUDIO_URL": server,
        "STUDIO_WORKSPACE": run["workspace"],
        "STUDIO_RUN_ID": run["id"],
        "STUDIO_RUN_NAME": run["name"],
        "STUDIO_RUN_DISPLAY_NAME": run.get("display_name") or run["name"],
        "STUDIO_EXPERIMENT": run["experiment"],
        "STUDIO_RUN_TOKEN": order["run_token"],
        "STUDIO_RUN_EVENTS": where.events,
        "STUDIO_RUN_FILES": where.files,
        "STUDIO_RUN_FOLDER": where.code,
        "MLFLOW_TRACKING_URI": f"{server}/mlflow/{run['workspace']}",
        "MLFLOW_TRACKING_TOKEN": order["run_token"],
        "MLFLOW_RUN_ID": run["id"],
        "MLFLOW_EXPERIMENT_NAME": run["experiment"],
        "AZUREML_RUN_ID": run["name"],
        "AZUREML_EXPERIMENT_NAME": run["experiment"],
        "AZUREML_ARM_WORKSPACE_NAME": run["workspace"],
        "AZUREML_NODE_COUNT": "1",
    }
    data = {f"{prefix}{name}": path for name, path in inputs.items() for prefix in INPUT_PREFIXES}
    outputs = {f"AZURE_ML_OUTPUT_{name}": output_path(where, name) for name in spec.get("outputs") or {}}
    return {**surroundings(spec, where, python, has_environment), **data, **outputs, **identity}


def surroundings(spec: dict[str, Any], where: Layout, python: Interpreter, has_environment: bool) -> dict[str, str]:
    """Return what any program in a sandbox is told: where programs and folders are, and what the spec sets."""
    given = {name: str(value) for name, value in (spec.get("variables") or {}).items()}
    programs = f"{where.environment}/bin" if has_environment else str(python.path.parent)
    defaults = {
        "PATH": f"{programs}:{SYSTEM_PATH}",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        **{name: os.environ[name] for name in SHARED if name in os.environ},
    }
    if cpus := (spec.get("limits") or {}).get("cpus"):
        defaults |= processor.threads(cpus)
    if has_environment:
        defaults["VIRTUAL_ENV"] = where.environment
    places = {
        "HOME": where.home,
        "TMPDIR": where.temporary,
        "PYTHONPATH": ":".join(filter(None, [given.get("PYTHONPATH"), where.sdk])),
    }
    return {**defaults, **given, **places}

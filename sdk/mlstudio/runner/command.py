"""What the user's command is told: its line, and the variables of its environment."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import PurePosixPath
from typing import Any

from mlstudio.runner.interpreters import Interpreter
from mlstudio.runner.sandbox import Layout

OUTPUT = re.compile(r"\$\{\{\s*outputs\.([A-Za-z_][\w-]*)\s*\}\}")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHARED = ("TZ", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")


def line(spec: dict[str, Any], where: Layout) -> list[str]:
    """Return the program that runs the command of a spec, with the paths of its outputs filled in."""
    outputs = {name: output_path(where, name) for name in spec.get("outputs") or {}}
    text = OUTPUT.sub(lambda found: outputs.get(found.group(1), found.group(0)), spec["command"])
    shell = shutil.which("bash", path="/bin:/usr/bin") or "/bin/sh"
    return [shell, "-c", text]


def output_path(where: Layout, name: str) -> str:
    """Return where a run puts an output."""
    return str(PurePosixPath(where.code) / "outputs" / name)


def variables(order: dict[str, Any], where: Layout, python: Interpreter, has_environment: bool) -> dict[str, str]:
    """Return the environment of the command. What a job sets wins over our defaults, but not over who the run is."""
    spec = order["spec"]
    run, server = spec["run"], order["server"]
    given = {name: str(value) for name, value in (spec.get("variables") or {}).items()}
    programs = f"{where.environment}/bin" if has_environment else str(python.path.parent)
    defaults = {
        "PATH": f"{programs}:{SYSTEM_PATH}",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        **{name: os.environ[name] for name in SHARED if name in os.environ},
    }
    if has_environment:
        defaults["VIRTUAL_ENV"] = where.environment
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
        "HOME": where.home,
        "TMPDIR": where.temporary,
        "PYTHONPATH": ":".join(filter(None, [given.get("PYTHONPATH"), where.sdk])),
    }
    return {**defaults, **given, **identity}

"""The runner's fixtures (a studio, a machine with an agent), and environments with the libraries that models need."""

import subprocess
import sys
from pathlib import Path

import pytest

from mlstudio.runner.environment import find_uv
from tests.sdk_runner.conftest import idle, machine, sandboxed, studio

__all__ = ["idle", "machine", "sandboxed", "studio"]

INSTALLED_WITHIN_S = 600


def environment(folder: Path, *packages: str) -> str:
    """Return the interpreter of a new environment with these packages; skips the test, in words, where there are none."""
    python = folder / "bin" / "python"
    for command in (
        ["venv", "-q", "--python", sys.executable, str(folder)],
        ["pip", "install", "-q", "--python", str(python), *packages],
    ):
        done = subprocess.run([find_uv(), *command], capture_output=True, text=True, timeout=INSTALLED_WITHIN_S)
        if done.returncode:
            pytest.skip(f"NOT TESTED: {', '.join(packages)} cannot be installed here: {done.stderr[-300:]}")
    return str(python)


@pytest.fixture(scope="session")
def science(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with scikit-learn, MLflow and the schemas of the reference server."""
    folder = tmp_path_factory.mktemp("science") / "environment"
    return environment(
        folder, "scikit-learn", "pandas", "mlflow-skinny", "skops", "inference-schema", "tritonclient[http]"
    )


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with the reference server."""
    folder = tmp_path_factory.mktemp("reference") / "environment"
    return environment(folder, "azureml-inference-server-http", "pandas")

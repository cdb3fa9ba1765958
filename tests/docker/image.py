"""The image's stages carried out by hand, where there is no container engine: same commands, other folders."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.docker.deployment import PROJECT, copies, instructions

BUILT_WITHIN_S = 600
BUILDING, FINAL = 1, 2  # numbers of the stages, from 0
PACKAGES = "/opt/studio"


@dataclass(frozen=True)
class Image:
    """What the final stage holds: the folder of the code, and the one of the Python packages."""

    app: Path
    packages: Path


def build(folder: Path) -> Image:
    """Carry out the Dockerfile's Python stages in ``folder``; the front end is taken as it is already built."""
    work, app, packages = folder / "build", folder / "app", folder / "packages"
    work.mkdir()
    app.mkdir()
    for instruction in instructions():
        if instruction.stage == BUILDING and instruction.word == "COPY":
            *sources, destination = instruction.arguments.split()
            _copy(sources, work / destination)
        elif (
            instruction.stage == BUILDING
            and instruction.word == "RUN"
            and "pip install --no-cache" not in instruction.arguments
        ):
            _run(instruction.arguments.replace(PACKAGES, str(packages)), work)
    for sources, destination in copies(FINAL):
        _copy(sources, app / destination)
    shutil.copytree(work / "studio/locale", app / "studio/locale", dirs_exist_ok=True)
    shutil.copytree(PROJECT / "static" / "dist", app / "static" / "dist")
    return Image(app, packages)


def interpreter_for_everybody() -> str:
    """A Python that an account without rights may run: ours, unless it lives in somebody's home folder."""
    own = Path(sys.base_prefix).resolve()
    reachable = all(parent.stat().st_mode & 0o001 for parent in [own, *own.parents])
    return sys.executable if reachable or os.geteuid() != 0 else "/usr/bin/python3"


def _run(command: str, folder: Path) -> None:
    # uv is installed by an instruction of its own in the image, and stands beside our Python here.
    variables = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "UV_PYTHON": interpreter_for_everybody(),
        "UV_PYTHON_DOWNLOADS": "never",
    }
    variables.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=BUILT_WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def _copy(sources: list[str], target: Path) -> None:
    for source in sources:
        origin = PROJECT / source
        if origin.is_dir():
            shutil.copytree(
                origin, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "*.egg-info")
            )
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, target)

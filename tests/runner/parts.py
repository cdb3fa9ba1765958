"""The parts of the test run: what each checks, its command, and how many of the machine's cores it takes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio.install import PROJECT, PYTHON, STATIC, VENV
from tests.runner.paths import RESULTS

CORES = max(2, os.cpu_count() or 2)


@dataclass(frozen=True)
class Part:
    """One line of the final table.

    Args: needs: names of ``machine.prepare_system`` without which it cannot run. cores: how many it keeps busy.
        deadline_s: after so many seconds it is stopped and has failed. quick: whether ``make check`` runs it too.
        counts: whether it writes a JUnit file, ``test-results/<name>.xml``, from which its tests are counted.
    """

    name: str
    command: tuple[str, ...]
    folder: Path = PROJECT
    cores: int = 1
    deadline_s: int = 300
    quick: bool = True
    counts: bool = False
    needs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def results(self) -> Path:
        """Where its JUnit file goes."""
        return RESULTS / f"{self.name.replace(' ', '-')}.xml"

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return RESULTS / f"{self.name.replace(' ', '-')}.log"


def all_parts() -> list[Part]:
    """Every part, in the order in which they start as cores become free."""
    python, tool = str(PYTHON), lambda name: str(VENV / "bin" / name)
    return [
        Part("format", (tool("ruff"), "format", "--check", ".")),
        Part("lint", (tool("ruff"), "check", ".")),
        Part("types", (tool("mypy"), "studio", "apps", "sdk/mlstudio", "tests"), deadline_s=600),
        Part("layers", (tool("lint-imports"),), environment={"PYTHONPATH": f".{os.pathsep}sdk"}),
        Part("migrations", (python, "manage.py", "makemigrations", "--check", "--dry-run"), environment=_TEST_SETTINGS),
        Part("lint front end", ("npm", "run", "--silent", "lint"), STATIC),
        Part("types front end", ("npm", "run", "--silent", "types"), STATIC),
        Part("lint templates", (tool("djlint"), "templates", "--lint", "--quiet")),
        _vitest(),
        _pytest(
            "unit",
            "not browser and not processes and not servers and not exhaustive",
            cores=CORES,
            deadline_s=1500,
            quick=True,
        ),
        _pytest("servers", "servers and not browser and not processes", cores=CORES, deadline_s=1500),
        _pytest("exhaustive", "exhaustive", cores=CORES, deadline_s=1200),
        _pytest("services", "service", cores=CORES, deadline_s=2400, needs=("postgresql", "redis")),
        # One after the other: what they start keeps the cores busy.
        _pytest("browser", "browser", cores=2, deadline_s=2400, needs=("chromium",)),
        _pytest("processes", "processes and not browser", cores=2, deadline_s=2400),
    ]


_TEST_SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.settings"}


def _pytest(
    name: str, marker: str, *, cores: int, deadline_s: int, quick: bool = False, needs: tuple[str, ...] = ()
) -> Part:
    spread = ("-n", str(cores)) if name in {"unit", "servers", "exhaustive", "services"} else ()
    part = Part(name, (), cores=cores, deadline_s=deadline_s, quick=quick, counts=True, needs=needs)
    options = (
        "-q",
        "-m",
        marker,
        *spread,
        "--durations=8",
        f"--junitxml={part.results}",
        "-o",
        "faulthandler_timeout=240",
    )
    # Only the tests on PostgreSQL and of real studios go through all migrations, which take as long as a hundred tests.
    tables = ("--nomigrations",) if name in {"unit", "servers", "exhaustive"} else ()
    pictures = ("--screenshot=only-on-failure",) if name == "browser" else ()
    # Of thousands of tests with real servers and clocks one now and then meets an accident of its machine: what fails
    # is tried once more, and named in the report.
    again = ("--reruns=1", "-rR")
    return replace(part, command=(str(PYTHON), "-m", "pytest", *options, *tables, *pictures, *again))


def _vitest() -> Part:
    part = Part("unit front end", (), folder=STATIC, counts=True)
    reporters = ("--reporter=default", "--reporter=junit", f"--outputFile.junit={part.results}")
    return replace(part, command=("npm", "run", "--silent", "test", "--", *reporters))

"""A workspace with a data scientist, a machine that carries out steps, and a worker."""

from typing import Any

import pytest

from tests.experiments.conftest import ada, api_of, browser_of, machine, workspace  # noqa: F401 - fixtures
from tests.pipelines.working import Works


@pytest.fixture
def works(machine: Any, run_tasks: Any, ada: Any, workspace: Any) -> Works:  # noqa: F811
    return Works(machine, run_tasks, ada, workspace)

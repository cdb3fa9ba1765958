"""A workspace with a data scientist and a table."""

from tests.experiments.conftest import ada, api_of, browser_of, machine, workspace  # noqa: F401 - fixtures

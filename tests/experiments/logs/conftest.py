"""Fixtures of what runs log."""

from tests.experiments.logged import read, run, write  # noqa: F401 - fixtures

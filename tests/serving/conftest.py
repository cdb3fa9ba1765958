"""The runner's fixtures: a studio, a machine with an agent."""

from tests.sdk_runner.conftest import idle, machine, sandboxed, studio

__all__ = ["idle", "machine", "sandboxed", "studio"]

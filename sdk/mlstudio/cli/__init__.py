"""The command ``studio``."""

from mlstudio.cli.main import main

__all__ = ["main"]

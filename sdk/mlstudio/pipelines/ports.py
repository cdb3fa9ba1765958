"""What steps are given and leave."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlstudio.data import Dataset

LITERALS = ("string", "number", "integer", "boolean")


class Input:
    """An input: what it takes, or what it is given.

    Args: type: such as ``uri_folder``, ``uri_file``, ``mltable``, ``mlflow_model``, ``integer``. path: of data: a file or folder
        of this machine, ``azureml:iris:1``, an address, an output of another step. value, default, min, max, enum: of literals.
    """

    def __init__(
        self,
        type: str = "",  # noqa: A002 - as in job files
        path: Any = None,
        mode: str = "",
        *,
        value: Any = None,
        default: Any = None,
        min: float | None = None,  # noqa: A002
        max: float | None = None,  # noqa: A002
        enum: Any = (),
        optional: bool = False,
        description: str = "",
    ) -> None:
        self.type, self.path, self.mode, self.value, self.default = type, path, mode, value, default
        self.min, self.max, self.enum, self.optional, self.description = min, max, list(enum), optional, description

    def tree(self, base: Path) -> dict[str, Any]:
        """Return it as job files have it, with paths from ``base``."""
        path = self.path if self.path is None else reference(self.path) or place(str(self.path), base)
        found = {
            "type": self.type, "description": self.description, "optional": self.optional or None, "min": self.min,
            "max": self.max, "enum": self.enum, "mode": self.mode, "path": path,
        }  # fmt: skip
        literal = {"default": self.default, "value": self.value}
        return {**said(found), **{name: value for name, value in literal.items() if value is not None}}


class Output:
    """An output: its type, and what becomes of it. ``name``: registered as that dataset or model."""

    def __init__(
        self,
        type: str = "",  # noqa: A002
        mode: str = "",
        *,
        name: str = "",
        version: str = "",
        path: str = "",
        description: str = "",
    ) -> None:
        self.type, self.mode, self.name, self.version, self.path = type, mode, name, version, path
        self.description = description

    def tree(self) -> dict[str, Any]:
        """Return it as job files have it."""
        names = ("type", "description", "mode", "name", "version", "path")
        return said({name: getattr(self, name) for name in names})


class Reference:
    """What stands for something that is only known while the pipeline runs. In a text it is its expression."""

    def expression(self) -> str:
        """Return it as job files write it."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.expression()


class PipelineInput(Reference):
    """An input of the pipeline that is being built."""

    def __init__(self, name: str) -> None:
        self.name = name

    def expression(self) -> str:
        return f"${{{{parent.inputs.{self.name}}}}}"


def reference(value: Any) -> str:
    """Return the expression that a value is; "" where it is none."""
    return value.expression() if isinstance(value, Reference) else ""


def given_tree(value: Any, base: Path) -> Any:
    """Return what an input is given, as job files have it."""
    if isinstance(value, Reference):
        return value.expression()
    if isinstance(value, Input):
        return value.tree(base)
    if isinstance(value, Dataset):
        kind = "uri_file" if value.file_count == 1 else "uri_folder"
        return {"type": kind, "path": f"azureml:{value.name}:{value.version}"}
    return str(value) if isinstance(value, os.PathLike) else value


def port_tree(value: Any, base: Path) -> dict[str, Any]:
    """Return an input that a component declares: an ``Input``, a type, or the default of a literal."""
    if isinstance(value, Input):
        return value.tree(base)
    kinds = {"bool": "boolean", "int": "integer", "float": "number", "str": "string"}
    if isinstance(value, type):
        return {"type": kinds.get(value.__name__, "string")}
    if isinstance(value, Mapping):
        return dict(value)
    return {"type": kinds.get(type(value).__name__, "string"), "default": value}


def output_tree(value: Any) -> dict[str, Any]:
    """Return an output: an ``Output``, or its type."""
    if isinstance(value, Output):
        return value.tree()
    return dict(value) if isinstance(value, Mapping) else said({"type": value or ""})


def place(path: str, base: Path) -> str:
    """Return a path as seen from ``base``; addresses and names of the workspace as they are."""
    if path.startswith(("azureml:", "runs:/")) or "://" in path:
        return path
    return Path(os.path.relpath(Path(path).absolute(), base.absolute())).as_posix()


def said(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not empty. False and 0 are not."""
    return {
        name: value
        for name, value in tree.items()
        if isinstance(value, (bool, int, float)) or value not in (None, "", [], {}, ())
    }

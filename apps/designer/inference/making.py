"""A pipeline on its way from training to scoring: what has been made of it, and what is said about that.

Knows nothing of Django.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Document = Mapping[str, Any]
Binding = dict[str, Any]
Node = dict[str, Any]


class CannotTurn(ValueError):
    """The pipeline cannot become one that scores. The message says why, and what to do; ``node``: where, or ""."""

    def __init__(self, message: str, node: str = "") -> None:
        super().__init__(message)
        self.node = node


class Trained(Protocol):
    """What is known of a run of the training pipeline."""

    def output(self, node: str, port: str) -> str:
        """Return the path of what a node left, as job files have it; "" where it left nothing."""

    def columns(self, node: str, port: str) -> list[str] | None:
        """Return the names of the columns of a table that a node left, or that it is if it is data; None where nobody knows."""


@dataclass(frozen=True)
class Note:
    """What became of a node, in a sentence: ``action`` is replaced, removed, added or kept. ``node``: as the new pipeline, or for
    removed ones the old, calls it."""

    node: str
    action: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Return it to be stored."""
        return {"node": self.node, "action": self.action, "message": self.message}


class Making:
    """``old`` are the nodes of the training, ``fresh`` those that have been made so far."""

    def __init__(self, document: Document, trained: Trained, is_realtime: bool) -> None:
        self.old: Mapping[str, Node] = document["nodes"]
        self.document = document
        self.trained = trained
        self.is_realtime = is_realtime
        self.fresh: dict[str, Node] = {}
        self.notes: dict[str, Note] = {}
        self.made: dict[tuple[str, str], Binding] = {}

    def note(self, node: str, action: str, message: str) -> None:
        """Say what became of a node; it stands on the canvas, too."""
        self.notes[node] = Note(node, action, message)
        if node in self.fresh and action != "kept":
            self.fresh[node] = {**self.fresh[node], "comment": message}

    def add(
        self, key: str, component: str, title: str, inputs: dict[str, Any], place: tuple[float, float], **more: Any
    ) -> None:
        """Put a node into the new pipeline."""
        self.fresh[key] = {"component": component, "title": title, "inputs": inputs, "position": list(place), **more}

    def place(self, key: str) -> tuple[float, float]:
        """Return where a node stands, or stood."""
        x, y = (self.fresh.get(key) or self.old.get(key) or {}).get("position") or (0.0, 0.0)
        return float(x), float(y)

    def free(self, key: str) -> str:
        """Return a key that no node has yet."""
        return next(one for one in (key, *(f"{key}_{n}" for n in range(2, 999))) if one not in self.fresh)

    def rebind(self, old: Binding, new: Binding) -> None:
        """Have everything that read one output read another."""
        for key, node in self.fresh.items():
            inputs = {name: new if one == old else one for name, one in (node.get("inputs") or {}).items()}
            self.fresh[key] = {**node, "inputs": inputs}


def from_output(key: str, output: str) -> Binding:
    """Return the binding to an output of a node."""
    return {"node": key, "output": output}

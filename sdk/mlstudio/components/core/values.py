"""What travels between components beside tables: models before and after training, and transformations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Untrained:
    """A learner with its parameters, before it has seen data.

    ``algorithm``: the name of its component. ``base``: the two-class learner that a multiclass one is made of.
    """

    algorithm: str
    values: dict[str, Any] = field(default_factory=dict)
    base: Untrained | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for its file."""
        base = self.base.as_json() if self.base else None
        return {"algorithm": self.algorithm, "values": self.values, "base": base}

    @classmethod
    def of_json(cls, known: dict[str, Any]) -> Untrained:
        """Return what ``as_json`` wrote."""
        base = cls.of_json(known["base"]) if known.get("base") else None
        return cls(known["algorithm"], known["values"], base)


@dataclass(frozen=True)
class Transformation:
    """What a component has learned of one table, to be done to another in the same way.

    ``kind``: the name in ``TRANSFORMS`` of who applies it. ``facts``: what is needed for it, as JSON.
    """

    kind: str
    facts: dict[str, Any]

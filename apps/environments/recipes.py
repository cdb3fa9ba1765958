"""A recipe: all that decides what is installed. No Django models, no I/O."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Recipe:
    """A Python, as ``major.minor``, and requirement lines in the one spelling of ``requirements.py``, in their given order."""

    python: str
    requirements: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the recipe, in hex; the same for the same packages in any order, however they were written."""
        document = ["1", self.python, sorted(set(self.requirements))]
        return hashlib.sha256(json.dumps(document, separators=(",", ":")).encode()).hexdigest()

    @property
    def text(self) -> str:
        """The requirements as a file."""
        return "".join(f"{line}\n" for line in self.requirements)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"python": self.python, "requirements": list(self.requirements)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return what ``as_json`` stored."""
        return cls(str(stored["python"]), tuple(stored["requirements"]))

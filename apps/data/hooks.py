"""What data asks of the apps that use it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from apps.core.hooks import Hook


@dataclass(frozen=True)
class DatasetUse:
    """Something that read or wrote a version of a dataset.

    ``kind`` in words ("run", "model"); ``label`` is what it is called, ``url`` its page; ``status`` as its own page shows it.
    ``direction``: ``input`` where it read the version, ``output`` where the version came from it.
    """

    version_id: UUID
    kind: str
    label: str
    url: str
    at: datetime
    status: str = ""
    direction: Literal["input", "output"] = "input"


dataset_uses: Hook[[Collection[UUID], int], list[DatasetUse]] = Hook("dataset_uses")
"""``(version_ids, limit)``: up to ``limit`` things that use one of these versions, the newest first."""


def uses_of(version_ids: Collection[UUID], limit: int) -> list[DatasetUse]:
    """Return what uses one of these versions, the newest first, at most ``limit``."""
    found = [use for answer in dataset_uses(version_ids, limit) for use in answer]
    return sorted(found, key=lambda use: use.at, reverse=True)[:limit]

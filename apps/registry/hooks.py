"""What models ask of the apps that use them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from apps.core.hooks import Hook, Text
from apps.registry.models import ModelVersion


@dataclass(frozen=True)
class ModelUse:
    """Something that uses a version of a model.

    ``kind`` in words ("deployment", "run"); ``label`` is what it is called, ``url`` its page. ``blocks``: the version cannot be
    deleted while it does.
    """

    version_id: UUID
    kind: str
    label: str
    url: str
    blocks: bool = False


@dataclass(frozen=True)
class ModelAction:
    """Something that can be done with a version on its page. ``action`` is what the policy table must allow."""

    label: Text
    url: str
    icon: str
    action: str


model_uses: Hook[[Collection[UUID], int], list[ModelUse]] = Hook("model_uses")
"""``(version_ids, limit)``: up to ``limit`` things that use one of these versions, those that block first."""
model_actions: Hook[[ModelVersion], list[ModelAction]] = Hook("model_actions")
"""``(version)``: what can be done with a version that is ready, such as deploying it."""


def uses_of(version_ids: Collection[UUID], limit: int) -> list[ModelUse]:
    """Return what uses one of these versions, at most ``limit``; what blocks deleting comes first."""
    found = [use for answer in model_uses(version_ids, limit) for use in answer]
    return sorted(found, key=lambda use: not use.blocks)[:limit]

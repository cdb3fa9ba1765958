"""Rows of the designer."""

from apps.designer.models.draft import Draft, DraftRevision, DraftVisit
from apps.designer.models.inference import InferenceKind, InferenceLink

__all__ = ["Draft", "DraftRevision", "DraftVisit", "InferenceKind", "InferenceLink"]

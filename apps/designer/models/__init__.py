"""Rows of the designer."""

from apps.designer.models.draft import Draft, DraftRevision, DraftVisit

__all__ = ["Draft", "DraftRevision", "DraftVisit"]

"""Rows of labeling."""

from apps.labeling.models.item import Answer, Item
from apps.labeling.models.project import Label, LabelingProject

__all__ = ["Answer", "Item", "Label", "LabelingProject"]

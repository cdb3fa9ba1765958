"""What projects, items and answers can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Media(models.TextChoices):
    """What is labeled."""

    IMAGE = "image", _("Images")
    TEXT = "text", _("Text")


class Task(models.TextChoices):
    """How it is labeled."""

    IMAGE_MULTICLASS = "image_classification_multiclass", _("Image classification, one label")
    IMAGE_MULTILABEL = "image_classification_multilabel", _("Image classification, several labels")
    OBJECT_DETECTION = "object_detection", _("Object detection (boxes)")
    INSTANCE_SEGMENTATION = "instance_segmentation", _("Instance segmentation (polygons)")
    SEMANTIC_SEGMENTATION = "semantic_segmentation", _("Semantic segmentation (masks)")
    TEXT_MULTICLASS = "text_classification_multiclass", _("Text classification, one label")
    TEXT_MULTILABEL = "text_classification_multilabel", _("Text classification, several labels")
    NAMED_ENTITIES = "named_entities", _("Named entities")


TEXT_TASKS = frozenset({Task.TEXT_MULTICLASS, Task.TEXT_MULTILABEL, Task.NAMED_ENTITIES})
ONE_LABEL = frozenset({Task.IMAGE_MULTICLASS, Task.TEXT_MULTICLASS})
CLASSIFICATIONS = ONE_LABEL | {Task.IMAGE_MULTILABEL, Task.TEXT_MULTILABEL}
# What there is a labeler's page for.
OFFERED = CLASSIFICATIONS | {Task.OBJECT_DETECTION, Task.NAMED_ENTITIES}
# Which shapes an answer may have, by task.
SHAPES: dict[str, frozenset[str]] = {
    Task.OBJECT_DETECTION: frozenset({"box"}),
    Task.INSTANCE_SEGMENTATION: frozenset({"polygon"}),
    Task.SEMANTIC_SEGMENTATION: frozenset({"mask"}),
}


def media_of(task: str) -> Media:
    """Return what a task labels."""
    return Media.TEXT if task in TEXT_TASKS else Media.IMAGE


class ProjectStatus(models.TextChoices):
    """How far a project is. While it initializes, what has arrived can be looked at but not labeled."""

    INITIALIZING = "Initializing", _("Initializing")
    RUNNING = "Running", _("Running")
    PAUSED = "Paused", _("Paused")
    FAILED = "Failed", _("Failed")


class ItemOrder(models.TextChoices):
    """In which order items are given out."""

    RANDOM = "random", _("At random")
    BY_DATE = "by_date", _("As the dataset has them")


class ItemState(models.TextChoices):
    """How far an item is."""

    UNLABELED = "unlabeled", _("Not labeled")
    LABELED = "labeled", _("Labeled")
    SKIPPED = "skipped", _("Skipped")
    NEEDS_REVIEW = "needs_review", _("Needs review")
    APPROVED = "approved", _("Approved")
    BROKEN = "broken", _("Cannot be shown")


# What is out of the labelers' queue.
DONE = frozenset({ItemState.LABELED, ItemState.APPROVED})


class AnswerStatus(models.TextChoices):
    """How far what one person said of an item is."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    REJECTED = "rejected", _("Rejected")
    SKIPPED = "skipped", _("Skipped")

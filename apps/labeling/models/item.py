"""What is to be labeled, and what people said of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.labeling.models.project import LabelingProject
from apps.labeling.states import AnswerStatus, ItemState

MOST_TEXT = 1_000_000


class Item(models.Model):
    """A file or row of the dataset. ``path`` is the file's; with a table, ``row`` is the line of it and ``text`` what is shown.

    ``width`` and ``height`` are of the upright image (EXIF applied); None until somebody has looked. ``sort_key`` says when it
    is its turn. ``answers_wanted``: how many people are still to answer. ``version`` counts changes of ``final``.
    """

    project = models.ForeignKey(LabelingProject, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    path = models.CharField(max_length=700)
    row = models.PositiveBigIntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=20, choices=ItemState, default=ItemState.UNLABELED)
    reason = models.CharField(max_length=500, blank=True)
    answers_wanted = models.PositiveSmallIntegerField(default=1)
    lease_holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sort_key = models.BigIntegerField()
    final = models.JSONField(null=True, blank=True)
    final_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    version = models.PositiveIntegerField(default=0)
    labeled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "number", name="labeling_item_once")]
        indexes = [
            models.Index(fields=["project", "state", "sort_key"], name="labeling_queue"),
            models.Index(fields=["project", "state", "number"], name="labeling_items_by_state"),
            models.Index(
                fields=["lease_holder", "project"], condition=Q(lease_holder__isnull=False), name="labeling_leases"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What people call it: the file, and the row of a table."""
        return self.path if self.row is None else f"{self.path}:{self.row}"


class Answer(BaseModel):
    """What one person said of an item. ``version`` counts what was saved; ``seconds`` are those spent on it."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="answers")
    labeler = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    answer = models.JSONField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=AnswerStatus, default=AnswerStatus.DRAFT)
    version = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    rejection = models.CharField(max_length=2000, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("item", "labeler", name="labeling_answer_once")]
        indexes = [models.Index(fields=["labeler", "-submitted_at"], name="labeling_answers_by_person")]

"""The items of a project as a list: what was said of each, and how far it is."""

from collections import Counter
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.lists import Column, Status, StudioList
from apps.labeling.filters import ItemFilter
from apps.labeling.models import Item, LabelingProject
from apps.labeling.states import AnswerStatus, ItemState, Media

MOST_TEXT = 120
TONES: dict[str, Any] = {
    ItemState.UNLABELED: "idle",
    ItemState.LABELED: "ok",
    ItemState.APPROVED: "ok",
    ItemState.SKIPPED: "warn",
    ItemState.NEEDS_REVIEW: "warn",
    ItemState.BROKEN: "bad",
}


def in_words(answer: Any, names: dict[str, str]) -> str:
    """Return an answer as its labels, each with how often it is there. Args: names: of labels, by key."""
    if not isinstance(answer, dict):
        return ""
    marks = [part["label"] for kind in ("shapes", "spans") for part in answer.get(kind, ())]
    counts = Counter([*answer.get("labels", ()), *marks])
    said = [names.get(key, key) + (f" × {count}" if marks else "") for key, count in counts.items()]
    return ", ".join(said) or _("Nothing is in it.")


def _status(item: Item) -> Status:
    return Status(TONES[item.state], ItemState(item.state).label, item.reason)


def _words_of_people(item: Item) -> str:
    """Return what was said to the team lead, and who answered."""
    said = [f"{row.labeler.username}: {row.comment}" for row in item.answers.all() if row.comment]
    return item.reason or "; ".join(said)


def _labelers(item: Item) -> str:
    return ", ".join(row.labeler.username for row in item.answers.all() if row.status != AnswerStatus.DRAFT)


class ItemList(StudioList):
    """The items of one project. Sets ``project`` and ``names``, of its labels by key."""

    key = "labeling-items"
    title = gettext_lazy("Items")
    default_sort = ("number",)
    search_fields = ("path",)
    search_hint = gettext_lazy("Search files")
    filterset_class = ItemFilter
    related = ("final_by",)

    def __init__(self, request: HttpRequest, project: LabelingProject, **options: Any) -> None:
        self.project = project
        self.names = dict(project.labels.values_list("key", "name"))
        self.columns = self._columns()  # type: ignore[misc]  # what they show depends on the project
        rows = project.items.defer("text") if project.media == Media.IMAGE else project.items.all()
        super().__init__(request, rows.prefetch_related("answers__labeler"), scope=str(project.pk), **options)

    def label_of(self, row: Item) -> str:
        """Return what an item is called."""
        return row.name

    def _columns(self) -> tuple[Column, ...]:
        is_image = self.project.media == Media.IMAGE
        shown = (
            Column("picture", gettext_lazy("Picture"), value="", render=self._picture, exported=False)
            if is_image
            else Column("text", gettext_lazy("Text"), value=lambda item: item.text[:MOST_TEXT])
        )
        return (
            Column("number", gettext_lazy("Number"), sort="number", kind="number"),
            Column("name", gettext_lazy("Item"), fixed=True),
            shown,
            Column("state", gettext_lazy("State"), value=_status, kind="status"),
            Column("answer", gettext_lazy("Answer"), value=self._answer),
            Column("labelers", gettext_lazy("Labelers"), value=_labelers),
            Column("remark", gettext_lazy("Remark"), value=_words_of_people),
            Column("labeled_at", gettext_lazy("Labeled"), kind="time"),
        )

    def _picture(self, item: Item) -> str:
        if item.state == ItemState.BROKEN:
            return ""
        workspace = self.project.workspace.name
        url = reverse("labeling:picture", args=[workspace, self.project.name, item.number])
        return format_html('<img class="table-picture" src="{}?thumbnail=1" alt="" loading="lazy">', url)

    def _answer(self, item: Item) -> str:
        if item.final is not None:
            return in_words(item.final, self.names)
        # Where people do not agree, all of them are heard.
        rows = [row for row in item.answers.all() if row.status == AnswerStatus.SUBMITTED]
        return "; ".join(f"{row.labeler.username}: {in_words(row.answer, self.names)}" for row in rows)

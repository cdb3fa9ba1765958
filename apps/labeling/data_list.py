"""The items of a project as a list: what was said of each, and how far it is."""

from collections import Counter
from typing import Any

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.lists import Column, Status, StudioList
from apps.labeling.filters import ItemFilter
from apps.labeling.models import Item
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
    return ", ".join(said) or gettext("Nothing is in it.")


def _status(item: Item) -> Status:
    return Status(TONES[item.state], ItemState(item.state).label, item.reason)


def _words_of_people(item: Item) -> str:
    """Return what was said to the team lead, and who answered."""
    said = [f"{row.labeler.username}: {row.comment}" for row in item.answers.all() if row.comment]
    return item.reason or "; ".join(said)


def _labelers(item: Item) -> str:
    return ", ".join(row.labeler.username for row in item.answers.all() if row.status != AnswerStatus.DRAFT)


def _names_of(item: Item) -> dict[str, str]:
    return {label.key: label.name for label in item.project.labels.all()}


def _answer(item: Item) -> str:
    names = _names_of(item)
    if item.final is not None:
        return in_words(item.final, names)
    # Where people do not agree, all of them are heard.
    rows = [row for row in item.answers.all() if row.status == AnswerStatus.SUBMITTED]
    return "; ".join(f"{row.labeler.username}: {in_words(row.answer, names)}" for row in rows)


def _preview(item: Item) -> str:
    if item.project.media == Media.TEXT:
        return escape(item.text[:MOST_TEXT])
    if item.state == ItemState.BROKEN:
        return ""
    url = reverse("labeling:picture", args=[item.project.workspace.name, item.project.name, item.number])
    return format_html('<img class="table-picture" src="{}?thumbnail=1" alt="" loading="lazy">', url)


class ItemList(StudioList):
    """The items of one project. The view has the project with its labels and the answers with their people at hand."""

    key = "labeling-items"
    title = _("Items")
    columns = (
        Column("number", _("Number"), sort="number", kind="number"),
        Column("name", _("Item"), fixed=True),
        Column("preview", _("Preview"), value=lambda item: item.text[:MOST_TEXT], render=_preview),
        Column("state", _("State"), value=_status, kind="status"),
        Column("answer", _("Answer"), value=_answer),
        Column("labelers", _("Labelers"), value=_labelers),
        Column("remark", _("Remark"), value=_words_of_people),
        Column("labeled_at", _("Labeled"), kind="time"),
    )
    default_sort = ("number",)
    search_fields = ("path",)
    search_hint = _("Search files")
    filterset_class = ItemFilter
    related = ("final_by",)

    def label_of(self, row: Item) -> str:
        """Return what an item is called."""
        return row.name

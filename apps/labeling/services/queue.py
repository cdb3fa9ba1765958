"""The queue: who labels which item now. An item is with one person at a time, for ten minutes after they last saved."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.labeling.errors import ItemBroken, ItemUnknown, NotRunning
from apps.labeling.models import Answer, Item, LabelingProject
from apps.labeling.services import media
from apps.labeling.states import AnswerStatus, ItemState, Media, ProjectStatus
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

LEASE: Final = timedelta(minutes=10)
MOST_AT_ONCE: Final = 9


@dataclass
class Given:
    """An item that somebody has before them, with its text, and what they have said of it so far."""

    item: Item
    text: str = ""
    answer: Answer | None = None


def next_items(*, actor: User, project: LabelingProject, count: int) -> list[Given]:
    """Give a person the items they hold already, and further ones up to ``count``. What cannot be shown is put aside.

    Raises:
        NotRunning: the project is paused.
    """
    acting(actor, project.workspace, Action.LABELING_LABEL)
    check_running(project)
    given: list[Given] = []
    while len(given) < count:
        held = [one.item.pk for one in given]
        leased = _lease(actor, project, count - len(given), held)
        if not leased:
            break
        given += _shown(project, leased)
    _with_answers(actor, given)
    return given


def check_running(project: LabelingProject) -> None:
    """Raise NotRunning where the project is not labeled now."""
    if project.status != ProjectStatus.RUNNING:
        raise NotRunning


@transaction.atomic
def _lease(actor: User, project: LabelingProject, count: int, but: Collection[int]) -> list[Item]:
    now = timezone.now()
    open_items = project.items.filter(state=ItemState.UNLABELED).exclude(pk__in=but).order_by("sort_key", "pk")
    mine = open_items.filter(lease_holder=actor, lease_until__gt=now).order_by("number")
    items = list(_locked(mine)[:count])
    if len(items) < count:
        free = open_items.filter(Q(lease_until=None) | Q(lease_until__lte=now))
        free = free.filter(Q(assigned_to=None) | Q(assigned_to=actor))
        if project.consensus_max > 1 or project.review_required:
            said = Answer.objects.filter(item=OuterRef("pk"), labeler=actor)
            said = said.filter(status__in=[AnswerStatus.SUBMITTED, AnswerStatus.SKIPPED])
            free = free.exclude(Exists(said))
        items += list(_locked(free)[: count - len(items)])
    until = now + LEASE
    Item.objects.filter(pk__in=[item.pk for item in items]).update(lease_holder=actor, lease_until=until)
    for item in items:
        item.lease_holder, item.lease_until = actor, until
    return items


def _locked(rows: QuerySet[Item]) -> QuerySet[Item]:
    """Lock rows, passing over those that another request is giving out. SQLite has one writer at a time, and needs no more."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, no_key=True)
    return rows


def _shown(project: LabelingProject, items: Sequence[Item]) -> list[Given]:
    given = []
    for item in items:
        try:
            given.append(Given(item, look_at(project, item)))
        except ItemBroken as error:
            put_aside(item, str(error.message))
    return given


def look_at(project: LabelingProject, item: Item) -> str:
    """Measure an item's picture unless that was done, or return its text.

    Raises:
        ItemBroken: it cannot be shown.
    """
    if project.media == Media.TEXT:
        return media.text_of(project.dataset, item)
    if item.width is None:
        item.width, item.height = media.size_of_picture(project.dataset, item)
        Item.objects.filter(pk=item.pk).update(width=item.width, height=item.height)
    return ""


def put_aside(item: Item, reason: str) -> None:
    """Take an item that cannot be shown out of the queue."""
    rows = Item.objects.filter(pk=item.pk, state=ItemState.UNLABELED)
    rows.update(state=ItemState.BROKEN, reason=reason[:500], lease_holder=None, lease_until=None)


def _with_answers(actor: User, given: Sequence[Given]) -> None:
    rows = Answer.objects.filter(labeler=actor, item__in=[one.item for one in given])
    found = {row.item_id: row for row in rows}
    for one in given:
        one.answer = found.get(one.item.pk)


def release_items(*, actor: User, project: LabelingProject, numbers: Collection[int]) -> None:
    """Give back what a person holds, such as when they close the page. Drafts stay. Harmless when repeated."""
    acting(actor, project.workspace, Action.LABELING_LABEL)
    rows = project.items.filter(number__in=numbers, lease_holder=actor)
    rows.update(lease_holder=None, lease_until=None)


def previous_items(
    *, actor: User, project: LabelingProject, before: int | None, count: int = MOST_AT_ONCE
) -> list[Given]:
    """Return the items a person submitted last, the newest first; or those before the one numbered ``before``."""
    acting(actor, project.workspace, Action.LABELING_LABEL)
    rows = Answer.objects.filter(item__project=project, labeler=actor, status=AnswerStatus.SUBMITTED)
    if before is not None:
        mark = rows.filter(item__number=before).values_list("submitted_at", flat=True).first()
        rows = rows.filter(submitted_at__lt=mark) if mark else rows
    found = []
    for answer in rows.select_related("item").order_by("-submitted_at")[:count]:
        try:
            found.append(Given(answer.item, look_at(project, answer.item), answer))
        except ItemBroken:
            continue  # its file has gone since; there is nothing to look at
    return found


def find_item(project: LabelingProject, number: int) -> Item:
    """Return an item.

    Raises:
        ItemUnknown: there is none.
    """
    found = project.items.filter(number=number).first()
    if found is None:
        raise ItemUnknown(number)
    return found

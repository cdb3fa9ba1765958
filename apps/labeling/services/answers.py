"""What people say of items: drafts, submitting, skipping, and what becomes of it; review."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.labeling.errors import AnswerConflict, ItemTaken, ItemUnknown
from apps.labeling.models import Answer, Item, LabelingProject
from apps.labeling.services.checking import check_answer, known_keys
from apps.labeling.services.queue import LEASE, check_running, look_at
from apps.labeling.states import AnswerStatus, ItemState
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting


@dataclass(frozen=True)
class Said:
    """What is sent of one item. ``version``: of the answer it was made on, 0 for none."""

    number: int
    answer: Any
    version: int
    seconds: float = 0
    comment: str = ""


@transaction.atomic
def save_draft(*, actor: User, project: LabelingProject, said: Said) -> int:
    """Keep what a person has so far, whole or not, and let them have the item for longer. The same sent twice is kept once.

    Returns: the version that it is now.

    Raises:
        ItemTaken: somebody else has the item, or it is done. AnswerConflict: it was changed in another window.
    """
    acting(actor, project.workspace, Action.LABELING_LABEL)
    check_running(project)
    item = _locked(project, [said.number])[0]
    row = _answer_of(actor, item)
    if row.answer == said.answer and row.status == AnswerStatus.DRAFT and row.version == said.version + 1:
        return row.version
    _check_may_answer(actor, item, row)
    if row.status == AnswerStatus.SUBMITTED:  # changed by submitting it again
        raise ItemTaken(item.number)
    _check_version(row, said)
    row.status = AnswerStatus.DRAFT
    _keep(row, said, said.answer)
    Item.objects.filter(pk=item.pk).update(lease_holder=actor, lease_until=timezone.now() + LEASE)
    return row.version


@transaction.atomic
def submit_answers(*, actor: User, project: LabelingProject, said: Sequence[Said]) -> None:
    """Submit answers, all or none of them. The same sent twice counts once; until it is reviewed, one's own can be changed.

    Raises:
        AnswerRefused, ItemTaken, AnswerConflict: nothing was submitted.
    """
    acting(actor, project.workspace, Action.LABELING_LABEL)
    check_running(project)
    items = {item.number: item for item in _locked(project, [one.number for one in said])}
    keys = known_keys(project)
    for one in said:
        item = items[one.number]
        answer = check_answer(project, item, one.answer, keys, look_at(project, item))
        row = _answer_of(actor, item)
        if row.status == AnswerStatus.SUBMITTED and row.answer == answer:
            continue
        _check_may_answer(actor, item, row)
        _check_version(row, one)
        row.status, row.submitted_at, row.rejection = AnswerStatus.SUBMITTED, timezone.now(), ""
        _keep(row, one, answer)
        _settle(project, item)


@transaction.atomic
def skip_items(*, actor: User, project: LabelingProject, numbers: Collection[int], comment: str = "") -> None:
    """Leave items to a team lead. Harmless when repeated.

    Raises:
        ItemTaken: somebody else has one, or it is done.
    """
    acting(actor, project.workspace, Action.LABELING_LABEL)
    check_running(project)
    for item in _locked(project, numbers):
        row = _answer_of(actor, item)
        if row.status == AnswerStatus.SKIPPED:
            continue
        _check_may_answer(actor, item, row)
        row.status, row.comment, row.version = AnswerStatus.SKIPPED, comment, row.version + 1
        row.submitted_at = timezone.now()
        row.save()
        _move(item, ItemState.SKIPPED)


@transaction.atomic
def review_items(
    *, actor: User, project: LabelingProject, numbers: Collection[int], approve: bool, comment: str = ""
) -> None:
    """Approve items with their answers, or send them back to the queue with a comment for who had answered.

    Raises:
        ItemTaken: an item has no answer that could be approved.
    """
    acting(actor, project.workspace, Action.LABELING_REVIEW)
    for item in _locked(project, numbers):
        if approve:
            if item.final is None:
                raise ItemTaken(item.number)
            _move(item, ItemState.APPROVED)
            continue
        item.answers.exclude(status=AnswerStatus.DRAFT).update(status=AnswerStatus.REJECTED, rejection=comment)
        item.final, item.final_by, item.labeled_at, item.version = None, None, None, item.version + 1
        _move(item, ItemState.UNLABELED)


@transaction.atomic
def set_final(*, actor: User, project: LabelingProject, said: Said) -> int:
    """Say what an item's answer is, and approve it so. Returns the item's version.

    Raises:
        AnswerRefused: it breaks a rule. AnswerConflict: it was changed since ``version``.
    """
    acting(actor, project.workspace, Action.LABELING_REVIEW)
    item = _locked(project, [said.number])[0]
    if item.version != said.version:
        raise AnswerConflict(item.final, item.version)
    item.final = check_answer(project, item, said.answer, known_keys(project), look_at(project, item))
    item.final_by, item.labeled_at, item.version = actor, timezone.now(), item.version + 1
    _move(item, ItemState.APPROVED)
    return item.version


def _locked(project: LabelingProject, numbers: Collection[int]) -> list[Item]:
    rows = project.items.select_for_update(no_key=True).filter(number__in=numbers).order_by("number")
    found = list(rows)
    missing = set(numbers) - {item.number for item in found}
    if missing:
        raise ItemUnknown(min(missing))
    return found


def _answer_of(actor: User, item: Item) -> Answer:
    return Answer.objects.filter(item=item, labeler=actor).first() or Answer(item=item, labeler=actor)


def _check_may_answer(actor: User, item: Item, row: Answer) -> None:
    """An item that waits and is with nobody else may be answered; one's own answer changed until a team lead approved it."""
    is_with_other = (
        item.lease_holder_id not in {None, actor.pk}
        and item.lease_until is not None
        and item.lease_until > timezone.now()
    )
    is_assigned_to_other = item.assigned_to_id not in {None, actor.pk}
    is_open = item.state == ItemState.UNLABELED and not is_with_other and not is_assigned_to_other
    is_mine = row.status == AnswerStatus.SUBMITTED and item.state in {ItemState.LABELED, ItemState.NEEDS_REVIEW}
    if not is_open and not (is_mine and item.final_by_id in {None, actor.pk}):
        raise ItemTaken(item.number)


def _check_version(row: Answer, said: Said) -> None:
    if row.version != said.version:
        raise AnswerConflict(row.answer, row.version)


def _keep(row: Answer, said: Said, answer: Any) -> None:
    row.answer, row.version = answer, row.version + 1
    row.seconds = said.seconds
    row.comment = said.comment or row.comment
    row.save()


def _settle(project: LabelingProject, item: Item) -> None:
    """Decide what an item's answer is, now that one more person has said theirs."""
    rows = list(item.answers.filter(status=AnswerStatus.SUBMITTED).order_by("submitted_at"))
    counts = Counter(_sense(row.answer) for row in rows)
    sense, most = counts.most_common(1)[0]
    if most >= project.consensus_min:
        first = next(row for row in rows if _sense(row.answer) == sense)
        item.final, item.final_by_id, item.labeled_at = first.answer, first.labeler_id, timezone.now()
        item.version += 1
        _move(item, ItemState.NEEDS_REVIEW if project.review_required else ItemState.LABELED)
    elif len(rows) >= project.consensus_max:
        item.final, item.final_by_id = None, None
        _move(item, ItemState.NEEDS_REVIEW)
    else:
        item.answers_wanted = max(project.consensus_min - most, 1)
        _move(item, ItemState.UNLABELED)


def _sense(answer: Any) -> bytes:
    """Return what two answers have alike where they mean the same."""
    if "labels" in answer:
        return orjson.dumps(sorted(answer["labels"]))
    parts = [
        {key: value for key, value in part.items() if key != "id"}
        for part in answer.get("spans", answer.get("shapes", []))
    ]
    return orjson.dumps(sorted(orjson.dumps(part, option=orjson.OPT_SORT_KEYS).decode() for part in parts))


def _move(item: Item, state: ItemState) -> None:
    item.state, item.lease_holder, item.lease_until = state, None, None
    item.save()

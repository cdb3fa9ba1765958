"""Items from the dataset: a chunk in each task, so that none is lost or twice there whatever dies in between."""

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import StudioError
from apps.core.queue import enqueue
from apps.data.models import DatasetFile
from apps.data.services.tables import source_of
from apps.data.states import DatasetKind
from apps.data.tabular import text as tables
from apps.data.tabular.settings import ParserSettings
from apps.labeling.models import Item, LabelingProject
from apps.labeling.models.item import MOST_TEXT
from apps.labeling.states import ItemOrder, ItemState, Media, ProjectStatus

MOST_ITEMS: Final = 500_000
CHUNK: Final = 20_000
BATCH: Final = 2_000
SUFFIXES: Final[dict[str, frozenset[str]]] = {
    Media.IMAGE: frozenset(
        {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".tif", ".tiff", ".gif", ".webp", ".svg"}
    ),
    Media.TEXT: frozenset({".txt"}),
}

Found = tuple[str, int | None, str]


def fill_project(project_id: UUID) -> None:
    """Add the next items of a project that initializes; the last of these tasks lets it run."""
    with transaction.atomic():
        rows = LabelingProject.objects.select_for_update(no_key=True, of=("self",))
        project = rows.select_related("dataset__dataset", "dataset__datastore").filter(pk=project_id).first()
        if project is None or project.status != ProjectStatus.INITIALIZING:
            return
        last = project.items.order_by("-number").first()
        known = last.number if last else 0
        try:
            found = list(islice(_remaining(project, last), min(CHUNK, MOST_ITEMS - known)))
        except StudioError as error:
            _end(project, ProjectStatus.FAILED, str(error.message))
            return
        made = [_item(project, known + place, *one) for place, one in enumerate(found, 1)]
        Item.objects.bulk_create(made, batch_size=BATCH)
        if len(found) == CHUNK:
            enqueue("labeling.fill_project", project.pk)
        elif known + len(found):
            _end(project, ProjectStatus.RUNNING)
        else:
            wanted = ", ".join(sorted(SUFFIXES[project.media]))
            message = _("The dataset has nothing to label. Files of these kinds are taken: %(kinds)s.")
            _end(project, ProjectStatus.FAILED, message % {"kinds": wanted})


def _end(project: LabelingProject, status: ProjectStatus, reason: str = "") -> None:
    project.status, project.status_reason, project.refreshed_at = status, reason, timezone.now()
    project.save(update_fields=["status", "status_reason", "refreshed_at", "updated_at"])


def _item(project: LabelingProject, number: int, path: str, row: int | None, text: str) -> Item:
    is_random = project.item_order == ItemOrder.RANDOM
    is_long = len(text) > MOST_TEXT
    return Item(
        project=project,
        number=number,
        path=path,
        row=row,
        text="" if is_long else text,
        state=ItemState.BROKEN if is_long else ItemState.UNLABELED,
        reason=_("The text is longer than a million characters.") if is_long else "",
        sort_key=random.getrandbits(62) if is_random else number,
        answers_wanted=project.consensus_min,
    )


def _remaining(project: LabelingProject, last: Item | None) -> Iterator[Found]:
    """Give what comes after the last item, in the order of paths and rows."""
    files = DatasetFile.objects.filter(version=project.dataset).order_by("path")
    if project.dataset.dataset.kind == DatasetKind.TABULAR:
        for file in files.filter(path__gte=last.path) if last else files:
            yield from _rows(project, file, last.row or 0 if last and last.path == file.path else 0)
        return
    suffixes = SUFFIXES[project.media]
    for path in (files.filter(path__gt=last.path) if last else files).values_list("path", flat=True).iterator():
        if PurePosixPath(path).suffix.lower() in suffixes:
            yield path, None, ""


def _rows(project: LabelingProject, file: DatasetFile, after: int) -> Iterator[Found]:
    """Give the rows of a file, numbered from 1, with the text that is shown."""
    settings = ParserSettings.from_json(project.dataset.settings)
    rows = tables.delimited_rows(file.path, source_of(project.dataset, file).open(0, None), settings)
    names = [column["source"] for column in project.dataset.columns]
    if settings.has_header:
        next(rows, None)
    places = [names.index(name) for name in project.text_columns]
    for number, (_line, row) in enumerate(rows, 1):
        if number > after:
            yield file.path, number, "\n".join(row[place] or "" for place in places)

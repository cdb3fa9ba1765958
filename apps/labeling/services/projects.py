"""Projects: make, find, pause, go on, delete."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.core.hooks import audit
from apps.core.queue import enqueue
from apps.data.models import DatasetVersion
from apps.data.services import find_version
from apps.data.states import DatasetKind
from apps.data.tabular.settings import Format
from apps.labeling.errors import NotRunning, ProjectUnknown
from apps.labeling.models import LabelingProject
from apps.labeling.services.labels import NewLabel, create_labels
from apps.labeling.states import SHAPES, ItemOrder, Media, ProjectStatus, media_of
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields

CHECKED: Final = ("name", "task", "instructions", "item_order", "consensus_min", "consensus_max")


@dataclass(frozen=True)
class NewProject:
    """What a project is made with. ``dataset`` is a reference such as ``name:1``; ``text_columns`` are those of a table that are
    shown. Where ``consensus_max`` is 1, one answer is enough."""

    name: str
    task: str
    dataset: str
    labels: Sequence[NewLabel]
    text_columns: Sequence[str] = field(default_factory=tuple)
    instructions: str = ""
    item_order: str = ItemOrder.RANDOM
    consensus_min: int = 1
    consensus_max: int = 1
    review_required: bool = False
    overlapping_spans: bool = False


def create_project(*, actor: User, workspace: Workspace, new: NewProject) -> LabelingProject:
    """Make a project with its labels; its items come in the background.

    Raises:
        InvalidInput: something breaks a rule. UserError: there is no such dataset.
    """
    acting(actor, workspace, Action.LABELING_WRITE)
    version = find_version(workspace, new.dataset)
    project = LabelingProject(
        workspace=workspace,
        name=new.name.strip(),
        media=media_of(new.task),
        task=new.task,
        dataset=version,
        text_columns=list(new.text_columns),
        instructions=new.instructions,
        item_order=new.item_order,
        consensus_min=new.consensus_min,
        consensus_max=new.consensus_max,
        review_required=new.review_required,
        overlapping_spans=new.overlapping_spans,
        created_by=actor,
    )
    check_fields(project, *CHECKED)
    _check_consensus(project)
    _check_dataset(project, version)
    try:
        with transaction.atomic():
            project.save(force_insert=True)
            create_labels(project, new.labels)
            audit(actor, "labeling.created", project, workspace_id=workspace.pk, summary=project.name)
            enqueue("labeling.fill_project", project.pk)
    except IntegrityError:
        raise InvalidInput({"name": [_("A labeling project of this name exists.")]}) from None
    return project


def _check_consensus(project: LabelingProject) -> None:
    if project.consensus_min > project.consensus_max:
        raise InvalidInput({"consensus_max": [_("The most labelers cannot be fewer than the fewest.")]})
    if project.consensus_max > 1 and project.consensus_min < 2:
        raise InvalidInput({"consensus_min": [_("Consensus takes at least two labelers.")]})
    if project.consensus_max > 1 and project.task in SHAPES:
        raise InvalidInput({"consensus_max": [_("Consensus is for classification and named entities.")]})


def _check_dataset(project: LabelingProject, version: DatasetVersion) -> None:
    if version.dataset.kind == DatasetKind.FILE:
        project.text_columns = []
        return
    if project.media == Media.IMAGE:
        raise InvalidInput({"dataset": [_("Images come from a dataset of files. This one is a table.")]})
    if version.settings.get("format") != Format.DELIMITED:
        raise InvalidInput({"dataset": [_("Text comes from a table in CSV or TSV, or from .txt files.")]})
    names = [column["source"] for column in DatasetVersion.objects.values_list("columns", flat=True).get(pk=version.pk)]
    if not project.text_columns:
        raise InvalidInput(
            {"text_columns": [_("Choose the columns to show: %(names)s.") % {"names": ", ".join(names)}]}
        )
    unknown = [name for name in project.text_columns if name not in names]
    if unknown:
        message = _("The table has no column “%(name)s”. It has: %(names)s.")
        raise InvalidInput({"text_columns": [message % {"name": unknown[0], "names": ", ".join(names)}]})


def find_project(workspace: Workspace, name: str) -> LabelingProject:
    """Return a project, in any case of letters.

    Raises:
        ProjectUnknown: there is none.
    """
    rows = LabelingProject.objects.alias(lower=Lower("name")).filter(workspace=workspace, lower=name.lower())
    found = (
        rows.select_related("dataset__dataset", "dataset__datastore", "created_by").defer("dataset__columns").first()
    )
    if found is None:
        raise ProjectUnknown
    found.workspace = workspace
    return found


@transaction.atomic
def pause_project(*, actor: User, project: LabelingProject, paused: bool) -> LabelingProject:
    """Stop labeling or let it go on. Harmless when repeated.

    Raises:
        NotRunning: the project is still being filled, or has failed.
    """
    row = locked(actor, project)
    wanted = ProjectStatus.PAUSED if paused else ProjectStatus.RUNNING
    if row.status == wanted:
        return row
    if row.status not in {ProjectStatus.RUNNING, ProjectStatus.PAUSED}:
        raise NotRunning
    row.status = wanted
    row.save(update_fields=["status", "updated_at"])
    audit(
        actor, "labeling.paused" if paused else "labeling.resumed", row, workspace_id=row.workspace_id, summary=row.name
    )
    return row


@transaction.atomic
def edit_project(*, actor: User, project: LabelingProject, instructions: str) -> LabelingProject:
    """Change the instructions.

    Raises:
        InvalidInput: they break their rule.
    """
    row = locked(actor, project)
    row.instructions = instructions
    check_fields(row, "instructions")
    row.save(update_fields=["instructions", "updated_at"])
    audit(actor, "labeling.edited", row, workspace_id=row.workspace_id, summary=row.name)
    return row


@transaction.atomic
def delete_project(*, actor: User, project: LabelingProject) -> None:
    """Delete a project with all that was said in it, for good. The dataset stays."""
    row = locked(actor, project)
    audit(actor, "labeling.deleted", row, workspace_id=row.workspace_id, summary=row.name)
    row.delete()


def locked(actor: User, project: LabelingProject) -> LabelingProject:
    """Return the project as it is now, once the policy was asked; nobody else changes it until the transaction ends.

    Raises:
        ProjectUnknown: it was deleted.
    """
    acting(actor, project.workspace, Action.LABELING_WRITE)
    row = LabelingProject.objects.select_for_update(no_key=True).filter(pk=project.pk).first()
    if row is None:
        raise ProjectUnknown
    row.workspace = project.workspace
    return row

"""Projects made the way people make them, over real pictures and tables."""

import io
from typing import Any

from PIL import Image

from apps.accounts.models import User
from apps.data.models import DatasetVersion
from apps.data.states import DatasetKind
from apps.labeling.models import LabelingProject
from apps.labeling.services.filling import fill_project
from apps.labeling.services.labels import NewLabel
from apps.labeling.services.projects import NewProject, create_project
from apps.workspaces.models import Workspace
from tests.data.factories import dataset_of

NAMES = ("a.png", "b.png", "c.png")


def picture(width: int = 40, height: int = 30, kind: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    """Return the bytes of a picture."""
    buffer = io.BytesIO()
    Image.new(mode, (width, height)).save(buffer, kind, **options)
    return buffer.getvalue()


def pictures(actor: User, workspace: Workspace, **files: bytes) -> DatasetVersion:
    """Register pictures as ``pets``; three unless told otherwise."""
    given = files or {name: picture() for name in NAMES}
    return dataset_of(actor, workspace, "pets", files=given, kind=DatasetKind.FILE)


def project_of(actor: User, workspace: Workspace, **said: Any) -> LabelingProject:
    """Return a project that has its items; of pictures with the labels Cat and Dog unless told otherwise."""
    labels = [NewLabel(name) for name in said.pop("labels", ("Cat", "Dog"))]
    new = {
        "name": "pets",
        "task": "image_classification_multiclass",
        "dataset": "pets",
        "item_order": "by_date",
        **said,
    }
    project = create_project(actor=actor, workspace=workspace, new=NewProject(labels=labels, **new))
    fill_project(project.pk)
    project.refresh_from_db()
    return project


def key_of(project: LabelingProject, name: str) -> str:
    """Return what answers name a label by."""
    return project.labels.get(name=name).key

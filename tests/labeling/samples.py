"""What the permission tests name in addresses of labeling."""

from apps.accounts.models import User
from apps.labeling.models import Item, Label, LabelingProject
from apps.labeling.states import Media, ProjectStatus, Task
from apps.workspaces.models import Workspace
from tests.data.factories import DatasetFactory


def project_name(workspace: Workspace, person: User) -> str:
    """A project of one text that waits for its label."""
    project = LabelingProject.objects.create(
        workspace=workspace,
        name=f"project-{LabelingProject.objects.count()}",
        media=Media.TEXT,
        task=Task.TEXT_MULTICLASS,
        dataset=DatasetFactory.create(workspace=workspace).latest,
        status=ProjectStatus.RUNNING,
    )
    Label.objects.create(project=project, key="abcdefgh", name="Good", color="#0072b2")
    Item.objects.create(project=project, number=1, path="a.csv", row=1, text="Fine", sort_key=1)
    return project.name

"""What the permission tests name in addresses of the designer; and drafts for tests."""

from typing import Any

from apps.accounts.models import User
from apps.designer.models import Draft
from apps.designer.services import create_draft, save_patch
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.data.factories import DatasetFactory
from tests.workspaces.factories import member

PEOPLE = "data:azureml:people:1"


def table(workspace: Workspace, columns: dict[str, str], name: str = "people") -> None:
    """Register a table whose columns have these types."""
    dataset = DatasetFactory.create(workspace=workspace, name=name, kind="tabular")
    version = dataset.versions.get()
    version.columns = [
        {"name": column, "source": column, "type": kind, "included": True} for column, kind in columns.items()
    ]
    version.column_count = len(version.columns)
    version.save()


def split(source: str = "people", **parameters: Any) -> dict[str, Any]:
    """Return a node that splits what comes from another one."""
    values = {name: {"value": value} for name, value in parameters.items()}
    return {
        "component": "builtin:split_data:1",
        "inputs": {"dataset": {"node": source, "output": "data"}, **values},
        "position": [0, 120],
    }


def small() -> dict[str, Any]:
    """Return a document: a table that is split."""
    return {"nodes": {"people": {"component": PEOPLE, "type": "uri_folder", "position": [0, 0]}, "split": split()}}


def draft_id(workspace: Workspace, person: User) -> Any:
    """A draft that was changed once."""
    members = workspace.memberships.filter(role__in=[Role.OWNER, Role.CONTRIBUTOR]).select_related("user")
    first = members.first()
    actor = first.user if first else member(workspace, Role.CONTRIBUTOR)
    draft: Draft = create_draft(actor=actor, workspace=workspace, name=f"Draft {workspace.drafts.count()}")
    save_patch(
        actor=actor, draft=draft, base=0, patch={"frames": {"a": {"text": "", "position": [0, 0], "size": [9, 9]}}}
    )
    return draft.pk

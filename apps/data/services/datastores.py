"""Datastores of a workspace."""

from django.db.models.functions import Lower

from apps.data.models import Datastore
from apps.data.models.datastore import DEFAULT_NAME
from apps.data.states import DatastoreKind
from apps.workspaces.models import Workspace


def ensure_default_datastore(workspace: Workspace) -> Datastore:
    """Return the default datastore of a workspace, which is made where there is none yet."""
    datastore, _made = Datastore.objects.get_or_create(
        workspace=workspace, is_default=True, defaults={"name": DEFAULT_NAME, "kind": DatastoreKind.WORKSPACE}
    )
    return datastore


def prepare_workspace(workspace: Workspace) -> None:
    """Give a new workspace its default datastore. Fills ``workspace_created``."""
    ensure_default_datastore(workspace)


def find_datastore(workspace: Workspace, name: str) -> Datastore | None:
    """Return a datastore by its name, in any case of letters."""
    rows = Datastore.objects.filter(workspace=workspace).alias(lower_name=Lower("name"))
    return rows.filter(lower_name=name.replace("\x00", "").lower()).select_related("workspace").first()

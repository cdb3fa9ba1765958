"""What the permission tests name in addresses of models."""

from apps.accounts.models import User
from apps.core.storage import get_store
from apps.registry.models import ModelAlias
from apps.workspaces.models import Workspace
from tests.registry.factories import ModelFactory

ALIAS = "champion"


def model_name(workspace: Workspace, person: User) -> str:
    """A model whose files are there, under a name that no other workspace has."""
    name = f"only-in-{workspace.name}-{workspace.models.count()}"
    model = ModelFactory.create(workspace=workspace, name=name)
    ModelAlias.objects.create(model=model, name=ALIAS, version=model.latest)
    get_store().write(model.latest.key_of("model.pkl"), [b"pkl"])
    return name

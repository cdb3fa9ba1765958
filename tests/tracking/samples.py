"""Objects of the tracking dialect for the tests of permissions."""

from apps.accounts.models import User
from apps.tracking.dialect import model_id
from apps.tracking.logged_models import create_logged_model
from apps.workspaces.models import Workspace
from tests.experiments.factories import RunFactory

TAG = "team"


def logged_model(workspace: Workspace, person: User) -> str:
    """The id of a logged model with a tag, as clients write it."""
    run = RunFactory(workspace=workspace)
    return model_id(create_logged_model(run=run, name="model", params={}, tags={TAG: "blue"}).pk)

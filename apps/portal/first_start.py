"""What the studio does for whoever starts it for the first time."""

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.services import first_sign_in_link
from apps.workspaces.models import Workspace
from apps.workspaces.services import create_workspace

SAMPLE_NAME = "sample"
SAMPLE_TITLE = "Sample workspace"
SAMPLE_DESCRIPTION = (
    "A place to try things out. Rename it in its settings, invite others there, or delete it: nothing depends on it."
)


@transaction.atomic
def first_start() -> str:
    """Make the first administrator and a sample workspace, once; return the link by which nobody has signed in yet.

    Returns an empty text once somebody has signed in.
    """
    is_new = not User.objects.exists()
    link = first_sign_in_link()
    if is_new and not Workspace.objects.exists():
        create_workspace(
            actor=User.objects.get(),
            name=SAMPLE_NAME,
            friendly_name=SAMPLE_TITLE,
            description=SAMPLE_DESCRIPTION,
            tags={"sample": ""},
        )
    return link

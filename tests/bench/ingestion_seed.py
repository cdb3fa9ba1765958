"""Makes the rows that ``tests.bench.ingestion`` needs, and prints a token and the ids of the runs."""

import django

from tests.bench.ingestion import CLIENTS


def main() -> None:
    """Make them."""
    django.setup()
    from django.core.management import call_command

    from apps.accounts.models import AccessToken, User
    from apps.core.crypto import new_token, token_hash
    from apps.experiments.models import Experiment, Run
    from apps.workspaces.models import Membership, Workspace
    from apps.workspaces.roles import Role

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("bench", password=None)
    workspace = Workspace.objects.create(name="bench", friendly_name="Bench")
    Membership.objects.create(workspace=workspace, user=user, role=Role.DATA_SCIENTIST)
    token = new_token("mls")
    AccessToken.objects.create(user=user, name="bench", prefix=token[:12], token_hash=token_hash(token))
    experiment = Experiment.objects.create(workspace=workspace, name="bench")
    for number in range(CLIENTS):
        run = Run.objects.create(workspace=workspace, experiment=experiment, name=f"run-{number}")
        token += f" {run.pk}"
    print(token)


if __name__ == "__main__":
    main()

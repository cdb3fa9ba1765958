"""What the servers expect of the database. In a process of its own; what is done is not done again."""

import os
import sys
from typing import TypedDict

from studio.environment import Environment, ensure_private_dir


class Prepared(TypedDict):
    """What the launcher needs to know afterwards."""

    sign_in_link: str


def prepare_database() -> Prepared:
    """Bring the schema up to date and see to the first start.

    Raises:
        SystemExit: the database cannot be used; a sentence has been printed.
    """
    from django.db import OperationalError

    try:
        return _prepare()
    except OperationalError as error:
        sys.exit(f"The database cannot be used: {str(error).strip()}. Check STUDIO_DATABASE_URL.")


def _prepare() -> Prepared:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print(f"Bringing the database up to date: {len(plan)} migrations.")
        call_command("migrate", interactive=False, verbosity=0)
    if settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
        call_command("createcachetable")

    from apps.portal.first_start import first_start

    return {"sign_in_link": first_start()}


def write_local_token(environment: Environment) -> None:
    """See to it that the agent of this machine has a token that the studio knows."""
    from apps.compute.services import ensure_local_agent

    file = ensure_private_dir(environment.home / "agent") / "token"
    present = file.read_text().strip() if file.exists() else ""
    token = ensure_local_agent(present)
    if token != present:
        draft = file.with_name("token.new")  # so that the agent, which may be running, never reads half of one
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(token)
        draft.replace(file)

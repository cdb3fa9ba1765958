"""What the servers expect of the database. In a process of its own; what is done is not done again."""

import sys
from typing import TypedDict


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
    return {"sign_in_link": ""}

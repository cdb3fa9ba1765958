"""``python manage.py prepare``: what ``up`` does before it starts the servers, for deployments that start them themselves."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from studio.launcher.prepare import prepare_database, write_local_token


class Command(BaseCommand):
    """Brings the database up to date."""

    help = "Bring the database up to date and leave a token for the agent; prints a link for a first sign-in as admin."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Prepare; safe to run again, and beside another."""
        prepared = prepare_database()
        write_local_token(settings.STUDIO)
        if prepared["sign_in_link"]:
            self.stdout.write("Nobody has signed in as admin yet. This link does so, once:")
            self.stdout.write(prepared["sign_in_link"])

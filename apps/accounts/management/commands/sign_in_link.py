"""``manage.py sign_in_link USER``: get in without a password."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts import services
from apps.accounts.management.commands._people import find_user, plain_span
from apps.core.errors import UserError


class Command(BaseCommand):
    help = "Print a link that signs somebody in, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="user name or email address")
        parser.add_argument("--hours", type=int, default=1, help="how long the link works (default: 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["hours"] <= 24 * 7:
            raise CommandError("--hours must be from 1 to 168.")
        user = find_user(options["user"])
        valid_for = timedelta(hours=options["hours"])
        try:
            link = services.create_sign_in_link(user=user, valid_for=valid_for)
        except UserError as error:
            raise CommandError(str(error.message)) from None
        self.stdout.write(link)
        self.stderr.write(f"This link signs in {user.username}, once, within {plain_span(valid_for)}.")

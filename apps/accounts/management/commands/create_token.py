"""``manage.py create_token USER``: a personal access token for scripts that set a studio up."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.accounts import services
from apps.accounts.management.commands._people import find_user
from apps.accounts.models.token import TokenScope
from apps.core.errors import UserError


class Command(BaseCommand):
    help = "Make a personal access token and print it, and nothing else, on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="user name or email address")
        parser.add_argument("--name", default="command line", help="what the token is for")
        parser.add_argument("--days", type=int, default=90, help="how long it works; 0 for ever (default: 90)")
        parser.add_argument("--scope", choices=TokenScope.values, default=TokenScope.WRITE.value)

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if not 0 <= days <= 3650:
            raise CommandError("--days must be from 0 to 3650.")
        user = find_user(options["user"])
        if not user.is_active:
            raise CommandError(f"{user.username} was deactivated, so a token would open nothing.")
        expires_at = timezone.now() + timedelta(days=days) if days else None
        try:
            token, secret = services.create_token(
                user=user, name=options["name"], scope=options["scope"], expires_at=expires_at
            )
        except UserError as error:
            raise CommandError(str(error.message)) from None
        self.stdout.write(secret)
        until = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "for ever"
        self.stderr.write(f"Token “{token.name}” of {user.username}, {token.get_scope_display()}, works {until}.")

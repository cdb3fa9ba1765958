"""``manage.py create_user NAME``: an account without invitation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.accounts import services
from apps.accounts.management.commands._people import plain_span
from apps.accounts.services.links import FIRST_VALID_FOR
from apps.core.errors import InvalidInput, UserError


class Command(BaseCommand):
    help = "Make an account and print a link that signs its owner in, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="")
        parser.add_argument("--name", default="", help="full name")
        parser.add_argument("--administrator", action="store_true", help="may manage people and the studio")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                user = services.create_user(
                    actor=None,
                    username=options["username"],
                    email=options["email"],
                    full_name=options["name"],
                    is_administrator=options["administrator"],
                )
                link = services.create_sign_in_link(user=user, valid_for=FIRST_VALID_FOR)
        except InvalidInput as error:
            faults = [f"{name}: {text}" for name, texts in error.errors.items() for text in texts]
            raise CommandError(" ".join(faults)) from None
        except UserError as error:
            raise CommandError(str(error.message)) from None
        self.stdout.write(link)
        self.stderr.write(f"Made {user.username}. The link signs them in, once, within {plain_span(FIRST_VALID_FOR)}.")

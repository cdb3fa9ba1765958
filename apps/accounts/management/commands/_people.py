"""What the commands about people have in common."""

from datetime import timedelta

from django.core.management.base import CommandError

from apps.accounts.models import User


def find_user(name: str) -> User:
    """Return the person with this user name or email address.

    Raises:
        CommandError: there is none.
    """
    user = User.objects.named(name).first()
    if user is None:
        raise CommandError(
            f"Nobody has the user name or email address {name!r}. Make an account with: create_user {name}"
        )
    return user


def plain_span(span: timedelta) -> str:
    """Return a span of whole hours in words."""
    hours = int(span.total_seconds() // 3600)
    return "1 hour" if hours == 1 else f"{hours} hours"

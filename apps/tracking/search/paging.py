"""Answers in parts, as MLflow's clients ask for them: a text leads on."""

from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.tracking.errors import Invalid

DEEPEST: Final = 10_000_000


def page(found: QuerySet[Any], token: Any, most: int) -> tuple[list[Any], str]:
    """Return up to ``most`` rows from where ``token`` leads, and the next token, empty at the end.

    Raises:
        Invalid: no answer gave this token.
    """
    start = start_of(token)
    rows = list(found[start : start + most + 1])
    return rows[:most], str(start + most) if len(rows) > most else ""


def start_of(token: Any) -> int:
    """Return how many rows came before."""
    if token is None or token == "":
        return 0
    if not isinstance(token, str) or not token.isascii() or not token.isdecimal() or len(token) > 8:
        raise Invalid(_("The page token is not one that the studio gave."))
    return min(int(token), DEEPEST)

"""Tags: short names with a value or without, one to a line where people write them. Neither Django models nor I/O."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.workspaces.text import is_one_line

MOST_TAGS = 50
LONGEST_KEY = 100
LONGEST_VALUE = 1000


def parse_tags(text: str) -> dict[str, str]:
    """Read tags as ``key=value`` or ``key``, one to a line; empty lines do not count.

    Raises:
        ValidationError: a line has no key, or a key stands there twice. Limits are ``validate_tags``'s.
    """
    tags: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        key, _sep, value = (part.strip() for part in line.partition("="))
        if not key:
            raise ValidationError(_("Line %(number)d has no name before the “=”.") % {"number": number}, code="no_key")
        if key in tags:
            message = _("The tag “%(key)s” stands there twice; keep one of its lines.")
            raise ValidationError(message % {"key": _shortened(key)}, code="twice")
        tags[key] = value
    return tags


def format_tags(tags: dict[str, str]) -> str:
    """Return tags as ``parse_tags`` reads them."""
    return "\n".join(f"{key}={value}" if value else key for key, value in tags.items())


def validate_tags(tags: Any) -> None:
    """Raise ValidationError where ``tags`` is not a small dictionary of short texts."""
    if not isinstance(tags, dict) or not all(isinstance(part, str) for item in tags.items() for part in item):
        raise ValidationError(_("Tags are names with a text each."), code="invalid")
    if len(tags) > MOST_TAGS:
        message = ngettext(
            "There can be %(most)d tags; this is %(count)d.",
            "There can be %(most)d tags; these are %(count)d.",
            len(tags),
        )
        raise ValidationError(message % {"most": MOST_TAGS, "count": len(tags)}, code="too_many")
    for key, value in tags.items():
        _validate_tag(key, value)


def _validate_tag(key: str, value: str) -> None:
    named = {"key": _shortened(key), "limit": LONGEST_KEY, "value_limit": LONGEST_VALUE}
    if not key or key != key.strip() or "=" in key:
        raise ValidationError(_("The name of a tag has no “=” and no spaces around it.") % named, code="invalid_key")
    if len(key) > LONGEST_KEY:
        raise ValidationError(_("The tag “%(key)s” is longer than %(limit)d characters.") % named, code="long_key")
    if len(value) > LONGEST_VALUE:
        message = _("The value of the tag “%(key)s” is longer than %(value_limit)d characters.")
        raise ValidationError(message % named, code="long_value")
    if not is_one_line(key) or not is_one_line(value):
        message = _("The tag “%(key)s” has a line break or control character.")
        raise ValidationError(message % {"key": ascii(named["key"])}, code="unprintable")


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"

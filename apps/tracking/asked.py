"""Parts of what clients ask, read and checked. No I/O."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.core.errors import NotFound
from apps.tracking.errors import Invalid


def text_in(asked: dict[str, Any], name: str) -> str:
    """Return a text that must be there.

    Raises:
        Invalid: it is not.
    """
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise Invalid(_("Missing value for required parameter “%(name)s”.") % {"name": name})
    return value


def number_in(asked: dict[str, Any], name: str, default: int, most: int) -> int:
    """Return a whole number from 1 to ``most``, or the default where there is none.

    Raises:
        Invalid: it is no such number.
    """
    value = asked.get(name)
    if value in {None, "", 0, "0"}:
        return default
    if isinstance(value, bool) or not str(value).isdecimal() or not 1 <= int(value) <= most:
        raise Invalid(_("“%(name)s” is a whole number from 1 to %(most)d.") % {"name": name, "most": most})
    return int(value)


def uuid_of(text: Any, name: str) -> UUID:
    """Return an id.

    Raises:
        Invalid: there is none. NotFound: nothing has ids like this.
    """
    if not isinstance(text, str) or not text:
        raise Invalid(_("Missing value for required parameter “%(name)s”.") % {"name": name})
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("There is nothing with the id %(id)s in this workspace.") % {"id": text[:100]}) from None

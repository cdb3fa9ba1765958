"""What text people may write into names, tags and descriptions."""

import re

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# Controls and line separators. Databases and terminals trip over them.
_UNPRINTABLE = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
# Halves of surrogate pairs cannot be stored either; where text comes from forms or JSON, they never get this far.
_ONE_LINE = re.compile(rf"[^{_UNPRINTABLE}\ud800-\udfff]*")

validate_one_line = RegexValidator(
    rf"\A[^{_UNPRINTABLE}]*\Z", _("Line breaks and control characters cannot be used here.")
)
validate_text = RegexValidator(
    rf"\A(?:[^{_UNPRINTABLE}]|[\t\r\n\u2028\u2029])*\Z", _("Control characters cannot be used here.")
)


def is_one_line(text: str) -> bool:
    """Whether ``text`` has only characters that can be shown in one line."""
    return _ONE_LINE.fullmatch(text) is not None

"""What to do about a run that failed. Knows neither Django's models nor I/O."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

Words = Callable[[re.Match[str]], str]

# The first that fits speaks; the last lines of a log are searched from their end.
_SIGNS: list[tuple[re.Pattern[str], Words]] = [
    (
        re.compile(r"ModuleNotFoundError: No module named '([^']{1,100})'"),
        lambda found: (
            _("The environment has no module “%(name)s”. Choose one that has it, or add it to a copy.")
            % {"name": found[1]}
        ),
    ),
    (
        re.compile(r"(?:FileNotFoundError|No such file or directory|can't open file)[^']*'([^']{1,300})'"),
        lambda found: (
            _("“%(name)s” is not there. A run sees its code folder and its inputs, and nothing else.")
            % {"name": found[1]}
        ),
    ),
    (
        re.compile(r"(\S{1,100}): (?:command )?not found"),
        lambda found: _("“%(name)s” is no program that this environment has.") % {"name": found[1].removesuffix(":")},
    ),
    (
        re.compile(r"PermissionError: .*'([^']{1,300})'"),
        lambda found: (
            _("“%(name)s” may not be written. Write to the folder outputs/, which is kept.") % {"name": found[1]}
        ),
    ),
    (
        re.compile(r"\bMemoryError\b|out of memory|CUDA out of memory", re.I),
        lambda _found: _("It needed more memory than there was. Use smaller batches, or raise the memory limit."),
    ),
    (
        re.compile(r"(?:Connection|ConnectTimeout|Network is unreachable|Name or service not known)"),
        lambda _found: _("It tried to reach another machine and could not. Is that machine reachable from here?"),
    ),
]


def advice_on(*, error_code: str, exit_code: int | None, message: str, last_lines: list[str]) -> str:
    """Return what to do in a sentence.

    Args: error_code: ``UserError`` or ``SystemError``. message: why the run failed, in words. last_lines: the end of its log.
    """
    if error_code == "SystemError":
        return _("This was not the program's fault. Run it again.")
    for line in [*reversed(last_lines), message]:
        for sign, words in _SIGNS:
            if found := sign.search(line):
                return words(found)
    if exit_code == 0 or exit_code is None:
        return ""
    return _("The program itself ended with an error. Its last lines mostly say why.")

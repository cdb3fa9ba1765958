"""Why a build failed, from what uv said, and what to do about it. No Django models, no I/O."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

MOST_HINTS = 4
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_NETWORK = (
    r"dns error|failed to lookup address|connection refused|network is unreachable|tcp connect error|operation timed out"
    r"|error sending request|temporary failure in name resolution"
)
_VERSIONS = r"(?:===?|~=|!=|<=?|>=?)[^\s`]+"

_Rule = tuple[str, Callable[[re.Match[str]], str]]

_RULES: tuple[_Rule, ...] = (
    (
        _NETWORK,
        lambda found: _(
            "The package index could not be reached. Is the machine connected, and is its index or proxy set? Then build again."
        ),
    ),
    (
        r"no space left on device|disk quota exceeded|os error 28\b",
        lambda found: _("The machine's disk is full. Free some space there, then build again."),
    ),
    (
        r"out of memory|cannot allocate memory|signal: 9|memoryerror",
        lambda found: _("The machine ran out of memory while it built. Build again while less runs there."),
    ),
    (
        rf"because ({_NAME}) was not found in",
        lambda found: (
            _(
                "The index has no package “%(name)s”. Is it spelled right? Code of your own belongs beside your script instead."
            )
            % {"name": found[1]}
        ),
    ),
    (
        rf"because there (?:is|are) no versions? of ({_NAME})\S*?({_VERSIONS})",
        lambda found: (
            _("“%(name)s” has no version %(version)s. Ask for one that exists, or leave the version away.")
            % {"name": found[1], "version": found[2].rstrip(",.")}
        ),
    ),
    (
        rf"because only ({_NAME})({_VERSIONS}) is available",
        lambda found: (
            _("Of “%(name)s” there is only %(version)s. Ask for one that exists, or leave the version away.")
            % {"name": found[1], "version": found[2].rstrip(",.")}
        ),
    ),
    (
        rf"python version \([^)]*\) does not satisfy python({_VERSIONS}) and ({_NAME})({_VERSIONS})?",
        lambda found: (
            _("“%(name)s” is made for Python %(wanted)s. Choose that Python, or a version of the package for this one.")
            % {"name": f"{found[2]}{(found[3] or '').rstrip(',.')}", "wanted": found[1].rstrip(",.")}
        ),
    ),
    (
        rf"because ({_NAME}\S*) has no (?:usable wheels|wheels with a matching|source distribution)",
        lambda found: (
            _(
                "There is no wheel of “%(name)s” for this Python and machine. Ask for another version of it, or choose the "
                "Python that it was made for."
            )
            % {"name": found[1]}
        ),
    ),
    (
        rf"failed to (?:download and )?build `?({_NAME}(?:{_VERSIONS})?)",
        lambda found: (
            _(
                "“%(name)s” comes as source code and could not be compiled on the machine. A newer version may have a wheel, "
                "which needs no compiler."
            )
            % {"name": found[1]}
        ),
    ),
    (
        rf"because {_NAME}\S* depends on|incompatible with {_NAME}",
        lambda found: _(
            "The versions asked for do not fit together. Loosen one of those that the log names, such as == to >=, so that "
            "versions can be found that do."
        ),
    ),
    (
        r"no interpreter found|no python .{0,40}found|failed to inspect python interpreter|does not have python",
        lambda found: _("The machine does not have this Python. Choose one that it has, or install it there."),
    ),
    (
        r"hash mismatch",
        lambda found: _("The index or a proxy gave other bytes than were announced for a package. Build again."),
    ),
)
_COMPILED = tuple((re.compile(pattern, re.I), say) for pattern, say in _RULES)


def explain(output: str) -> list[str]:
    """Return what to do about a failed build, the likeliest first; nothing where the log says nothing that is known.

    Args: output: the end of the build log, with whatever colours and line breaks.
    """
    # uv breaks its sentences at the width of a terminal and may draw a frame beside them.
    text = re.sub(r"\s*\n[\s│╰─▶├╭·×|]*", " ", _ANSI.sub("", output))
    hints = (say(found) for pattern, say in _COMPILED if (found := pattern.search(text)))
    return [*dict.fromkeys(hints)][:MOST_HINTS]

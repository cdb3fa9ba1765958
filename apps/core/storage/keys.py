"""The one rule for relative paths: keys of stored files, and the names inside archives."""

import re
from typing import Final

from django.utils.translation import gettext as _

from apps.core.storage.errors import InvalidKey

LONGEST_KEY_BYTES: Final = 900  # object stores end at 1024, from which a prefix of the bucket is taken
LONGEST_PART_BYTES: Final = 255  # what file systems allow one name to have

_DRIVE = re.compile(r"[A-Za-z]:")
# Controls, line separators, halves of surrogate pairs, and the two characters XML listings cannot carry.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def fault_in_path(path: str, *, max_bytes: int) -> str | None:
    """Say what keeps ``path`` from being a plain relative POSIX path of at most ``max_bytes``; None where nothing does.

    Nothing is decoded or normalised: a path that would need it is refused, so that it means the same to everyone.
    """
    if not path:
        return _("it is empty")
    if path.startswith("/"):
        return _("it starts with a slash")
    if _DRIVE.match(path):
        return _("it starts with a drive letter")
    if "\\" in path:
        return _("it contains a backslash")
    if _UNPRINTABLE.search(path):
        return _("it contains a control character")
    parts = path.split("/")
    if "" in parts:
        return _("it has an empty part between two slashes or at the end")
    if "." in parts or ".." in parts:
        return _("it has a part that is “.” or “..”")
    if len(path.encode()) > max_bytes:
        return _("it is longer than %(limit)d bytes") % {"limit": max_bytes}
    if any(len(part.encode()) > LONGEST_PART_BYTES for part in parts):
        return _("one of its parts is longer than %(limit)d bytes") % {"limit": LONGEST_PART_BYTES}
    return None


def check_key(key: str) -> str:
    """Return ``key`` when a file can be stored under it in every kind of store.

    Raises:
        InvalidKey: it is not a plain relative path; the message says why.
    """
    fault = fault_in_path(key, max_bytes=LONGEST_KEY_BYTES)
    if fault is None and key.startswith("."):
        fault = _("it starts with a dot")  # the local store keeps unfinished files in a folder of that kind
    if fault is not None:
        raise InvalidKey(
            _("A file cannot be stored as “%(name)s”: %(fault)s. Give it another name.")
            % {"name": shown(key), "fault": fault}
        )
    return key


def shown(name: str) -> str:
    """Return a name from outside as it can be put into a sentence: one line, visible, not too long."""
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    return visible if len(visible) <= 120 else f"{visible[:60]}…{visible[-50:]}"

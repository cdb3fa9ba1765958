"""What Python has no function for: a few switches of Linux for the calling process."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

FALLOC_FL_KEEP_SIZE = 1
FALLOC_FL_PUNCH_HOLE = 2
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
CAPABILITY_VERSION = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


def give_back(path: Path, start: int, end: int) -> None:
    """Give the disk space of a stretch of a file back, which is read as zeros from then on; its size stays.

    Does nothing where the file system cannot.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        how = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE
        _libc.fallocate(descriptor, how, ctypes.c_int64(start), ctypes.c_int64(end - start))
    finally:
        os.close(descriptor)


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends, instead of process 1."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with_parent(number: int) -> None:
    """Have the kernel send this process a signal when its parent ends."""
    _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def drop_capabilities() -> None:
    """Give up all capabilities of this process, also those that a program it starts could inherit."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    _libc.capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))


def gain_no_privileges() -> None:
    """Make set-uid programs start without the other user's rights, for this process and all below it."""
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)

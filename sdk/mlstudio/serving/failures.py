"""What went wrong in the user's own code: the first line that says it, and the whole story for the log."""

from __future__ import annotations

import linecache
import os
import traceback
from types import TracebackType

LONGEST_LINE = 500


class StartFailed(Exception):
    """The script or the model cannot be served. ``line``: the first failing line, in words; ``details``: for the log."""

    def __init__(self, line: str, details: str = "") -> None:
        super().__init__(line)
        self.line = line
        self.details = details or line


def first_line(error: BaseException, root: str) -> str:
    """Return the place in the user's own files where an error began to be theirs, such as
    ``score.py, line 7: model = joblib.load(path): FileNotFoundError: …``.

    Args: root: the folder of the user's files.
    """
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename and _is_below(error.filename, root):
        text = (error.text or "").strip()
        return f"{_relative(error.filename, root)}, line {error.lineno}: {text}: {type(error).__name__}: {error.msg}"
    place = _place(error.__traceback__, root)
    return (f"{place}: {what}" if place else what)[:LONGEST_LINE]


def _place(trace: TracebackType | None, root: str) -> str:
    found = ""
    for frame, number in traceback.walk_tb(trace):
        name = frame.f_code.co_filename
        if _is_below(name, root):
            found = f"{_relative(name, root)}, line {number}: {linecache.getline(name, number).strip()}"
    return found


def reached_user_code(error: BaseException, root: str) -> bool:
    """Return whether an error came out of the user's own files, not only through what is wrapped around them."""
    frames = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    return any(_is_below(name, root) for name in frames)


def story(error: BaseException) -> str:
    """Return the error with its traceback, from the user's code on."""
    trace = error.__traceback__
    here = os.path.dirname(os.path.abspath(__file__))
    while trace is not None and trace.tb_next is not None and trace.tb_frame.f_code.co_filename.startswith(here):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace)).rstrip()


def _is_below(name: str, root: str) -> bool:
    path = os.path.realpath(name)
    return path.startswith(os.path.realpath(root).rstrip("/") + "/") and "/site-packages/" not in path


def _relative(name: str, root: str) -> str:
    return os.path.relpath(os.path.realpath(name), os.path.realpath(root))

"""Why a run failed, and what to do, for its page."""

import re
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.experiments.logs.reading import count_lines, read_lines
from apps.experiments.models import Run, RunLog
from apps.experiments.services.placing import LOG
from apps.experiments.states import RunStatus
from apps.experiments.views.advice import advice_on

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?")
LAST_LINES = 12
LONGEST_LINE = 500


@dataclass(frozen=True)
class Failure:
    """``lines``: the end of the log that says most; ``first_line``: the number, from 1, of the first of them."""

    title: str
    message: str
    advice: str
    detail: str
    lines: list[str]
    first_line: int
    log_url: str


def failure_of(run: Run) -> Failure | None:
    """Return why a run failed; None where it did not."""
    if run.status != RunStatus.FAILED:
        return None
    error: dict[str, Any] = run.error if isinstance(run.error, dict) else {}
    code, message = str(error.get("code", "")), str(error.get("message") or run.status_reason)
    lines, first_line = last_lines(run)
    advice = advice_on(error_code=code, exit_code=run.exit_code, message=message, last_lines=lines)
    said_already = run.exit_code is not None and message.endswith(f" {run.exit_code}")
    return Failure(
        _title(code, run.exit_code),
        "" if said_already else message,
        advice,
        str(error.get("detail") or ""),
        lines,
        first_line,
        _log_url(run, first_line),
    )


def _title(code: str, exit_code: int | None) -> str:
    if code == "SystemError":
        return _("The studio could not carry out this run")
    if exit_code:
        return _("The program ended with exit code %(code)d") % {"code": exit_code}
    return _("This run failed")


def _log_url(run: Run, first_line: int) -> str:
    address = reverse("experiments:run-logs", args=[run.workspace.name, run.pk])
    return f"{address}#L{first_line}" if first_line else address


def last_lines(run: Run) -> tuple[list[str], int]:
    """Return the end of what the run printed, as plain text, and the number, from 1, of the first of these lines.

    Without a log: nothing, and 0.
    """
    logs = RunLog.objects.filter(run=run, size__gt=0)
    log = logs.filter(path=LOG).first() or logs.order_by("-updated_at").first()
    if log is None:
        return [], 0
    first = max(0, count_lines(log) - LAST_LINES)
    lines = [_plain(line) for line in read_lines(log, first, LAST_LINES).lines]
    return lines, first + 1


def _plain(line: str) -> str:
    """Return a line without colours, and of a progress bar its last state."""
    text = _ESCAPES.sub("", line).rstrip("\r").rpartition("\r")[2]
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"

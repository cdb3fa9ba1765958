"""``/api/v1/work/logs/`` and ``/api/v1/work/metrics/``: what runners send, taken ahead of Django.

Small and frequent requests cost Django many times what they cost here, so these two have their own checks of token, size and
content. The rest of the API stays with Django.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.experiments.ingestion import news
from apps.experiments.ingestion.callers import run_of_work
from apps.experiments.ingestion.http import Handler, Receive, Scope, Send, query_of, read_body, respond, token_of
from apps.experiments.ingestion.log_parts import check_path
from apps.experiments.ingestion.requests import MOST_LOG_BYTES, MOST_METRIC_BYTES, LogPart, read_lines
from apps.experiments.ingestion.writer import writer

PATH = "/api/v1/work/"
LONGEST_SOURCE = 40
# The event loop serves everybody: what takes longer to read than a few milliseconds is read beside it.
READ_BESIDE_FROM_BYTES = 32 * 1024


class VerbRefused(UserError):
    """These addresses take POST alone."""

    code = "method_not_allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED


def takes(scope: Scope) -> bool:
    """Whether a request is for this application and not for Django."""
    return scope["type"] == "http" and scope["path"] in _HANDLERS


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that ``takes`` is true of."""
    handler = _HANDLERS[scope["path"]] if scope["method"] == "POST" else _refuse_verb
    await respond(scope, receive, send, handler)


async def _take_log(scope: Scope, receive: Receive) -> dict[str, Any]:
    query = query_of(scope)
    run_id = await run_of_work(token_of(scope))
    path, offset = check_path(query.get("path", "")), _offset_in(query)
    body = await read_body(receive, MOST_LOG_BYTES)
    stored = await writer.write(LogPart(run_id, path, offset, body, query.get("end") == "1"))
    news.tell(stored.topics)
    return {"size": stored.log_size, **({"cut": True} if stored.log_is_cut else {})}


async def _take_metrics(scope: Scope, receive: Receive) -> dict[str, Any]:
    query = query_of(scope)
    run_id = await run_of_work(token_of(scope))
    source, offset = query.get("source", ""), _offset_in(query)
    if not 0 < len(source) <= LONGEST_SOURCE or not source.isidentifier():
        raise UserError(_("Name the file these lines are from: “?source=events”."))
    body = await read_body(receive, MOST_METRIC_BYTES)
    if len(body) < READ_BESIDE_FROM_BYTES:
        request = read_lines(run_id, source, offset, body)
    else:
        request = await asyncio.to_thread(read_lines, run_id, source, offset, body)
    stored = await writer.write(request)
    news.tell(stored.topics)
    news.count(stored.points)
    return {
        "accepted": stored.accepted,
        "refused": [{"line": line, "reason": reason} for line, reason in stored.refused],
    }


async def _refuse_verb(scope: Scope, receive: Receive) -> None:
    raise VerbRefused(_("Only POST is allowed here."))


def _offset_in(query: dict[str, str]) -> int:
    text = query.get("offset", "")
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise UserError(_("Say where this begins, in bytes: “&offset=0”."))
    return int(text)


_HANDLERS: dict[str, Handler] = {f"{PATH}logs/": _take_log, f"{PATH}metrics/": _take_metrics}

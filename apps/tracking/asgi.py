"""``runs/log-batch``, ``log-metric``, ``log-parameter`` and ``set-tag``, taken ahead of Django for their number."""

import asyncio
import re
from typing import Any

from channels.db import database_sync_to_async

from apps.experiments.ingestion import news
from apps.experiments.ingestion.app import READ_BESIDE_FROM_BYTES
from apps.experiments.ingestion.callers import run_to_track
from apps.experiments.ingestion.http import Receive, Scope, Send, read_body, respond, token_of
from apps.experiments.ingestion.requests import MOST_METRIC_BYTES
from apps.experiments.ingestion.writer import writer
from apps.tracking.dialect import RUN_NAME_TAG, error_of
from apps.tracking.errors import Invalid
from apps.tracking.logged_models import keep_metrics
from apps.tracking.naming import rename_run
from apps.tracking.requests import CALLS, as_request, read_call

PREFIX = "/mlflow/"
_ADDRESS = re.compile(rf"{PREFIX}([^/]+)/api/2\.0/mlflow/runs/([a-z-]+)")


def takes(scope: Scope) -> bool:
    """Whether a request is for this application and not for Django."""
    if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(PREFIX):
        return False
    address = _ADDRESS.fullmatch(scope["path"])
    return address is not None and address[2] in CALLS


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that ``takes`` is true of."""
    await respond(scope, receive, send, _log, error_of=error_of, realm="studio")


async def _log(scope: Scope, receive: Receive) -> dict[str, Any]:
    address = _ADDRESS.fullmatch(scope["path"])
    assert address
    workspace, call = address.groups()
    token = token_of(scope)
    body = await read_body(receive, MOST_METRIC_BYTES)
    if len(body) < READ_BESIDE_FROM_BYTES:
        asked, entry, for_models = read_call(call, body)
    else:
        asked, entry, for_models = await asyncio.to_thread(read_call, call, body)
    run_id = await run_to_track(token, workspace, asked)
    name = entry.tags.pop(RUN_NAME_TAG, "")
    stored = await writer.write(as_request(run_id, call, body, entry))
    if stored.refused:
        raise Invalid(f"{stored.refused[0][1]}.")
    if name:
        await database_sync_to_async(rename_run, thread_sensitive=False)(run_id, name)
    if for_models:
        await database_sync_to_async(keep_metrics, thread_sensitive=False)(run_id, for_models)
    news.tell(stored.topics)
    news.count(stored.points)
    return {}

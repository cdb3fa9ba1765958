"""How a stored file is answered: in the browser or as a download, whole or in part, and under which rules.

The one place that decides whether a file of a user's may be shown. Knows neither ASGI nor Django's requests.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote

from django.conf import settings
from django.utils.http import content_disposition_header

from apps.core import hooks
from apps.core.hooks import Content
from apps.core.storage import get_store
from apps.core.storage.keys import LONGEST_KEY_BYTES, fault_in_path

_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+(; ?charset=[a-z0-9-]+)?")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

# A sandbox without ``allow-same-origin``: scripts run as a stranger to everything, this host included. They may not ask
# any other host for anything, so a shared file cannot tell its author who reads it.
SHOWN_POLICY: Final = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "style-src 'unsafe-inline' data:; img-src data: blob:; font-src data:; media-src data: blob:; worker-src blob:; "
    "connect-src data: blob:"
)
# Browsers show these with viewers of their own, which a sandbox would switch off.
VIEWED_BY_BROWSER: Final = frozenset({"application/pdf"})


@dataclass(frozen=True)
class Answer:
    """An answer's status and headers, and which bytes of the stored file follow: ``start`` up to ``end``, not included."""

    status: int
    headers: dict[str, str]
    start: int = 0
    end: int = 0


def find(user: Any, path: str) -> Content | None:
    """Return the file that ``path`` names, if there is one and ``user`` may see it.

    Args: path: ``<source>/<path>``, decoded once.
    """
    if not is_sound(path):
        return None
    return next((content for content in hooks.content_sources(user, path) if content is not None), None)


def is_sound(path: str) -> bool:
    """Whether a path means the same to everybody on the way, even to a proxy that decodes it once too often."""
    return not any(fault_in_path(form, max_bytes=LONGEST_KEY_BYTES) for form in (path, unquote(path)))


def may_be_shown() -> bool:
    """Whether user content may be shown at all; without a host name of its own it is only ever downloaded."""
    return settings.STUDIO.isolates_content


def headers_for_all() -> dict[str, str]:
    """Return what every answer with user content carries, and every other answer of the content host."""
    return {
        "x-content-type-options": "nosniff",
        "content-security-policy": f"{SHOWN_POLICY}; {_framing()}",
        "cross-origin-resource-policy": "same-site",
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "cache-control": "private, no-cache",
    }


def answer_for(content: Content, *, asked: Mapping[str, str], download: bool) -> Answer:
    """Return how to answer a GET or HEAD for a stored file.

    Args: asked: the request's headers, names in lower case. download: the address asks for a download.
    Raises:
        FileMissing: the file is no longer in the store.
    """
    size = get_store().size(content.key)
    media_type = content.media_type.lower() if _MEDIA_TYPE.fullmatch(content.media_type.lower()) else ""
    headers = headers_for_all() | {"content-type": _with_charset(media_type), "accept-ranges": "bytes"}
    if media_type in VIEWED_BY_BROWSER:
        headers["content-security-policy"] = _framing()
    name = "".join(character for character in content.name if character.isprintable())
    disposition = content_disposition_header(download or not may_be_shown(), name)
    if disposition:
        headers["content-disposition"] = disposition
    tag = f'"{content.sha256}"' if content.sha256 else ""
    if tag:
        headers["etag"] = tag
        if _names(asked.get("if-none-match", ""), tag):
            return Answer(HTTPStatus.NOT_MODIFIED, headers)
    part = _part(asked, tag, size)
    if part is None:
        return Answer(HTTPStatus.OK, headers | {"content-length": str(size)}, 0, size)
    start, end = part
    if start >= end:
        unsatisfied = {"content-range": f"bytes */{size}", "content-length": "0"}
        return Answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers | unsatisfied)
    partial = {"content-range": f"bytes {start}-{end - 1}/{size}", "content-length": str(end - start)}
    return Answer(HTTPStatus.PARTIAL_CONTENT, headers | partial, start, end)


async def body_of(content: Content, answer: Answer) -> AsyncIterator[bytes]:
    """Read the answer's bytes from the store, a chunk at a time, in threads of their own."""
    if answer.start == answer.end:
        return
    chunks = await asyncio.to_thread(get_store().open, content.key, answer.start, answer.end)
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk


def _framing() -> str:
    return f"frame-ancestors {settings.STUDIO.url}"


def _with_charset(media_type: str) -> str:
    if not media_type:
        return "application/octet-stream"
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") and ";" not in media_type else media_type


def _names(header: str, tag: str) -> bool:
    return header.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in header.split(","))


def _part(asked: Mapping[str, str], tag: str, size: int) -> tuple[int, int] | None:
    """Return the one range of bytes that is asked for; None for the whole file, which also answers what we do not read.

    A range that holds no byte of the file comes back empty.
    """
    match = _RANGE.fullmatch(asked.get("range", "").replace(" ", ""))
    if match is None or not any(match.groups()):
        return None
    if "if-range" in asked and (not tag or asked["if-range"].strip() != tag):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size if int(last) else 0
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size

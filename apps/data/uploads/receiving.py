"""``PUT …/uploads/<id>/files/<id>/``: parts of files, which go to the file store without passing Django.

Django is asked first, with the same request but for its body, so that who may do this is decided where it is for every other
address. Its view hands out the right to write one part (``services.begin_part``); here the bytes go to disk as they come,
at most a few megabytes of them in memory, and are acknowledged once they are there.
"""

import asyncio
import hashlib
import json
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any, Final
from uuid import UUID

from channels.db import database_sync_to_async
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from apps.core.errors import StudioError
from apps.core.storage import DraftGap, drafts_of, get_store
from apps.core.storage.keys import shown
from apps.data import services
from apps.data.errors import UploadOffset, UploadRefused, UploadTooLarge
from apps.data.services import Part
from apps.data.uploads.permits import HEADER, read_permit
from apps.experiments.ingestion.http import ClientGone, Receive, Scope, Send, header, respond

MOST_PART_BYTES: Final = 256 * 2**20
PIECE_BYTES: Final = 2**20
DROPPED_BYTES: Final = 64 * 2**20
SILENT_S: Final = 30.0
KEEP_EVERY_S: Final = 15.0
MOST_HASHES: Final = 2000

_ADDRESS = re.compile(r"/api/v1/workspaces/[^/]+/uploads/[^/]+/files/[^/]+/")

Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class PartReceiver:
    """Wraps Django for the addresses that ``takes`` is true of."""

    def __init__(self, application: Application) -> None:
        self._application = application
        # The hashes of files that are being sent, as far as they have come: so a whole file need not be read again.
        self._hashes: OrderedDict[UUID, tuple[int, Any]] = OrderedDict()

    @staticmethod
    def takes(scope: Scope) -> bool:
        """Whether a request brings a part of a file."""
        return scope["type"] == "http" and scope["method"] == "PUT" and bool(_ADDRESS.fullmatch(scope["path"]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start, body, part = await self._ask(scope)
        if part is None:
            await _drop_rest(receive)
            await send(start)
            await send({"type": "http.response.body", "body": body})
            return

        async def handle(scope: Scope, receive: Receive) -> dict[str, int]:
            return {"received": await self._take(scope, receive, part)}

        await respond(scope, receive, send, handle, realm="studio")

    async def _ask(self, scope: Scope) -> tuple[dict[str, Any], bytes, Part | None]:
        """Ask Django whether this part may come."""
        messages: list[dict[str, Any]] = []
        body_headers = {b"content-length", b"content-type", b"transfer-encoding", b"expect"}
        headers = [(name, value) for name, value in scope["headers"] if name not in body_headers]
        request = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> dict[str, Any]:
            if (message := next(request, None)) is None:
                await asyncio.Event().wait()  # whether the client is gone shows when its body is read
                raise AssertionError
            return message

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        await self._application({**scope, "headers": headers}, receive, send)
        start, *rest = messages
        name = HEADER.lower().encode()
        permit = next((value for key, value in start["headers"] if key.lower() == name), None)
        start = {**start, "headers": [(key, value) for key, value in start["headers"] if key.lower() != name]}
        part = read_permit(json.loads(permit)) if permit is not None and start["status"] == 200 else None
        return start, b"".join(message.get("body", b"") for message in rest), part

    async def _take(self, scope: Scope, receive: Receive, part: Part) -> int:
        """Write a part to disk and acknowledge it. Returns how much of the file there is now."""
        told = header(scope, b"x-content-sha256")
        try:
            _check_size(part, header(scope, b"content-length"))
            # A file that is there already, but was not put into its place before the studio stopped, has nothing to come.
            is_there = part.offset > 0 and part.room == 0
            size, whole = (0, None) if is_there else await self._write(part, receive, told)
        except BaseException as error:
            lost = isinstance(error, DraftGap)
            await _in_thread(services.lose_file if lost else services.release_part)(part)
            if lost:
                raise UploadOffset(part.path, 0) from error
            if isinstance(error, StudioError):
                await _drop_rest(receive)
            raise
        is_whole = size == part.room
        received: int = await _in_thread(services.keep_received)(
            part, size, whole.hexdigest() if whole and is_whole else ""
        )
        if whole and not is_whole:
            self._hashes[part.file_id] = (part.offset + size, whole)
            if len(self._hashes) > MOST_HASHES:
                self._hashes.popitem(last=False)
        return received

    async def _write(self, part: Part, receive: Receive, told: str) -> tuple[int, Any]:
        """Write a part as it comes. Returns its size in bytes, and the hash of the file up to its end where that is known."""
        known_to, known = self._hashes.pop(part.file_id, (0, None))
        whole = hashlib.sha256() if part.offset == 0 else known if known_to == part.offset else None
        own = hashlib.sha256() if told else None
        hashes = [digest for digest in (whole, own) if digest is not None]
        size = 0
        async with _opened(drafts_of(get_store()).part(services.draft_of(part.file_id), part.offset)) as write:

            def take(piece: bytes) -> None:
                for digest in hashes:
                    digest.update(piece)
                write(piece)

            writing: asyncio.Task[None] | None = None
            try:
                async for piece in _pieces_of(receive, part):
                    size += len(piece)
                    if writing is not None:
                        await writing
                    writing = asyncio.create_task(asyncio.to_thread(take, piece))  # while the next piece comes
            finally:
                if writing is not None:
                    await writing
            if own is not None:
                services.check_part(part, told, own.hexdigest())
        return size, whole


@asynccontextmanager
async def _opened(
    context: AbstractContextManager[Callable[[bytes], object]],
) -> AsyncIterator[Callable[[bytes], object]]:
    """Enter and leave a context that blocks."""
    entered = await asyncio.to_thread(context.__enter__)
    try:
        yield entered
    except BaseException as error:
        await asyncio.to_thread(context.__exit__, type(error), error, error.__traceback__)
        raise
    await asyncio.to_thread(context.__exit__, None, None, None)


async def _pieces_of(receive: Receive, part: Part) -> AsyncIterator[bytes]:
    """Give a request's body in pieces of about a megabyte, and keep the file meanwhile.

    Raises:
        ClientGone: the client went, or said nothing for long. UploadRefused: there is more than was announced.
    """
    room, parts, held = min(part.room, MOST_PART_BYTES), list[bytes](), 0
    kept_at = time.monotonic()
    more = True
    while more:
        try:
            message = await asyncio.wait_for(receive(), SILENT_S)
        except TimeoutError:
            raise ClientGone from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        if body := message.get("body", b""):
            parts.append(body)
            held += len(body)
            room -= len(body)
        more = message.get("more_body", False)
        if room < 0:
            raise _too_much(part)
        if held and (held >= PIECE_BYTES or not more):
            yield b"".join(parts)
            parts, held = [], 0
        if time.monotonic() - kept_at > KEEP_EVERY_S:
            if not await _in_thread(services.keep_part)(part):
                raise ClientGone
            kept_at = time.monotonic()


async def _drop_rest(receive: Receive) -> None:
    """Read what a client that is refused still sends, a little of it, or it may never see why."""
    dropped = 0
    while dropped < DROPPED_BYTES:
        try:
            message = await asyncio.wait_for(receive(), 1.0)
        except TimeoutError:
            return
        dropped += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


def _check_size(part: Part, length: str) -> None:
    if length.isascii() and length.isdecimal() and int(length) > min(part.room, MOST_PART_BYTES):
        raise _too_much(part)


def _too_much(part: Part) -> StudioError:
    if part.room > MOST_PART_BYTES:
        limit = filesizeformat(MOST_PART_BYTES)
        return UploadTooLarge(_("A part may have %(limit)s. Send the file in smaller parts.") % {"limit": limit})
    return UploadRefused(
        _("“%(path)s” is larger than was announced. If the file has changed, choose it again.")
        % {"path": shown(part.path)}
    )


def _in_thread(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    called: Callable[..., Awaitable[Any]] = database_sync_to_async(function, thread_sensitive=False)
    return called

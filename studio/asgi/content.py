"""The content host: tickets for cookies, and users' files for those who hold one."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import parse_qs, unquote_to_bytes

from channels.db import database_sync_to_async
from django.conf import settings
from django.http import parse_cookie
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation.trans_real import parse_accept_lang_header

from apps.core.content import serving, tickets
from apps.core.content.serving import Answer
from apps.core.errors import StudioError
from apps.core.hooks import Content
from studio.asgi.types import Receive, Scope, Send, header
from studio.environment import is_localhost

NOT_HERE = gettext_lazy("There is no such file here, or you may not see it.")
WRONG_HOST = gettext_lazy("This address shows user content only, and not under this host name.")
NOT_ALLOWED = gettext_lazy("Files can only be read here.")
NO_TICKET = gettext_lazy("This link worked once, or is too old. Open the file from the studio again.")
NO_COOKIE = gettext_lazy("You opened this a while ago, or signed out since. Open the file from the studio again.")

PROBE = (
    '<!doctype html><html lang="{}"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>{}</title>'
    "<style>body{{margin:.75rem;font:.875rem/1.4 system-ui,sans-serif}}</style><p>{}</p></html>"
)


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request to the content host."""
    path = _path_of(scope)
    if scope["method"] not in ({"GET"} if path == "/enter" else {"GET", "HEAD"}):
        await _say(scope, send, HTTPStatus.METHOD_NOT_ALLOWED, NOT_ALLOWED)
    elif path == "/enter":
        await _enter(scope, send)
    elif path == "/probe":
        await _probe(scope, send)
    elif path.startswith("/files/"):
        await _serve(scope, receive, send, path.removeprefix("/files/"))
    else:
        await _say(scope, send, HTTPStatus.NOT_FOUND, NOT_HERE)


async def answer_wrong_host(scope: Scope, send: Send) -> None:
    """Refuse a request for a host name that is not the content host's."""
    await _say(scope, send, HTTPStatus.MISDIRECTED_REQUEST, WRONG_HOST)


async def _enter(scope: Scope, send: Send) -> None:
    """Take a ticket for a cookie and go on to the file it was made for."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    try:
        entry = await database_sync_to_async(tickets.redeem, thread_sensitive=False)(query.get("ticket", [""])[0])
    except tickets.TicketRefused:
        await _say(scope, send, HTTPStatus.FORBIDDEN, NO_TICKET)
        return
    headers = {"location": entry.path, "set-cookie": _set_cookie(entry.cookie), "cache-control": "no-store"}
    await _send(send, HTTPStatus.FOUND, headers)


async def _probe(scope: Scope, send: Send) -> None:
    """Show that this host answers, for the system page."""
    language = _language_of(scope)
    with translation.override(language):
        words = _("User content is shown from here, apart from the studio.")
        page = format_html(PROBE, language, _("User content"), words)
    headers = {"content-type": "text/html; charset=utf-8", "content-language": language}
    await _send(send, HTTPStatus.OK, headers, page.encode(), head=scope["method"] == "HEAD")


async def _serve(scope: Scope, receive: Receive, send: Send, path: str) -> None:
    """Send a file of a user's to somebody who may see it."""
    cookie = parse_cookie(header(scope, b"cookie")).get(_cookie_name(), "")
    asked = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    download = "download" in parse_qs(scope["query_string"].decode("latin-1"))
    try:
        known, found = await database_sync_to_async(_find, thread_sensitive=False)(cookie, path, asked, download)
    except StudioError as error:
        await _say(scope, send, HTTPStatus(error.status), error.message)
        return
    if not known:
        await _say(scope, send, HTTPStatus.UNAUTHORIZED, NO_COOKIE)
    elif found is None:
        await _say(scope, send, HTTPStatus.NOT_FOUND, NOT_HERE)
    else:
        await _send_file(scope, receive, send, *found)


def _find(cookie: str, path: str, asked: dict[str, str], download: bool) -> tuple[bool, tuple[Content, Answer] | None]:
    """Return whether the cookie stands for somebody, and what to answer them."""
    user = tickets.holder_of(cookie)
    content = serving.find(user, path) if user is not None else None
    if content is None:
        return user is not None, None
    return True, (content, serving.answer_for(content, asked=asked, download=download))


async def _send_file(scope: Scope, receive: Receive, send: Send, content: Content, answer: Answer) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": _encoded(answer.headers.items())})
    gone = asyncio.create_task(_until_gone(receive))
    try:
        if scope["method"] == "GET":
            async for chunk in serving.body_of(content, answer):
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(scope: Scope, send: Send, status: HTTPStatus, message: str | Promise) -> None:
    """Answer in one plain sentence, in the language the browser asks for."""
    with translation.override(_language_of(scope)):
        body = f"{message}\n".encode()
    headers = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["allow"] = "GET, HEAD"
    await _send(send, status, headers, body, head=scope["method"] == "HEAD")


async def _send(
    send: Send, status: HTTPStatus, headers: dict[str, str], body: bytes = b"", *, head: bool = False
) -> None:
    headers = {**serving.headers_for_all(), **headers, "content-length": str(len(body))}
    await send({"type": "http.response.start", "status": status, "headers": _encoded(headers.items())})
    await send({"type": "http.response.body", "body": b"" if head else body})


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _path_of(scope: Scope) -> str:
    """Return the path, decoded exactly once; a name that is not UTF-8 names nothing."""
    try:
        return unquote_to_bytes(scope["raw_path"]).decode()
    except UnicodeDecodeError:
        return ""


def _language_of(scope: Scope) -> str:
    for code, _quality in parse_accept_lang_header(header(scope, b"accept-language")):
        with suppress(LookupError):
            return translation.get_supported_language_variant(code)
    return str(settings.LANGUAGE_CODE)


def _is_secure() -> bool:
    return bool(settings.STUDIO.content_url.startswith("https:") or is_localhost(settings.STUDIO.content_hostname))


def _cookie_name() -> str:
    return f"{'__Host-' if _is_secure() else ''}studio-content"


def _set_cookie(value: str) -> str:
    """Return a cookie that reaches the frames of the studio's own pages, and as little else as can be."""
    cookie = f"{_cookie_name()}={value}; Path=/; Max-Age={tickets.COOKIE_LIVES_S}; HttpOnly"
    if not _is_secure():
        return f"{cookie}; SameSite=Lax"
    # Where one host name is within the other, both are one site. Of others we cannot tell without a list of all registries,
    # and a cookie that is kept apart for each site it is framed in works for both.
    one, other = settings.STUDIO.hostname, settings.STUDIO.content_hostname
    is_same_site = one.endswith(f".{other}") or other.endswith(f".{one}")
    return f"{cookie}; Secure; {'SameSite=Lax' if is_same_site else 'SameSite=None; Partitioned'}"

"""Asks, follows redirects, reads answers within limits."""

import re
import ssl
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import httpcore
import httpx
import orjson
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.outgoing.addresses import AddressPolicy, OutgoingFailed, OutgoingRefused
from apps.core.outgoing.connections import CheckedBackend, Deadline, connection_to

MOST_REDIRECTS: Final = 5
LONGEST_URL: Final = 4096
HOST: Final = re.compile(rb"[a-z0-9._:-]+")  # a name as name servers know it, or a number
NOT_A_HEADER: Final = gettext_lazy("A header contains characters that cannot be sent. Use plain letters and digits.")
NOT_AN_ADDRESS: Final = gettext_lazy("This is not a valid address. It looks like https://example.com/path.")
CHUNK_BYTES: Final = 64 * 1024
PORTS: Final = {"http": 80, "https": 443}
OWN_HEADERS: Final = {"User-Agent": "Open-ML-Studio", "Accept": "*/*", "Accept-Encoding": "gzip"}
# What a caller adds may be a secret under any name. Only these go on to another server after a redirect.
KEPT_HEADERS: Final = frozenset({"accept", "accept-encoding", "accept-language", "content-type", "range", "user-agent"})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
# The other redirects turn a POST into a GET, and what it carries would be lost.
REDIRECTS_OF_POST: Final = frozenset({307, 308})


@dataclass(frozen=True)
class OutgoingResponse:
    """What a server answered in the end, at ``url``. ``size`` counts the bytes taken of the body, unpacked."""

    url: str
    status: int
    headers: httpx.Headers
    size: int
    content: bytes = b""

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return 200 <= self.status < 300


def get(
    url: str,
    *,
    max_bytes: int,
    timeout_s: float,
    headers: Mapping[str, str] | None = None,
    policy: AddressPolicy | None = None,
) -> OutgoingResponse:
    """Fetch a URL into memory; a status of 400 and more is an answer too.

    Args:
        max_bytes: a longer answer is a failure.
        timeout_s: for all of it: connections, redirects, and the body to its last byte. Looking up names comes on top,
            for as long as the machine's resolver is patient.
        headers: go along, but not to another server after a redirect.
        policy: what may be asked; None is the installation's.

    Raises:
        OutgoingRefused: the URL, or one it redirects to, may not be asked.
        OutgoingFailed: no whole answer came.
    """
    with _answered("GET", url, b"", headers, timeout_s, policy) as answer:
        content = b"".join(answer.body(max_bytes))
        return answer.response(size=len(content), content=content)


def stream_to(
    url: str,
    file: BinaryIO,
    *,
    max_bytes: int,
    timeout_s: float,
    headers: Mapping[str, str] | None = None,
    policy: AddressPolicy | None = None,
) -> OutgoingResponse:
    """Fetch a URL into a file, which after a failure holds a part of it. Arguments and errors as in ``get``.

    Raises:
        OutgoingFailed: also for a status other than 200 to 299.
    """
    size = 0
    with _answered("GET", url, b"", headers, timeout_s, policy) as answer:
        answer.check_success()
        for chunk in answer.body(max_bytes):
            file.write(chunk)
            size += len(chunk)
        return answer.response(size=size)


def open_stream(
    url: str, *, max_bytes: int, timeout_s: float, policy: AddressPolicy | None = None
) -> tuple[Iterator[bytes], int | None]:
    """Ask for a URL, and return the bytes of the answer, to be read as they come, with how many there are, if the server says so.

    Arguments and errors as in ``stream_to``; what goes wrong later is raised while reading. The connection is closed when the
    bytes have been read or thrown away.
    """
    with ExitStack() as opening:
        answer = opening.enter_context(_answered("GET", url, b"", {"Accept-Encoding": "identity"}, timeout_s, policy))
        answer.check_success()
        held = opening.pop_all()

    def chunks() -> Iterator[bytes]:
        with held:
            yield from answer.body(max_bytes)

    headers = answer.response().headers
    length = headers.get("Content-Length", "")
    is_plain = "Content-Encoding" not in headers
    return chunks(), int(length) if length.isdecimal() and is_plain else None


def post_json(
    url: str,
    payload: Any,
    *,
    max_bytes: int = 64 * 1024,
    timeout_s: float = 15,
    headers: Mapping[str, str] | None = None,
    policy: AddressPolicy | None = None,
) -> OutgoingResponse:
    """Send JSON. Arguments and errors as in ``get``, except that an answer longer than ``max_bytes`` is cut off.

    Args:
        payload: what JSON can hold, or bytes that are JSON already and are sent as they are, so that a signature over
            them holds.
    """
    content = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    headers = {"Content-Type": "application/json", **(headers or {})}
    with _answered("POST", url, content, headers, timeout_s, policy) as answer:
        start = bytearray()
        for chunk in answer.body(None):
            start += chunk
            if len(start) >= max_bytes:
                break
        taken = bytes(start[:max_bytes])
        return answer.response(size=len(taken), content=taken)


def check_address(url: str, *, policy: AddressPolicy | None = None) -> None:
    """Say early, such as when a form is saved, that a URL could not be asked. Each request is checked again by itself.

    Raises:
        OutgoingRefused: it may not be asked.
        OutgoingFailed: its name leads nowhere.
    """
    address = _parsed(url)
    (policy or AddressPolicy.from_settings()).addresses_of(address.raw_host.decode("ascii"), _port(address))


@contextmanager
def _answered(
    method: str,
    url: str,
    content: bytes,
    headers: Mapping[str, str] | None,
    timeout_s: float,
    policy: AddressPolicy | None,
) -> Iterator["_Answer"]:
    """Ask, follow redirects, and give the last answer while its connection is open."""
    backend = CheckedBackend(policy or AddressPolicy.from_settings(), Deadline(timeout_s))
    address = _parsed(url)
    try:
        sent = httpx.Headers({**OWN_HEADERS, **(headers or {})})
    except UnicodeEncodeError as error:
        raise OutgoingRefused(NOT_A_HEADER) from error
    for _hop in range(MOST_REDIRECTS + 1):
        with _plain_errors(address.host, timeout_s), connection_to(address, backend) as connection:
            request = httpcore.URL(
                scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path
            )
            fields = [(b"Host", address.netloc), *sent.raw]
            with connection.stream(method, request, headers=fields, content=content or None) as stream:
                answer = _Answer(address, stream)
                target = answer.redirect_of(method)
                if target is None:
                    yield answer
                    return
        if (target.scheme, target.netloc) != (address.scheme, address.netloc):
            sent = httpx.Headers({name: value for name, value in sent.items() if name in KEPT_HEADERS})
        address = target
    raise OutgoingFailed(
        _("%(host)s redirects more than %(limit)d times. Use the address it leads to.")
        % {"host": address.host, "limit": MOST_REDIRECTS}
    )


class _Answer:
    """An answer whose body has not been read yet."""

    def __init__(self, url: httpx.URL, stream: httpcore.Response) -> None:
        self.url, self.status = url, stream.status
        self._headers = httpx.Headers(stream.headers)
        self._stream = stream

    def response(self, size: int = 0, content: bytes = b"") -> OutgoingResponse:
        return OutgoingResponse(str(self.url), self.status, self._headers, size, content)

    def check_success(self) -> None:
        """Raise OutgoingFailed for a status other than 200 to 299."""
        if not self.response().is_success:
            raise OutgoingFailed(
                _("%(host)s has no such file: it answered with status %(status)d.")
                % {"host": self.url.host, "status": self.status}
            )

    def redirect_of(self, method: str) -> httpx.URL | None:
        """Return where the answer sends the client; None where it sends it nowhere."""
        if self.status not in REDIRECTS or "location" not in self._headers:
            return None
        try:
            target = _parsed(self.url.join(self._headers["location"]).copy_with(fragment=None))
        except httpx.InvalidURL as error:
            raise OutgoingFailed(_("%(host)s redirects to no valid address.") % {"host": self.url.host}) from error
        if method == "POST" and self.status not in REDIRECTS_OF_POST:
            raise OutgoingFailed(
                _("%(host)s has moved to %(target)s. Enter that address instead.")
                % {"host": self.url.host, "target": target}
            )
        return target

    def body(self, max_bytes: int | None) -> Iterator[bytes]:
        """Give the body unpacked; more than ``max_bytes`` of it is a failure, unless that is None."""
        size = 0
        for chunk in self._unpacked():
            size += len(chunk)
            if max_bytes is not None and size > max_bytes:
                raise OutgoingFailed(
                    _("%(host)s sends more than the %(limit)s that are allowed here.")
                    % {"host": self.url.host, "limit": filesizeformat(max_bytes)}
                )
            yield chunk

    def _unpacked(self) -> Iterator[bytes]:
        encoding = self._headers.get("content-encoding", "identity").strip().lower()
        if encoding == "identity":
            yield from self._stream.iter_stream()
        elif encoding in {"gzip", "x-gzip"}:
            # In steps of bounded size: a kilobyte may unpack to a megabyte.
            unpacker = zlib.decompressobj(wbits=31)
            for packed in self._stream.iter_stream():
                rest = packed
                while rest and not unpacker.eof:
                    yield unpacker.decompress(rest, CHUNK_BYTES)
                    rest = unpacker.unconsumed_tail
            yield unpacker.flush()
            if not unpacker.eof:
                raise zlib.error("the stream ends early")
        else:
            raise OutgoingFailed(
                _("%(host)s packs its answer in a way that was not asked for (%(encoding)s).")
                % {"host": self.url.host, "encoding": encoding}
            )


def _parsed(url: str | httpx.URL) -> httpx.URL:
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise OutgoingRefused(NOT_AN_ADDRESS) from error
    if address.scheme not in PORTS or not address.host:
        raise OutgoingRefused(_("Only addresses that begin with http:// or https:// and a server's name can be used."))
    if address.userinfo:
        raise OutgoingRefused(_("The address contains a user name or a password. Leave out what stands before the @."))
    if not HOST.fullmatch(address.raw_host) or not 0 < _port(address) < 2**16:
        raise OutgoingRefused(NOT_AN_ADDRESS)
    if len(str(address)) > LONGEST_URL:
        raise OutgoingRefused(_("The address is longer than %(limit)d characters.") % {"limit": LONGEST_URL})
    return address


def _port(address: httpx.URL) -> int:
    return PORTS[address.scheme] if address.port is None else address.port


@contextmanager
def _plain_errors(host: str, timeout_s: float) -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        sentence = _("%(host)s did not finish its answer within %(limit)g seconds.") % {
            "host": host,
            "limit": timeout_s,
        }
        raise OutgoingFailed(sentence) from error
    except httpcore.ConnectError as error:
        cause = next(iter(error.args), None)  # httpcore puts it there, and cuts the chain
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", None) or cause.reason
            sentence = _("No secure connection to %(host)s: %(reason)s") % {"host": host, "reason": reason}
        else:
            sentence = _("%(host)s cannot be reached. Check the address, and whether the server is up.") % {
                "host": host
            }
        raise OutgoingFailed(sentence) from error
    except httpcore.LocalProtocolError as error:
        raise OutgoingRefused(NOT_A_HEADER) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as error:
        raise OutgoingFailed(_("%(host)s broke off, or its answer is damaged.") % {"host": host}) from error

"""Requests that are no proper ones: refused in words, each connection by itself, and the server serves on."""

import threading
import time

import pytest

from mlstudio.serving.parser import Chunks, Malformed, parse_head
from tests.launcher.waiting import until
from tests.serving.servers import serving

HEAD = b"POST /score HTTP/1.1\r\nHost: x\r\n"
GOOD = HEAD + b"Content-Length: 2\r\n\r\n[]"

REFUSED = {
    "two lengths": (400, HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n[]"),
    "length and chunks": (400, HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "lengths in a list": (400, HEAD + b"Content-Length: 2, 2\r\n\r\n[]"),
    "negative length": (400, HEAD + b"Content-Length: -1\r\n\r\n"),
    "length with a sign": (400, HEAD + b"Content-Length: +2\r\n\r\n[]"),
    "length of other digits": (400, HEAD + "Content-Length: ²\r\n\r\n".encode("latin-1")),
    "other coding": (501, HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n"),
    "coding twice": (400, HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"),
    "chunks in HTTP/1.0": (400, b"POST /score HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "chunk size no number": (400, HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    "chunk size 0x": (400, HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n[]\r\n"),
    "chunk size endless": (400, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 500),
    "chunk longer than said": (400, HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n[]\r\n0\r\n\r\n"),
    "chunk ended by newline": (400, HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\n[]\r\n0\r\n\r\n"),
    "NUL in a value": (400, HEAD + b"X-A: a\0b\r\n\r\n"),
    "NUL in the path": (400, b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"),
    "bare newline": (400, b"GET / HTTP/1.1\nHost: x\r\n\r\n"),
    "bare return": (400, HEAD + b"X-A: a\rb\r\n\r\n"),
    "folded header": (400, HEAD + b"X-A: a\r\n b\r\n\r\n"),
    "space before colon": (400, HEAD + b"Content-Length : 2\r\n\r\n[]"),
    "no colon": (400, HEAD + b"Content-Length\r\n\r\n"),
    "no host": (400, b"GET / HTTP/1.1\r\n\r\n"),
    "two hosts": (400, b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
    "no version": (400, b"GET /\r\n\r\n"),
    "version 2": (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "spaces in the target": (400, b"GET / a HTTP/1.1\r\nHost: x\r\n\r\n"),
    "target of a proxy": (400, b"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
    "huge header": (431, HEAD + b"X-A: " + b"a" * 40_000),
    "many headers": (431, HEAD + b"".join(b"X-%d: a\r\n" % each for each in range(150)) + b"\r\n"),
    "too large": (413, HEAD + b"Content-Length: 1048577\r\n\r\n"),
    "too large in chunks": (413, HEAD + b"Transfer-Encoding: chunked\r\n\r\n100001\r\n"),
    "length beyond numbers": (400, HEAD + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n"),
}


@pytest.fixture(scope="module")
def server():
    with serving({"score.py": "def init(): pass\ndef run(data): return data\n"}, "--max-body-mb", "1") as served:
        yield served


@pytest.mark.servers
@pytest.mark.parametrize("name", REFUSED)
def test_refused_once_and_closed(server, name):
    status, data = REFUSED[name]
    got = server.raw(data + GOOD)
    assert got.startswith(b"HTTP/1.1 %d " % status), got
    assert got.count(b"HTTP/1.1 ") == 1  # what follows is no request of its own
    assert b"Connection: close" in got
    assert b'{"message": "' in got
    assert server.ask("/score", b"1")[0] == 200


@pytest.mark.servers
def test_requests_sent_ahead_are_answered_in_their_order(server):
    requests = b"".join(HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(b"%d" % n), b"%d" % n) for n in range(50))
    got = server.raw(requests + HEAD + b"Connection: close\r\nContent-Length: 3\r\n\r\nend")
    bodies = [each.partition(b"\r\n\r\n")[2] for each in got.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [b'"%d"' % n for n in range(50)] + [b'"end"']


@pytest.mark.servers
def test_chunks_in_any_pieces(server):
    body = b"3;a=b\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nX-Trailer: 1\r\n\r\n"
    data = HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    assert server.raw(data).endswith(b'"abc0123456789abcdef"')


@pytest.mark.servers
def test_a_client_that_waits_for_permission_gets_it(server):
    got = server.raw(HEAD + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]")
    assert got.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


@pytest.mark.servers
def test_a_body_of_the_largest_size(server):
    assert server.ask("/score", b"x" * (1 << 20))[0] == 200
    assert server.ask("/score", b"x" * ((1 << 20) + 1))[0] == 413


@pytest.mark.servers
@pytest.mark.exhaustive
def test_a_slow_head_times_out_and_hurts_nobody(server):
    got = []
    slow = threading.Thread(target=lambda: got.append(server.raw(HEAD, timeout=30)))
    slow.start()
    began = time.monotonic()
    while slow.is_alive():
        assert server.ask("/score", b"1")[0] == 200
        slow.join(0.5)
    assert got[0].startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 25


def read_byte_by_byte(data):
    """Parse a request without a server; returns whether it is complete."""
    head, _end, rest = data.partition(b"\r\n\r\n")
    assert parse_head(head).length is None
    chunks, buffer = Chunks(1 << 20), bytearray()
    is_complete = False
    for at in range(len(rest)):
        buffer += rest[at : at + 1]
        is_complete = chunks.feed(buffer)
    return is_complete


@pytest.mark.parametrize("name", [name for name in REFUSED if name not in ("too large", "huge header")])
def test_the_parser_refuses_the_same_byte_by_byte(name):
    with pytest.raises(Malformed) as refusal:
        read_byte_by_byte(REFUSED[name][1])
    assert refusal.value.status == REFUSED[name][0]


def test_the_parser_takes_chunks_byte_by_byte():
    assert read_byte_by_byte(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: 1\r\n\r\n")


@pytest.mark.servers
def test_a_client_that_leaves_frees_its_place():
    script = (
        "import time\ndef init(): pass\ndef run(data):\n    time.sleep(0.5)\n    print('did', data)\n    return 1\n"
    )
    with serving({"score.py": script}) as server:
        waiting = [
            threading.Thread(target=server.raw, args=[HEAD + b"Content-Length: 1\r\n\r\n%d" % n, 0.2])
            for n in (1, 2, 3)
        ]
        for each in waiting:
            each.start()
        until(lambda: server.ask("/-/figures")[1]["queued"] == 2)
        until(lambda: server.ask("/-/figures")[1]["queued"] == 0)
        until(lambda: server.ask("/-/figures")[1]["busy"] == 0)
        assert server.log.count("did") == 1

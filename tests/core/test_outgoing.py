"""Requests made for users, against real servers on this machine's loopback addresses."""

import contextlib
import gzip
import io
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.core import outgoing
from apps.core.outgoing import AddressPolicy, OutgoingFailed, OutgoingRefused
from apps.core.outgoing.addresses import system_addresses

pytestmark = pytest.mark.exhaustive
LIMITS: dict[str, Any] = {"max_bytes": 10_000, "timeout_s": 10}


class Server(ThreadingHTTPServer):
    site: "Site"

    def handle_error(self, *arguments):
        """Refused handshakes are what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        self.server.site.requests.append((self.command, self.path, self.headers, self.rfile.read(length)))
        with contextlib.suppress(OSError):  # the client may have had enough
            self.server.site.routes[self.path](self)

    def do_POST(self):
        self.do_GET()

    def answer(self, body=b"", status=200, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def drip(self, data, times=400):
        """Send ``data`` again and again, slowly, until the client or the test is gone; in the end, be content."""
        for _ in range(times):
            self.wfile.write(data)
            self.wfile.flush()
            if self.server.site.stopping.wait(0.02):
                return

    def log_message(self, *arguments):
        pass


@dataclass
class Site:
    """A server, what it answers, and what it was asked."""

    port: int = 0
    routes: dict[str, Callable[[Handler], None]] = field(default_factory=dict)
    requests: list[tuple[str, str, Any, bytes]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for _, path, _, _ in self.requests]


@contextlib.contextmanager
def serving(address: str, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    site = Site()
    server = Server((address, port), Handler)
    server.site = site
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        site.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    """A server the policy of these tests lets through, at 127.0.0.1."""
    with serving("127.0.0.1") as running:
        running.routes["/"] = lambda handler: handler.answer(b"hello")
        yield running


@pytest.fixture
def inner(site) -> Iterator[Site]:
    """A server that must not be reached, on the same port of 127.0.0.2."""
    with serving("127.0.0.2", site.port) as running:
        running.routes["/"] = lambda handler: handler.answer(b"secret")
        yield running


def policy(names=None, allowed="127.0.0.1/32") -> AddressPolicy:
    """Lets ``allowed`` through, and knows some ``names``; each leads to addresses, or is asked for them."""
    known = names or {}

    def resolve(host, port):
        found = known.get(host)
        return found() if callable(found) else found or system_addresses(host, port)

    return AddressPolicy(allowed=(ip_network(allowed),), resolve=resolve)


def test_get_gives_what_the_server_answered(site):
    site.routes["/page?a=b%20c"] = lambda handler: handler.answer(b"no such page", status=404, X_Reason="gone")
    answer = outgoing.get(
        site.url("/page?a=b%20c#part", "hooks.test"), policy=policy({"hooks.test": ["127.0.0.1"]}), **LIMITS
    )
    assert (answer.status, answer.content, answer.size) == (404, b"no such page", 12)
    assert answer.headers["x-reason"] == "gone"
    assert not answer.is_success
    [(method, _, headers, _)] = site.requests
    assert method == "GET"
    assert headers["Host"] == f"hooks.test:{site.port}"
    assert headers["User-Agent"] == "Open-ML-Studio"


def test_post_json(site):
    site.routes["/hook"] = lambda handler: handler.answer(b"thanks", status=202)
    answer = outgoing.post_json(site.url("/hook"), {"run": "ü"}, headers={"X-Signature": "abc"}, policy=policy())
    assert answer.is_success
    assert answer.content == b"thanks"
    outgoing.post_json(site.url("/hook"), b'{"signed":  1}', policy=policy())
    (_, _, headers, first), (method, _, _, second) = site.requests
    assert method == "POST"
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Signature"] == "abc"
    assert json.loads(first) == {"run": "ü"}
    assert second == b'{"signed":  1}'


@pytest.mark.parametrize(
    "headers", [{"X-Token": "ü"}, {"X-Token": "a\r\nX-Evil: b"}, {"X Token": "a"}, {"X-Token": "a\0"}]
)
def test_headers_that_cannot_be_sent_are_said_so(headers, site):
    with pytest.raises(OutgoingRefused, match="A header contains characters that cannot be sent"):
        outgoing.get(site.url("/"), headers=headers, policy=policy(), **LIMITS)
    assert site.requests == []


def test_stream_to_a_file(site):
    data = bytes(range(256)) * 20_000
    site.routes["/data.csv"] = lambda handler: handler.answer(data)
    site.routes["/missing"] = lambda handler: handler.answer(b"<html>", status=404)
    file = io.BytesIO()
    answer = outgoing.stream_to(site.url("/data.csv"), file, max_bytes=len(data), timeout_s=10, policy=policy())
    assert file.getvalue() == data
    assert (answer.size, answer.content) == (len(data), b"")

    empty = io.BytesIO()
    with pytest.raises(OutgoingFailed, match=r"127.0.0.1 has no such file: it answered with status 404"):
        outgoing.stream_to(site.url("/missing"), empty, max_bytes=100, timeout_s=10, policy=policy())
    assert empty.getvalue() == b""


# --- where requests may go --------------------------------------------------------------------------------------------

LOOPBACK = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
            "localhost", "LOCALHOST", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1"]  # fmt: skip
PRIVATE = ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "[fc00::1]", "[fdff::1]",
           "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "3232235777", "0xa.1"]  # fmt: skip
METADATA = ["169.254.169.254", "2852039166", "0xa9fea9fe", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]",
            "[64:ff9b::a9fe:a9fe]", "169.254.170.2", "[fe80::1]", "[fd00:ec2::254]", "[fd20:ce::254]", "100.100.100.200",
            "192.0.0.192", "168.63.129.16"]  # fmt: skip
NOWHERE = ["0.0.0.0", "0", "[::]", "224.0.0.1", "[ff02::1]", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
           "198.18.0.1", "203.0.113.9", "192.88.99.1", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001::1]",
           "[2001:0:7f00:1::]", "[2001:db8::1]", "[::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[fec0::1]", "[100::1]",
           "[3fff::1]"]  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACK + PRIVATE + METADATA + NOWHERE)
def test_by_default_only_public_addresses_are_asked(host, site):
    url = site.url("/", host)
    with pytest.raises(OutgoingRefused):
        outgoing.check_address(url)
    with pytest.raises(OutgoingRefused):
        outgoing.get(url, **LIMITS)
    assert site.requests == []


@pytest.fixture
def private_allowed(settings):
    settings.STUDIO = replace(settings.STUDIO, allow_private_addresses=True)


@pytest.mark.usefixtures("private_allowed")
def test_an_administrator_can_let_private_addresses_through(site):
    for host in ("127.0.0.1", "localhost", "2130706433"):
        assert outgoing.get(site.url("/", host), **LIMITS).content == b"hello"
    for host in PRIVATE:
        outgoing.check_address(f"http://{host}/")


@pytest.mark.usefixtures("private_allowed")
@pytest.mark.parametrize("host", METADATA + NOWHERE)
def test_but_never_those_of_metadata_or_of_nobody(host):
    with pytest.raises(OutgoingRefused):
        outgoing.check_address(f"http://{host}/")


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_fine(address):
    outgoing.check_address("https://example.com/", policy=AddressPolicy(allowed=(), resolve=lambda *_: [address]))


def test_the_sentences_say_what_to_do():
    for host, mentions in (
        ("10.0.0.1", "10.0.0.1 leads into the private network of the studio. Use a public address, or ask"),
        ("169.254.169.254", "where their own credentials are found"),
        ("224.0.0.1", "belongs to no server"),
    ):
        with pytest.raises(OutgoingRefused, match=mentions):
            outgoing.check_address(f"http://{host}")


NO_ADDRESSES = [
    *("", "example.com", "//example.com", "http://", "http:///path", "ftp://example.com/", "file:///etc/passwd"),
    *("gopher://example.com/", "javascript:alert(1)", "unix:///run/x.sock", "http+unix://x/", "http://exa mple.com/"),
    *(
        "http://example.com:99999/",
        "http://example.com:0/",
        "http://a%2eb/",
        "http://a;b/",
        "http://[::1",
        "http://\0/",
    ),
    *("http://example.com/\r\nX: y", "https://" + "a" * 5000),
    *("http://user:secret@example.com/", "http://user@example.com/", "http://:secret@example.com/"),
]


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_refuses_what_is_no_plain_web_address(url):
    nobody_asked = AddressPolicy(allowed=(), resolve=lambda *_: pytest.fail("looked up a name"))
    for use in (outgoing.check_address, lambda url, policy: outgoing.get(url, policy=policy, **LIMITS)):
        with pytest.raises(OutgoingRefused) as seen:
            use(url, policy=nobody_asked)
        assert "secret" not in str(seen.value)


@pytest.mark.parametrize("addresses", [["8.8.8.8", "10.0.0.1"], ["169.254.169.254", "8.8.8.8"], ["::1", "8.8.8.8"]])
def test_one_bad_address_among_good_ones_is_enough(addresses):
    with pytest.raises(OutgoingRefused):
        outgoing.get("http://mixed.test/", policy=policy({"mixed.test": addresses}), **LIMITS)


def test_a_name_is_looked_up_once_and_what_was_checked_is_what_is_asked(site, inner):
    """DNS rebinding: the second answer of the name server leads inside."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]])
    rebinding = policy({"rebind.test": lambda: next(answers)})
    assert outgoing.get(site.url("/", "rebind.test"), policy=rebinding, **LIMITS).content == b"hello"
    with pytest.raises(OutgoingRefused):
        outgoing.get(site.url("/", "rebind.test"), policy=rebinding, **LIMITS)
    assert next(answers) == ["127.0.0.2"]
    assert inner.requests == []


def test_an_address_that_does_not_answer_is_passed_over(site):
    names = {"two.test": ["127.0.0.3", "127.0.0.1"]}
    answer = outgoing.get(site.url("/", "two.test"), policy=policy(names, "127.0.0.0/8"), **LIMITS)
    assert answer.content == b"hello"


def test_proxies_of_the_environment_are_not_used(site, inner, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, inner.url("", "127.0.0.2"))
    assert outgoing.get(site.url("/"), policy=policy(), **LIMITS).content == b"hello"
    assert inner.requests == []


# --- redirects --------------------------------------------------------------------------------------------------------


def redirect_to(location, status=302):
    return lambda handler: handler.answer(status=status, Location=location)


def test_follows_redirects_within_reason(site):
    site.routes["/0"] = redirect_to("1", 301)
    site.routes["/1"] = redirect_to("/2?x=ä#part", 303)
    site.routes["/2?x=%C3%A4"] = redirect_to(f"//127.0.0.1:{site.port}/3", 307)
    site.routes["/3"] = redirect_to("/4", 308)
    site.routes["/4"] = redirect_to(site.url("/"))
    answer = outgoing.get(site.url("/0"), policy=policy(), **LIMITS)
    assert answer.content == b"hello"
    assert answer.url == site.url("/")

    site.routes["/again"] = redirect_to("/0")
    with pytest.raises(OutgoingFailed, match="redirects more than 5 times"):
        outgoing.get(site.url("/again"), policy=policy(), **LIMITS)


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.2:{port}/", "//127.0.0.2:{port}/", "http://0x7f000002:{port}/", "http://inner.test:{port}/",
     "http://169.254.169.254/latest/meta-data/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.2]:{port}/",
     "file:///etc/passwd", "ftp://127.0.0.1/", "http://user:pass@127.0.0.1:{port}/", "http://x:0/"],
)  # fmt: skip
@pytest.mark.parametrize("hops", [1, 2])
def test_every_hop_is_checked(target, hops, site, inner):
    site.routes["/start"] = redirect_to("/second") if hops == 2 else redirect_to(target.format(port=site.port))
    site.routes["/second"] = redirect_to(target.format(port=site.port))
    names = policy({"inner.test": ["127.0.0.2"]})
    with pytest.raises(OutgoingRefused):
        outgoing.get(site.url("/start"), policy=names, **LIMITS)
    file = io.BytesIO()
    with pytest.raises(OutgoingRefused):
        outgoing.stream_to(site.url("/start"), file, policy=names, **LIMITS)
    assert file.getvalue() == b""
    assert inner.requests == []


def test_secrets_stay_with_the_server_they_were_meant_for(site, inner):
    """``inner`` is let through here, as another honest server."""
    secrets = {"Authorization": "Bearer secret", "Cookie": "a=secret", "X-Api-Key": "secret", "Accept": "text/csv"}
    both = policy({"other.test": ["127.0.0.1"]}, "127.0.0.0/8")
    site.routes["/same"] = redirect_to("/")
    site.routes["/name"] = redirect_to(site.url("/", "other.test"))
    site.routes["/back"] = redirect_to(inner.url("/return", "127.0.0.2"))
    inner.routes["/return"] = redirect_to(site.url("/"))
    for path in ("/same", "/name", "/back"):
        outgoing.get(site.url(path), headers=secrets, policy=both, **LIMITS)
    seen = [
        ("secret" in str(headers), headers["Accept"], path) for _, path, headers, _ in site.requests + inner.requests
    ]
    assert seen == [
        (True, "text/csv", "/same"),
        (True, "text/csv", "/"),
        (True, "text/csv", "/name"),
        (False, "text/csv", "/"),
        (True, "text/csv", "/back"),
        (False, "text/csv", "/"),
        (False, "text/csv", "/return"),
    ]


@pytest.mark.parametrize("status", [307, 308])
def test_a_post_is_sent_again_where_the_redirect_asks_for_it(site, status):
    site.routes["/hook"] = redirect_to("/new", status)
    site.routes["/new"] = lambda handler: handler.answer(b"ok")
    assert outgoing.post_json(site.url("/hook"), {"a": 1}, policy=policy()).content == b"ok"
    assert [(method, path, body) for method, path, _, body in site.requests] == [
        ("POST", "/hook", b'{"a":1}'),
        ("POST", "/new", b'{"a":1}'),
    ]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_post_is_not_turned_into_a_get(site, status):
    site.routes["/hook"] = redirect_to("/new", status)
    with pytest.raises(OutgoingFailed, match=r"has moved to http://127.0.0.1:\d+/new. Enter that address instead"):
        outgoing.post_json(site.url("/hook"), {"a": 1}, policy=policy())
    assert site.paths() == ["/hook"]


# --- limits -----------------------------------------------------------------------------------------------------------


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    handler.drip(bytes(100_000))


@pytest.mark.parametrize(
    "route", [endless, lambda handler: handler.answer(bytes(10_001))], ids=["endless", "announced"]
)
def test_a_body_that_is_too_large_is_cut_off(site, route):
    site.routes["/large"] = route
    file = io.BytesIO()
    with pytest.raises(OutgoingFailed, match=r"127.0.0.1 sends more than the 9.8\sKB that are allowed"):
        outgoing.get(site.url("/large"), policy=policy(), **LIMITS)
    with pytest.raises(OutgoingFailed, match="sends more than"):
        outgoing.stream_to(site.url("/large"), file, policy=policy(), **LIMITS)
    assert len(file.getvalue()) <= 10_000


def test_of_the_answer_to_a_post_only_the_start_is_kept(site):
    site.routes["/hook"] = endless
    answer = outgoing.post_json(site.url("/hook"), {}, max_bytes=1000, policy=policy())
    assert answer.is_success
    assert answer.content == bytes(1000)


def test_unpacks_gzip_within_the_limit(site):
    bomb = gzip.compress(bytes(50_000_000))
    packed = gzip.compress(b"a,b\n" * 2000)
    site.routes["/bomb"] = lambda handler: handler.answer(bomb, Content_Encoding="gzip")
    site.routes["/fine"] = lambda handler: handler.answer(packed, Content_Encoding="gzip")
    site.routes["/half"] = lambda handler: handler.answer(packed[:-10], Content_Encoding="gzip")
    site.routes["/none"] = lambda handler: handler.answer(b"not gzip", Content_Encoding="gzip")
    site.routes["/other"] = lambda handler: handler.answer(b"?", Content_Encoding="br")
    assert outgoing.get(site.url("/fine"), policy=policy(), **LIMITS).content == b"a,b\n" * 2000
    for path, mentions in (
        ("/bomb", "sends more than"),
        ("/half", "its answer is damaged"),
        ("/none", "its answer is damaged"),
        ("/other", r"not asked for \(br\)"),
    ):
        with pytest.raises(OutgoingFailed, match=mentions):
            outgoing.get(site.url(path), policy=policy(), **LIMITS)


def test_unpacks_in_small_pieces_however_much_is_inside(site):
    class Pieces(io.BytesIO):
        largest = 0

        def write(self, data):
            self.largest = max(self.largest, len(data))
            return len(data)

    site.routes["/zeros"] = lambda handler: handler.answer(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")
    file = Pieces()
    answer = outgoing.stream_to(site.url("/zeros"), file, max_bytes=50_000_000, timeout_s=30, policy=policy())
    assert answer.size == 50_000_000
    assert file.largest <= 64 * 1024


def slow_status(handler):
    handler.drip(b"H")


def slow_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    handler.drip(b"X-Drop: y\r\n")
    handler.wfile.write(b"Content-Length: 0\r\n\r\n")


def slow_body(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n")
    handler.drip(b"x")


def silent(handler):
    handler.server.site.stopping.wait(8)
    handler.answer(b"late")


@pytest.mark.parametrize("route", [slow_status, slow_headers, slow_body, silent])
def test_the_time_limit_is_for_all_of_it(site, route):
    """Each of these sends a byte often enough to outlive a limit between bytes, or ends well after the test's limit."""
    site.routes["/slow"] = route
    with pytest.raises(OutgoingFailed, match=r"127.0.0.1 did not finish its answer within 0.3 seconds"):
        outgoing.get(site.url("/slow"), max_bytes=100_000, timeout_s=0.3, policy=policy())


def test_the_time_limit_spans_redirects(site):
    def slow_redirect(handler):
        handler.server.site.stopping.wait(0.2)
        handler.answer(status=302, Location="/slow")

    site.routes["/slow"] = slow_redirect
    with pytest.raises(OutgoingFailed, match=r"within 0.5 seconds"):
        outgoing.get(site.url("/slow"), max_bytes=100, timeout_s=0.5, policy=policy())


# --- servers that are not well ----------------------------------------------------------------------------------------


def broken_body(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nhalf")
    handler.close_connection = True


def no_http(handler):
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    handler.close_connection = True


def hangs_up(handler):
    handler.close_connection = True


@pytest.mark.parametrize("route", [broken_body, no_http, hangs_up])
def test_a_broken_answer_is_a_failure(site, route):
    site.routes["/broken"] = route
    with pytest.raises(OutgoingFailed, match=r"127.0.0.1 broke off, or its answer is damaged"):
        outgoing.get(site.url("/broken"), policy=policy(), **LIMITS)


def test_a_server_that_is_down_or_unknown_is_a_failure():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(OutgoingFailed, match=r"127.0.0.1 cannot be reached"):
            outgoing.get(f"http://127.0.0.1:{unused.getsockname()[1]}/", policy=policy(), **LIMITS)
    for host in ("no-such-host.invalid", "x" * 64 + ".example"):
        with pytest.raises(OutgoingFailed, match=r"leads to no address. Check its spelling"):
            outgoing.get(f"http://{host}/", policy=policy(), **LIMITS)


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for hooks.test that vouches for itself: paths of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def secure_site(certificate):
    """A server with TLS at 127.0.0.1; its requests begin with the name each handshake asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with serving("127.0.0.1", tls=context) as running:
        context.sni_callback = lambda _socket, name, _context: running.requests.append(("SNI", name or "", {}, b""))
        running.routes["/"] = lambda handler: handler.answer(b"hello")
        yield running


NAMES = {"hooks.test": ["127.0.0.1"], "else.test": ["127.0.0.1"]}


def test_tls_is_checked_against_the_name_and_not_the_address(secure_site, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))  # how a machine trusts its company's servers
    answer = outgoing.get(secure_site.url("/", "hooks.test", "https"), policy=policy(NAMES), **LIMITS)
    assert answer.content == b"hello"
    assert secure_site.paths() == ["hooks.test", "/"]
    assert secure_site.requests[1][2]["Host"] == f"hooks.test:{secure_site.port}"
    for host in ("else.test", "127.0.0.1"):
        with pytest.raises(OutgoingFailed, match=f"No secure connection to {host}: .*not valid for"):
            outgoing.get(secure_site.url("/", host, "https"), policy=policy(NAMES), **LIMITS)
    assert "/" not in secure_site.paths()[2:]


def test_a_certificate_nobody_vouches_for_is_refused(secure_site):
    with pytest.raises(OutgoingFailed, match=r"No secure connection to hooks.test: self.signed certificate"):
        outgoing.get(secure_site.url("/", "hooks.test", "https"), policy=policy(NAMES), **LIMITS)


def test_a_handshake_that_never_comes_ends_at_the_limit():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}/"
        with pytest.raises(OutgoingFailed, match="did not finish"):
            outgoing.get(url, max_bytes=10, timeout_s=0.3, policy=policy())

"""A small OpenID Connect provider on the loopback, for tests: code flow with PKCE, RS256, userinfo, keys."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "studio"
CLIENT_SECRET = "s3cret-of-the-client"


class IdentityProvider:
    """Vouches for whoever ``person`` describes. Faults are set by its attributes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.person: dict[str, Any] = {}
        self.userinfo_changes: dict[str, Any] = {}
        self.token_changes: dict[str, Any] = {}
        self.signs_with_other_key = False
        self.is_down = False
        self.requests: list[str] = []
        self._key, self._other_key = _key("ours"), _key("another")
        self._grants: dict[str, dict[str, str]] = {}

    def authorize(self, address: str) -> str:
        """Do what the provider's sign-in page would: return the address to which it sends the browser back."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.url}/authorize", address
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._grants[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def answer(self, path: str, body: dict[str, str], authorization: str) -> tuple[int, Any]:
        """Answer one request of the studio's."""
        self.requests.append(path)
        if self.is_down:
            return 503, "<html>down for maintenance</html>"
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/token":
            return self._token(body)
        if path == "/userinfo" and authorization == "Bearer access-to-userinfo":
            return 200, {**self.person, **self.userinfo_changes}
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
            return 200, {"keys": [{**public, "kid": "1", "alg": "RS256", "use": "sig"}]}
        return 404, {}

    def _token(self, body: dict[str, str]) -> tuple[int, Any]:
        asked = self._grants.pop(body.get("code", ""), None)
        digest = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_ours = (body.get("client_id"), body.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        if (
            not asked
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != body["redirect_uri"]
            or not is_ours
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "jti": secrets.token_hex(8)}
        key = self._other_key if self.signs_with_other_key else self._key
        id_token = jwt.encode({**claims, **self.person, **self.token_changes}, key, "RS256", headers={"kid": "1"})
        return 200, {"access_token": "access-to-userinfo", "token_type": "Bearer", "id_token": id_token}


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """Serve a provider until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = IdentityProvider(f"http://127.0.0.1:{server.server_port}")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._answer({name: values[0] for name, values in parse_qs(raw).items()})

        def _answer(self, body: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            if path == "/authorize":  # a browser, which the provider knows already
                self.send_response(302)
                self.send_header("Location", provider.authorize(f"{provider.url}{self.path}"))
                self.end_headers()
                return
            code, content = provider.answer(path, body, self.headers.get("Authorization", ""))
            data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(code)
            self.send_header("Content-Type", "text/html" if isinstance(content, str) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: Any) -> None:
            """Print nothing."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

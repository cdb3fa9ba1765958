"""A client that sends files in parts, to the web application itself."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from apps.accounts.models import User
from apps.workspaces.models import Workspace
from tests.accounts.factories import AccessTokenFactory


class Sender:
    """Somebody with a token, in front of the ASGI application."""

    def __init__(self, user: User | None, workspace: Workspace, **headers: str) -> None:
        from studio.asgi.web import application

        self.base = f"{settings.STUDIO.url}/api/v1/workspaces/{workspace.name}/"
        self.application = application
        self.headers = dict(headers)
        if user is not None:
            self.headers["Authorization"] = f"Bearer {AccessTokenFactory(user=user).secret}"

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Make one request."""
        return asyncio.run(self._ask(method, path, **options))

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.application)
        headers = {**self.headers, **options.pop("headers", {})}
        async with httpx.AsyncClient(transport=transport, headers=headers, timeout=60) as client:
            return await client.request(method, f"{self.base}{path}", **options)

    def begin(self, *files: tuple[str, int]) -> dict[str, Any]:
        """Announce files; returns the upload, with its files under ``files``."""
        body = {"files": [{"path": path, "size": size} for path, size in files]}
        answer = self.ask("POST", "uploads/", json=body)
        assert answer.status_code in {200, 201}, answer.text
        upload: dict[str, Any] = answer.json()
        found = self.ask("GET", f"uploads/{upload['id']}/files/").json()["results"]
        upload["files"] = sorted(found, key=lambda file: file["path"])
        return upload

    def put(
        self, upload: dict[str, Any], number: int, data: Any, offset: int = 0, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send a part of a file."""
        path = f"uploads/{upload['id']}/files/{upload['files'][number]['id']}/?offset={offset}"
        return self.ask("PUT", path, content=data, headers=headers or {})

    def cut_off(self, upload: dict[str, Any], number: int, data: bytes) -> list[Any]:
        """Send the beginning of a part, then go away. Returns what the studio has answered to that."""
        path = f"{urlsplit(self.base).path}uploads/{upload['id']}/files/{upload['files'][number]['id']}/"
        messages = iter([{"type": "http.request", "body": data, "more_body": True}, {"type": "http.disconnect"}])
        answered: list[Any] = []

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            answered.append(message)

        headers = {"host": urlsplit(self.base).netloc, **self.headers}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PUT", "scheme": "http",
            "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"offset=0", "server": ("testserver", 80),
            "client": ("127.0.0.1", 1), "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        asyncio.run(self.application(scope, receive, send))
        return answered

    def complete(self, upload: dict[str, Any], **sha256: str) -> httpx.Response:
        """Say that all has been sent; hashes by the path of the file."""
        ids = {file["path"]: file["id"] for file in upload["files"]}
        files = [{"id": ids[path], "sha256": value} for path, value in sha256.items()]
        return self.ask("POST", f"uploads/{upload['id']}/complete/", json={"files": files})

    def send(self, **files: bytes) -> dict[str, Any]:
        """Upload whole files."""
        upload = self.begin(*((name, len(data)) for name, data in files.items()))
        for number, file in enumerate(upload["files"]):
            assert self.put(upload, number, files[file["path"]]).status_code == 200
        assert self.complete(upload).status_code == 200
        return upload

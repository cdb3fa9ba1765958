"""Every address of the studio, found by asking the resolver; nothing here needs changing when an app adds one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from apps.core.access import Access
from studio.sockets import socket_patterns

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """One address. ``pattern`` is as ``urls.py`` files write it, such as ``/workspaces/<str:name>/``."""

    pattern: str
    view: Any
    access: Access | None

    def __str__(self) -> str:
        return PARAMETER.sub(r"<\1>", self.pattern)

    @property
    def view_name(self) -> str:
        """What to look for in the code."""
        return f"{self.view.__module__}.{getattr(self.view, '__qualname__', type(self.view).__name__)}"

    @property
    def is_api(self) -> bool:
        """Whether programs call it."""
        return self.pattern.startswith("/api/v1/") or self.pattern.removeprefix("/mlflow/<str:name>/") not in {
            self.pattern,
            "",
        }

    @property
    def parameters(self) -> list[str]:
        """The names of what stands in the address for an object."""
        return PARAMETER.findall(self.pattern)

    def address(self, arguments: dict[str, Any]) -> str:
        """Return the address of one object."""
        return PARAMETER.sub(lambda match: str(arguments[match[1]]), self.pattern)


@cache
def all_routes() -> list[Route]:
    """Return every page and API route."""
    return list(_walk(get_resolver("studio.urls"), "/"))


def declared_routes() -> list[Route]:
    """Return the routes that say who may call them."""
    return [route for route in all_routes() if route.access is not None]


@cache
def all_sockets() -> list[Route]:
    """Return every websocket."""
    consumers = [(pattern, pattern.callback.consumer_class) for pattern in socket_patterns]
    return [
        Route(f"/{pattern.pattern}", consumer, getattr(consumer, "access", None)) for pattern, consumer in consumers
    ]


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            view = getattr(entry.callback, "cls", None) or getattr(entry.callback, "view_class", entry.callback)
            access = getattr(entry.callback, "access", None) or getattr(view, "access", None)
            yield Route(f"{prefix}{entry.pattern}", view, access)
        else:
            yield from _walk(entry, f"{prefix}{entry.pattern}")

"""Passes with which somebody who may read an endpoint tries it from a page or a terminal, without its keys."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.endpoints import tokens
from apps.endpoints.models import Endpoint

LIVES_S = 120


@dataclass(frozen=True)
class Pass:
    """A token that opens one endpoint until ``expires_at``. ``path``: where requests go, at the studio's own address."""

    token: str
    path: str
    expires_at: datetime


def make_pass(endpoint: Endpoint) -> Pass:
    """Return a pass for the next requests. Nothing is stored; it opens the endpoint whatever that asks programs for."""
    expires_at = int(time.time()) + LIVES_S
    return Pass(
        token=tokens.make(tokens.TEST, endpoint.pk, expires_at),
        path=path_of(endpoint),
        expires_at=datetime.fromtimestamp(expires_at, UTC),
    )


def path_of(endpoint: Endpoint) -> str:
    """Return where requests go at the studio's own address; a slash at its end. A proxy, or the studio, leads on from there."""
    return f"/api/v1/endpoints/{endpoint.workspace.name}/{endpoint.name}/"

"""One request to an endpoint, made for somebody at a page of the studio."""

import time
from dataclasses import dataclass

import httpx
from django.utils.translation import gettext as _

from apps.core.errors import PlatformError
from apps.endpoints import tokens
from apps.endpoints.addresses import base_url
from apps.endpoints.models import Endpoint

ANSWER_WITHIN_S = 60
LIVES_S = 120
SHOWN_CHARACTERS = 200_000


@dataclass(frozen=True)
class Answer:
    """What an endpoint answered. ``body`` as text, cut where it is very long."""

    status: int
    took_ms: float
    content_type: str
    deployment: str
    request_id: str
    body: str


def call(endpoint: Endpoint, body: str, *, deployment: str = "", path: str = "score") -> Answer:
    """Send one request through the gateway, as a program would.

    Args: deployment: the one to ask; empty where the traffic decides.

    Raises:
        PlatformError: the gateway cannot be reached.
    """
    token = tokens.make(tokens.TEST, endpoint.pk, int(time.time()) + LIVES_S)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if deployment:
        headers["azureml-model-deployment"] = deployment
    try:
        with httpx.Client(timeout=ANSWER_WITHIN_S, trust_env=False) as client:
            started = time.perf_counter()  # making a client takes longer than many a model
            response = client.post(f"{base_url(endpoint)}{path}", content=body.encode(), headers=headers)
            took_ms = round((time.perf_counter() - started) * 1000, 1)
    except httpx.TimeoutException:
        raise PlatformError(_("The endpoint did not answer within %(wait)d s.") % {"wait": ANSWER_WITHIN_S}) from None
    except httpx.HTTPError:
        raise PlatformError(_("The gateway does not answer. Is it running?")) from None
    return Answer(
        status=response.status_code,
        took_ms=took_ms,
        content_type=response.headers.get("content-type", ""),
        deployment=response.headers.get("azureml-model-deployment", ""),
        request_id=response.headers.get("x-request-id", ""),
        body=response.text[:SHOWN_CHARACTERS],
    )

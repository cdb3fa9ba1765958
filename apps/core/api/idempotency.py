"""``Idempotency-Key``: a client that got no answer may send a create request again and nothing is created twice.

The first request reserves its key, then runs in one transaction with the answer that is kept for it. So whatever dies
in between, either both are there or neither is, and a second request is answered from the first or is the first.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from django.contrib.auth.models import AnonymousUser
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import crypto
from apps.core.api.renderers import OrjsonRenderer
from apps.core.errors import Conflict, UserError
from apps.core.models import IdempotentAnswer

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
LONGEST_KEY = 200
# No request lives this long: one that still seems to be worked on was killed, and its key may be used again.
ABANDONED_AFTER = timedelta(minutes=2)
RETRY_AFTER_S = 1

Handler = Callable[..., Response]


class InvalidKey(UserError):
    """The header's value cannot be a key."""

    code: ClassVar[str] = "invalid_idempotency_key"


class KeyReused(UserError):
    """The key belongs to another request."""

    code: ClassVar[str] = "idempotency_key_reused"
    status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY


class StillWorking(Conflict):
    """The first request with this key has not been answered yet."""

    code: ClassVar[str] = "request_in_progress"

    def __init__(self) -> None:
        super().__init__(_("The first request with this Idempotency-Key is still running. Ask again in a second."))


class IdempotentSchema(AutoSchema):
    """Names the header in the API's documentation."""

    def get_override_parameters(self) -> list[Any]:
        """Return the header for create requests."""
        if self.method != "POST":
            return []
        described = _(
            "Any text of up to 200 characters, new for each thing to create. A second request with the same key and "
            "content gets the first one's answer, with `Idempotency-Replayed: true`. Keys are kept for a day."
        )
        return [OpenApiParameter(HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, description=described)]


class Idempotent(APIView):
    """Mix into API views that create, before the DRF class: ``RunList(WorkspaceAPI, Idempotent, ListCreateAPIView)``.

    A POST with the header runs in one transaction. Answers below 500 are kept for a day; a server error is not, so that
    the request can be sent again. Requests are the same when person, address and parsed content are. What stands where a
    request has its user without being an account says by ``caller`` who it is.
    """

    schema = IdempotentSchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the other classes say who may call; then put the key's check around the handler."""
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER)
        if request.method == "POST" and key is not None and not isinstance(request.user, AnonymousUser):
            handler: Handler = self.post  # type: ignore[has-type]
            self.post = lambda *a, **k: self._once(key, handler, *a, **k)

    def _once(self, key: str, handler: Handler, request: Request, *args: Any, **kwargs: Any) -> Response:
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
            raise InvalidKey(_("An Idempotency-Key has 1 to 200 printable characters."))
        request_hash = _hash(request)
        row, is_ours = _reserve(request.user, key, request_hash)
        if row is not None and row.request_hash != request_hash:
            raise KeyReused(_("This Idempotency-Key was used for another request. Use a new one for each thing."))
        if row is None or not (is_ours or row.status):
            answer = self.handle_exception(StillWorking())
            answer["Retry-After"] = str(RETRY_AFTER_S)
            return answer
        if not is_ours:
            return _replay(row)
        try:
            try:
                with transaction.atomic():
                    response = handler(request, *args, **kwargs)
                    if not _keep(row, response):
                        raise StillWorking
            except Exception as error:  # answered as the view would, once the transaction has been rolled back
                response = self.handle_exception(error)
                _keep(row, response)
        finally:
            IdempotentAnswer.objects.filter(pk=row.pk, status=0, updated_at=row.updated_at).delete()
        return response


def _reserve(user: Any, key: str, request_hash: str) -> tuple[IdempotentAnswer | None, bool]:
    """Return the key's row and whether this request may work; (None, False) where the key was released just now."""
    keys = IdempotentAnswer.objects
    caller = getattr(user, "caller", "")
    owner = {"user": None, "caller": caller} if caller else {"user": user, "caller": ""}
    try:
        row, created = keys.get_or_create(**owner, key=key, defaults={"request_hash": request_hash})
    except IntegrityError:  # made and released by another request between our two looks
        return None, False
    if created or row.status or row.request_hash != request_hash:
        return row, created
    now = timezone.now()
    if now - row.updated_at < ABANDONED_AFTER:
        return row, False
    abandoned = keys.filter(pk=row.pk, status=0, updated_at=row.updated_at)
    row.updated_at = now
    return row, bool(abandoned.update(updated_at=now))


def _keep(row: IdempotentAnswer, response: Response) -> bool:
    """Keep the answer. Returns False where this request was given up for dead and another took its key over."""
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return True
    kept = {
        "data": orjson.loads(OrjsonRenderer().render(response.data) or b"null"),
        "content_type": response.content_type,
        "location": response.headers.get("Location"),
    }
    ours = IdempotentAnswer.objects.filter(pk=row.pk, status=0, updated_at=row.updated_at)
    encrypted = crypto.encrypt(orjson.dumps(kept).decode())
    return bool(ours.update(status=response.status_code, encrypted_answer=encrypted))


def _replay(row: IdempotentAnswer) -> Response:
    kept = orjson.loads(crypto.decrypt(bytes(row.encrypted_answer or b"")))
    response = Response(kept["data"], status=row.status, content_type=kept["content_type"])
    response[REPLAYED_HEADER] = "true"
    if kept["location"]:
        response["Location"] = kept["location"]
    return response


def _hash(request: Request) -> str:
    """Return a keyed hash, as a body may hold a secret that a plain one would let people guess."""
    content = json.dumps([request.method, request.get_full_path(), request.data], sort_keys=True, default=_fingerprint)
    return salted_hmac("studio.idempotency", content, algorithm="sha256").hexdigest()


def _fingerprint(value: Any) -> str:
    """Return what an uploaded file is compared by."""
    if not isinstance(value, File):
        raise TypeError(f"{type(value).__name__} has no place in a request")
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()

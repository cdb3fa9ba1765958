"""Bodies that are no JSON: forms with the zip of a run's code."""

import json
from contextlib import ExitStack
from typing import Any

import orjson
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import InvalidInput
from apps.experiments.models import Snapshot
from apps.experiments.services.snapshots import keep
from apps.experiments.snapshots.packing import PackedCode, packed
from apps.workspaces.models import Workspace


class TakesCode:
    """Mix into API views that take a zip of code in the field ``code``; put it before ``Idempotent``.

    The zip is unpacked, checked and packed before the handler runs, and so before its transaction begins: that can take
    seconds, for which nobody else could write.
    """

    workspace: Workspace
    _code: PackedCode | None = None
    _open: ExitStack | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the other classes say who may call; then look at the code."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        upload = request.FILES.get("code")
        if upload is not None:
            self._open = ExitStack()
            self._code = self._open.enter_context(packed(upload.file))
            upload.seek(0)

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        """Take away what was unpacked, however the request ended."""
        if self._open is not None:
            self._open.close()
        response: Response = super().finalize_response(*args, **kwargs)  # type: ignore[misc]
        return response

    def sent_code(self) -> Snapshot | None:
        """Keep the code that came with the request; None where none came."""
        return keep(self.workspace, self._code) if self._code else None


def body_of(request: Request, *json_fields: str) -> dict[str, Any]:
    """Return a request's data as JSON would give it: of a form, single texts, with ``json_fields`` read as JSON.

    Raises:
        InvalidInput: a field is not the JSON it should be.
    """
    if not isinstance(request.data, MultiValueDict):
        return request.data if isinstance(request.data, dict) else {}
    found: dict[str, Any] = {name: value for name, value in request.data.items() if isinstance(value, str)}
    for name in json_fields:
        if name in found:
            try:
                found[name] = orjson.loads(found[name])
            except json.JSONDecodeError:
                raise InvalidInput({name: [_("It is not JSON.")]}) from None
    return found

"""JSON by orjson: strict, and unmoved by texts that nest too deep for Python's own reader."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from apps.core.faults import too_large


class OrjsonParser(JSONParser):
    """Read a JSON body of at most ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return what the JSON says.

        Raises:
            ParseError: it is no JSON; NaN, lone surrogates and text that is not UTF-8 are none either.
            TooLarge: it is too long.
        """
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        data = stream.read(most + 1)
        if len(data) > most:
            raise too_large()
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("The body is not JSON: %(fault)s.") % {"fault": error}) from None

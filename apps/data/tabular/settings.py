"""How a file is read as a table: what people can adjust, and what is kept with a version."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import InvalidInput


class Format(models.TextChoices):
    """Formats of tables."""

    DELIMITED = "delimited", gettext_lazy("Delimited text (CSV, TSV)")
    JSON_LINES = "json_lines", gettext_lazy("JSON lines")
    PARQUET = "parquet", gettext_lazy("Parquet")


class ColumnType(models.TextChoices):
    """Types of columns."""

    STRING = "string", gettext_lazy("Text")
    INTEGER = "integer", gettext_lazy("Whole number")
    DECIMAL = "decimal", gettext_lazy("Decimal number")
    BOOLEAN = "boolean", gettext_lazy("Yes or no")
    DATE = "date", gettext_lazy("Date")
    DATETIME = "datetime", gettext_lazy("Date and time")


DELIMITERS: Final = {
    ",": gettext_lazy("Comma"),
    ";": gettext_lazy("Semicolon"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Pipe"),
    " ": gettext_lazy("Space"),
}
ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": gettext_lazy("UTF-8 with a mark at the start"),
    "utf-16": gettext_lazy("UTF-16 with a mark at the start"),
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": "Windows-1252",
    "latin-1": "ISO-8859-1 (Latin-1)",
    "ascii": "ASCII",
}
# As they are named in the files of Azure ML and by other tools.
ENCODING_ALIASES: Final = {
    "utf8": "utf-8", "utf-8-bom": "utf-8-sig", "utf8bom": "utf-8-sig", "iso88591": "latin-1", "iso-8859-1": "latin-1",
    "latin1": "latin-1", "windows-1252": "cp1252", "windows1252": "cp1252", "utf16": "utf-16",
}  # fmt: skip
MOST_SKIPPED_LINES: Final = 100_000


@dataclass(frozen=True)
class ParserSettings:
    """Settings of the parser. All but ``format`` are for delimited text, ``encoding`` for JSON lines too.

    ``skip_lines``: how many lines at the start of each file are passed over. ``has_header``: whether each file's first line
    holds the names of the columns.
    """

    format: str = Format.DELIMITED
    delimiter: str = ","
    encoding: str = "utf-8"
    has_header: bool = True
    decimal_comma: bool = False
    skip_lines: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the settings as they are kept, without those that say nothing for the format."""
        known = asdict(self)
        if self.format == Format.DELIMITED:
            return known
        kept = ("format", "encoding") if self.format == Format.JSON_LINES else ("format",)
        return {name: known[name] for name in kept}

    @classmethod
    def from_json(cls, given: Mapping[str, Any], base: "ParserSettings | None" = None) -> "ParserSettings":
        """Read settings; what is left out is as in ``base``.

        Raises:
            InvalidInput: with a sentence for each that cannot be used.
        """
        base = base or cls()
        values = {**asdict(base), **{name: given[name] for name in asdict(base) if given.get(name) is not None}}
        errors: dict[str, list[str]] = {}
        if values["format"] not in Format.values:
            errors["format"] = [_("There is no such format. There are: %(all)s.") % {"all": ", ".join(Format.values)}]
        delimiter = {"tab": "\t", "\\t": "\t"}.get(values["delimiter"], values["delimiter"])
        if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '\r\n"\0' or not delimiter.isascii():
            errors["delimiter"] = [_("A delimiter is one character, such as a comma.")]
        encoding = str(values["encoding"]).lower().replace("_", "-")
        encoding = ENCODING_ALIASES.get(encoding, encoding)
        if encoding not in ENCODINGS:
            errors["encoding"] = [
                _("There is no such encoding here. There are: %(all)s.") % {"all": ", ".join(ENCODINGS)}
            ]
        for name in ("has_header", "decimal_comma"):
            if not isinstance(values[name], bool):
                errors[name] = [_("This is either true or false.")]
        skipped = values["skip_lines"]
        if isinstance(skipped, bool) or not isinstance(skipped, int) or not 0 <= skipped <= MOST_SKIPPED_LINES:
            errors["skip_lines"] = [_("This is a number from 0 to %(most)d.") % {"most": MOST_SKIPPED_LINES}]
        if not errors and values["decimal_comma"] and delimiter == "," and values["format"] == Format.DELIMITED:
            errors["decimal_comma"] = [_("The comma cannot be both the delimiter and the decimal sign.")]
        if errors:
            raise InvalidInput(errors)
        return cls(**{**values, "delimiter": delimiter, "encoding": encoding})

"""``manage.py messages``: collect the texts of pages and code for translation, and compile what was translated.

By Babel, because the gettext programs that Django's own commands need are not on every machine.
"""

import io
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[#0-9.+-]*[a-z]|\{\w+\}")
FOLDERS = ("apps", "studio", "templates")


class Command(BaseCommand):
    """Collect, check and compile translations."""

    help = "Collect the texts to translate into studio/locale/, or compile the translations."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compile", action="store_true", help="only write the .mo files that the studio reads")
        parser.add_argument("--check", action="store_true", help="fail where a text is not translated; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        for language in [code for code, _name in settings.LANGUAGES if code != "en"]:
            path = root / "studio" / "locale" / language / "LC_MESSAGES" / "django.po"
            catalog = load(path, language)
            if options["compile"]:
                compile_catalog(catalog, path.with_suffix(".mo"))
                continue
            update(catalog, root)
            if options["check"]:
                missing = untranslated(catalog)
                if missing:
                    listed = "\n".join(f"  {text}" for text in missing)
                    raise CommandError(f"{len(missing)} texts lack a translation into {language}:\n{listed}")
                continue
            save(catalog, path)
            compile_catalog(catalog, path.with_suffix(".mo"))
            self.stdout.write(f"{language}: {len(catalog)} texts, {len(untranslated(catalog))} not translated")


def load(path: Path, language: str) -> Catalog:
    """Read a catalog, or begin one."""
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", project="Open ML Studio")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(catalog: Catalog, root: Path) -> None:
    """Bring a catalog up to date with the texts in code and templates; translations of texts that are gone are dropped."""
    template = Catalog(charset="utf-8")
    for text, place, context in texts(root):
        template.add(text, locations=[(place, 0)], context=context, flags=_flags(text))
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()


def texts(root: Path) -> Iterator[tuple[Any, str, str | None]]:
    """Yield every marked text with the file it stands in and its context."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            place = path.relative_to(root).as_posix()
            if path.suffix in {".html", ".txt"} and folder == "templates":
                # What Django makes of a template reads as Python once its lines are not indented.
                lines = templatize(path.read_text(), origin=place).splitlines()
                source = "\n".join(line.strip() for line in lines)
            elif path.suffix == ".py" and "migrations" not in path.parts:
                source = path.read_text()
            else:
                continue
            for _line, message, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
                yield message, place, context


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts that have no translation, or one whose placeholders differ."""
    return [str(message.id) for message in catalog if message.id and not _is_translated(message.id, message.string)]


def _is_translated(text: Any, translation: Any) -> bool:
    originals = text if isinstance(text, (tuple, list)) else (text,)
    translations = translation if isinstance(translation, (tuple, list)) else (translation,)
    if not all(translations):
        return False
    wanted = set(PLACEHOLDER.findall(" ".join(originals)))
    given = [set(PLACEHOLDER.findall(form)) for form in translations]
    # "One row" may leave out the number; any other form must have all of them, and none more.
    return all(form <= wanted for form in given) and given[-1] == wanted


def save(catalog: Catalog, path: Path) -> None:
    """Write a catalog in a stable order, without dates that differ each time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, sort_output=True, no_location=True, omit_header=False, width=120)


def compile_catalog(catalog: Catalog, path: Path) -> None:
    """Write the file that gettext reads."""
    with path.open("wb") as file:
        write_mo(file, catalog)


def _flags(text: Any) -> set[str]:
    first = text[0] if isinstance(text, (tuple, list)) else text
    return {"python-format"} if "%(" in first else set()

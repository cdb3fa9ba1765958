"""Translations: every text of the studio can be read in Spanish, and placeholders survive."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.core.management import call_command
from django.utils import translation

from apps.portal.management.commands.messages import load, texts, untranslated, update

ROOT = Path(settings.BASE_DIR)


def test_every_text_is_translated_into_spanish():
    call_command("messages", check=True)


def test_texts_come_from_code_and_from_indented_templates():
    found = {text if isinstance(text, str) else text[0] for text, _place, _context in texts(ROOT)}
    assert "The database is not there." not in found
    assert "Welcome, %(name)s" in found  # a template's block
    assert "Something went wrong on our side. Try again in a moment." in found  # code


def test_a_text_without_translation_and_one_with_a_lost_placeholder_are_told():
    catalog = Catalog(locale="es")
    catalog.add("Nothing", "")
    catalog.add("%(count)d rows", "filas", flags={"python-format"})
    catalog.add("Home", "Inicio")
    assert sorted(untranslated(catalog)) == ["%(count)d rows", "Nothing"]


def test_texts_that_are_gone_are_dropped(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("<p>\n    {% translate 'Kept' %}\n  </p>")
    catalog = Catalog(locale="es")
    catalog.add("Kept", "Se queda")
    catalog.add("Gone", "Se fue")
    update(catalog, tmp_path)
    assert [message.id for message in catalog if message.id] == ["Kept"]
    assert catalog["Kept"].string == "Se queda"


@pytest.mark.parametrize(("language", "word"), [("en", "Home"), ("es", "Inicio")])
def test_the_compiled_catalog_speaks(language, word):
    call_command("messages", compile=True)
    with translation.override(language):
        assert translation.gettext("Home") == word


def test_the_catalog_says_which_language_it_is():
    catalog = load(ROOT / "studio" / "locale" / "es" / "LC_MESSAGES" / "django.po", "es")
    assert str(catalog.locale) == "es"

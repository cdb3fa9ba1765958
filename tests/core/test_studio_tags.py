"""The tags and words that every page uses."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.utils import timezone, translation

from apps.core.interface_strings import INTERFACE_STRINGS

ROOT = Path(settings.BASE_DIR)
ICON_USES = {
    "templates/**/*.html": r"""{% icon ["']([\w-]+)|icon_name=["']([\w-]+)|action_icon=["']([\w-]+)""",
    "apps/**/*.py": r"""\bicon(?:: ClassVar\[str\]|: str)? ?= ?["']([\w-]+)""",
    "static/src/**/*.ts": r"""\bicon\(["']([\w-]+)""",
    "static/src/**/*.tsx": r"""<Icon name="([\w-]+)|\bicon="([\w-]+)""",
}


def _icons_used() -> Iterator[tuple[str, str]]:
    for pattern, use in ICON_USES.items():
        for path in ROOT.glob(pattern):
            for groups in re.findall(use, path.read_text()):
                name = "".join(groups)
                yield str(path.relative_to(ROOT)), name


def test_every_icon_that_is_used_exists() -> None:
    known = {path.stem for path in ROOT.glob("static/src/icons/*.svg")}
    used = list(_icons_used())
    assert len(used) > 40, "the patterns above no longer find the icons"
    assert [(path, name) for path, name in used if name not in known] == []


def _texts_of_the_scripts() -> set[str]:
    sources = [path for path in ROOT.glob("static/src/**/*.ts*") if not path.name.endswith(".test.ts")]
    calls = [match for path in sources for match in re.findall(r"""\bt\(\s*(['"`])(.*?)\1\s*[,)]""", path.read_text())]
    return {text for _quote, text in calls}


def test_the_list_of_interface_strings_is_that_of_the_scripts() -> None:
    assert set(INTERFACE_STRINGS) == _texts_of_the_scripts()


def _render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("status", "tone"),
    [
        ("Completed", "ok"),
        ("CancelRequested", "busy"),
        ("NOT_RESPONDING", "bad"),
        ("Canceled", "idle"),
        ("Something new", "idle"),
    ],
)
def test_a_status_is_a_dot_and_a_word(status: str, tone: str) -> None:
    shown = _render("{% status_badge status %}", status=status)
    assert f"status-{tone}" in shown
    assert f">{status}<" in shown


def test_a_page_may_know_the_tone_better_and_words_are_escaped() -> None:
    shown = _render('{% status_badge "x" label=label tone="warn" pill=True %}', label="<b>")
    assert "status-warn status-pill" in shown
    assert "&lt;b&gt;" in shown


def test_a_moment_is_relative_with_the_full_one_as_title() -> None:
    shown = _render("{% when moment %}", moment=timezone.now() - timedelta(minutes=5))
    assert "5\xa0minutes ago" in shown or "5 minutes ago" in shown
    assert 'title="' in shown
    assert "data-relative" in shown
    assert "–" in _render("{% when moment %}", moment=None)


def test_undo_travels_with_a_message() -> None:
    message = Message(SUCCESS, "Archived.", "undo:/runs/1/restore/ other")
    assert _render("{{ message|undo_url }}", message=message) == "/runs/1/restore/"
    assert _render("{{ message|undo_url }}", message=Message(SUCCESS, "Archived.")) == ""


def test_scripts_get_words_only_in_other_languages() -> None:
    with translation.override("en"):
        assert _render("{% interface_texts %}") == ""
    with translation.override("es"):
        table = _render("{% interface_texts %}")
    assert 'type="application/json"' in table
    assert "Keyboard shortcuts" in table

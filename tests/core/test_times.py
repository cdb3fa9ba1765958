"""How long ago, in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from apps.core.times import duration, relative

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


# The table is that of static/src/lib/times.test.ts: what the server writes must be what the page goes on with.
@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "now"),
        (50, "1 minute ago"),
        (59 * 60, "59 minutes ago"),
        (3600, "1 hour ago"),
        (23 * 3600, "23 hours ago"),
        (25 * 3600, "1 day ago"),
        (6 * 86_400, "6 days ago"),
        (-7200, "in 2 hours"),
    ],
)
def test_how_long_ago(seconds: int, words: str) -> None:
    assert relative(NOW - timedelta(seconds=seconds), NOW) == words


def test_what_is_long_ago_has_its_date() -> None:
    assert relative(NOW - timedelta(days=40), NOW) == "Jan. 29, 2026"


@pytest.mark.parametrize(("language", "words"), [("es", "hace 2 horas"), ("en-gb", "2 hours ago")])
def test_it_speaks_the_language_of_the_page(language: str, words: str) -> None:
    with translation.override(language):
        assert relative(NOW - timedelta(hours=2), NOW) == words


# This table too is that of static/src/lib/times.test.ts.
@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (12.9, "12 s"),
        (60, "1 min"),
        (184, "3 min 4 s"),
        (7500, "2 h 5 min"),
        (266_400, "3 d 2 h"),
    ],
)
def test_how_long(seconds: float, words: str) -> None:
    assert duration(seconds) == words

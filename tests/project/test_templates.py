"""Templates keep to the content security policy, and send nobody's browser to another site."""

import re

import pytest

from tests.project.sources import files, name_of

TEMPLATES = [path for path in files() if name_of(path).startswith("templates/") and path.suffix in {".html", ".svg"}]
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.I),
    "an inline style sheet": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"\sstyle\s*=\s*[\"']", re.I),
    "an inline event handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.I),
    "htmx's way of running code": re.compile(r"\bhx-(on|vals=['\"]js:|vars)", re.I),
    "a file from another site": re.compile(r"<(script|link|img|iframe|source)\b[^>]*\b(src|href|srcset)=[\"'](https?:)?//", re.I),
    "text marked as safe": re.compile(r"\|\s*safe\b(?!seq)|{%\s*autoescape\s+off", re.I),
}  # fmt: skip


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(what):
    found = []
    for path in TEMPLATES:
        text = re.sub(r"{#.*?#}|{% comment .*?%}.*?{% endcomment %}", "", path.read_text(), flags=re.S)
        found += [f"{name_of(path)}: {match[0][:80]}" for match in FORBIDDEN[what].finditer(text)]
    assert not found


def test_the_patterns_find_what_they_are_for():
    bad = {
        "an inline script": "<script>alert(1)</script>",
        "an inline style sheet": "<style>p {}</style>",
        "a style attribute": '<p style="color: red">',
        "an inline event handler": '<a href="#" onclick="go()">',
        "htmx's way of running code": '<a hx-on:click="go()">',
        "a file from another site": '<img alt="" src="https://example.com/x.png">',
        "text marked as safe": "{{ name|safe }}",
    }
    good = '<script src="{% static x %}"></script><a href="https://example.com">{{ name|safeseq|join:", " }}</a>'
    for what, pattern in FORBIDDEN.items():
        assert pattern.search(bad[what]), what
        assert not pattern.search(good), what

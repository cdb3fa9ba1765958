"""The forms of a page, found as a browser finds them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TEXT_TYPES = {"text", "search", "email", "url", "password", "tel", "number", "date", "datetime-local", ""}


@dataclass
class Form:
    """One form. ``texts`` are the fields a person types into; ``kept`` what goes along with them."""

    action: str
    method: str
    texts: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def filled(self, text: str) -> dict[str, str]:
        """Return what is sent when the same text is typed into every field."""
        return self.kept | dict.fromkeys(self.texts, text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        posts_to = given.get("hx-post")
        if tag == "form":
            self._open = Form(
                posts_to or given.get("action", ""), "post" if posts_to else given.get("method", "get").lower()
            )
            self.forms.append(self._open)
            self._by_id[given.get("id", "")] = self._open
            return
        form = self._by_id.get(given["form"]) if "form" in given else self._open
        name = given.get("name", "")
        if form is None or not name:
            if form is not None and tag == "option" and self._select:
                form.kept.setdefault(self._select, given.get("value", ""))
            return
        self._select = name if tag == "select" else self._select
        if tag == "textarea" or (tag == "input" and given.get("type", "") in TEXT_TYPES):
            form.texts.append(name)
        elif tag in {"input", "button"} and given.get("type") not in {"checkbox", "radio", "file"} | {"submit"}:
            form.kept[name] = given.get("value", "")
        elif tag == "input" and given.get("type") in {"checkbox", "radio"}:
            form.kept.setdefault(name, given.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = ""


def forms_of(html: str) -> list[Form]:
    """Return the forms of a page, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.forms

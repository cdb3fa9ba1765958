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
        self.by_id: dict[str, Form] = {}
        self.elsewhere: list[tuple[str, str, dict[str, str]]] = []
        """Fields outside of their form: its id, the tag, the attributes. The form may come later."""
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            posts_to = given.get("hx-post")
            method = "post" if posts_to else given.get("method", "get").lower()
            self._open = Form(posts_to or given.get("action", ""), method)
            self.forms.append(self._open)
            self.by_id[given.get("id", "")] = self._open
        elif "form" in given:
            self.elsewhere.append((given["form"], tag, given))
        elif self._open and tag == "option" and self._select:
            self._open.kept.setdefault(self._select, given.get("value", ""))
        elif self._open and given.get("name"):
            self._select = given["name"] if tag == "select" else self._select
            add_field(self._open, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = ""


def add_field(form: Form, tag: str, given: dict[str, str]) -> None:
    """Add a field, as far as it is one and sends something by itself."""
    name, kind = given.get("name", ""), given.get("type", "")
    if not name:
        return
    if tag == "textarea" or (tag == "input" and kind in TEXT_TYPES):
        form.texts.append(name)
    elif tag == "input" and kind in {"checkbox", "radio"}:
        form.kept.setdefault(name, given.get("value", "on"))
    elif tag == "input" and kind != "file":
        form.kept[name] = given.get("value", "")


def forms_of(html: str) -> list[Form]:
    """Return the forms of a page, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for form_id, tag, given in reader.elsewhere:
        if form_id in reader.by_id:
            add_field(reader.by_id[form_id], tag, given)
    return reader.forms

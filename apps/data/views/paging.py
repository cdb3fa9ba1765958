"""Pages of what is no list of rows: columns of a table, rows of a file."""

from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Paging:
    """Page ``number``, from 1, of ``count`` things; ``count`` is None where nobody knows, and then ``has_next`` says it.

    ``name`` is the parameter of the address that says which page, ``query`` what else stands there.
    """

    number: int
    size: int
    count: int | None
    has_next: bool = False
    name: str = "page"
    query: str = ""

    @classmethod
    def asked(cls, request: HttpRequest, size: int, count: int | None, name: str = "page") -> "Paging":
        """Return the page that an address asks for; the first where it asks for none, or for one that there is not."""
        text = request.GET.get(name, "")
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
        most = max(1, -(-count // size)) if count is not None else number
        others = request.GET.copy()
        others.pop(name, None)
        return cls(min(max(1, number), most), size, count, name=name, query=others.urlencode())

    def link(self, number: int) -> str:
        """Return the address of another page."""
        return f"?{self.query}{'&' if self.query else ''}{self.name}={number}"

    @property
    def previous_link(self) -> str:
        """The address of the page before; empty where there is none."""
        return self.link(self.previous) if self.previous else ""

    @property
    def next_link(self) -> str:
        """The address of the page after; empty where there is none."""
        return self.link(self.next) if self.next else ""

    @property
    def start(self) -> int:
        """The place of the first, from 0."""
        return (self.number - 1) * self.size

    @property
    def end(self) -> int:
        """The place after the last."""
        return self.start + self.size if self.count is None else min(self.count, self.start + self.size)

    @property
    def first(self) -> int:
        """The first as people count."""
        return self.start + 1

    @property
    def previous(self) -> int | None:
        """The page before."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after."""
        there_is = self.has_next if self.count is None else self.end < self.count
        return self.number + 1 if there_is else None

    @property
    def is_needed(self) -> bool:
        """Whether there is more than one page."""
        return bool(self.previous or self.next)

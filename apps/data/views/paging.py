"""Pages of what is no list of rows: columns of a table, rows of a file."""

from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Paging:
    """Page ``number``, from 1, of ``count`` things; ``count`` is None where nobody knows."""

    number: int
    size: int
    count: int | None
    has_next: bool = False

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


def number_in(request: HttpRequest, name: str, otherwise: int) -> int:
    """Return a page's number in a query; what is none counts as the first."""
    text = request.GET.get(name, "")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else otherwise

"""What a list's address says: search, filters, order, columns, page. The whole state is in the link."""

from dataclasses import dataclass, field

from django.http import QueryDict

SIZES = (25, 50, 100)
DEFAULT_SIZE = 50
LONGEST_SEARCH = 200

# Names that a list keeps for itself; a filter may not be called like one of them.
RESERVED = frozenset({"q", "sort", "columns", "size", "after", "before", "last", "from", "export"})


@dataclass(frozen=True)
class ListState:
    """The parsed address of a list. Values it cannot use count as absent: an old link still opens the list."""

    query: QueryDict
    search: str = ""
    sort: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    size: int = DEFAULT_SIZE
    after: str = ""
    before: str = ""
    last: bool = False
    position: int = 1
    filters: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, query: QueryDict, *, sortable: frozenset[str], columns: frozenset[str]) -> "ListState":
        """Read a query string; unknown columns and sort keys are passed over."""
        size = query.get("size", "")
        position = query.get("from", "")
        return cls(
            query=query,
            search=query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
            sort=_known(query.get("sort", ""), sortable, signed=True),
            columns=_known(query.get("columns", ""), columns),
            size=int(size) if size.isdecimal() and int(size) in SIZES else DEFAULT_SIZE,
            after=query.get("after", ""),
            before=query.get("before", ""),
            last="last" in query,
            position=int(position) if position.isdecimal() and len(position) < 10 else 1,
            filters={name: query.getlist(name) for name in query if name not in RESERVED and any(query.getlist(name))},
        )

    def link(self, **changes: str | None) -> str:
        """Return the query string with some parameters replaced, or taken out where the value is None.

        Anything but turning a page goes back to the first page.
        """
        query = self.query.copy()
        for name in ("after", "before", "last", "from", "export"):
            query.pop(name, None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        for name in [name for name in query if not any(query.getlist(name))]:
            del query[name]
        return f"?{query.urlencode(safe=',')}"

    def without_filter(self, name: str, value: str) -> str:
        """Return the query string without one value of one filter."""
        query = self.query.copy()
        query.setlist(name, [kept for kept in query.getlist(name) if kept != value])
        return ListState(query).link()

    @property
    def restoring(self) -> str:
        """The query string a saved view keeps: all but the page."""
        return self.link().removeprefix("?")

    @property
    def is_narrowed(self) -> bool:
        """Whether search or filters leave rows out."""
        return bool(self.search or self.filters)


def _known(text: str, allowed: frozenset[str], *, signed: bool = False) -> tuple[str, ...]:
    names = [name for name in text.split(",") if (name.lstrip("-") if signed else name) in allowed]
    return tuple(dict.fromkeys(names))

"""What a run logged that is no number, in groups of one kind and name."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from apps.experiments.models import Run, RunRecord

MOST_RECORDS: Final = 24
MOST_ROWS: Final = 100
MOST_COLUMNS: Final = 30
LONGEST_CELL: Final = 200


@dataclass
class Group:
    """Records of one kind and name: how many there are, and the latest of them, newest first."""

    kind: str
    name: str
    count: int
    records: list[RunRecord] = field(default_factory=list)
    # Set by the view, which knows the address of the figure.
    figure_props: dict[str, str] = field(default_factory=dict)

    @property
    def cursor(self) -> str:
        """What the address says to go on after this group."""
        return f"{self.kind}/{self.name}"

    @property
    def latest(self) -> RunRecord:
        """The newest record."""
        return self.records[0]

    @property
    def table(self) -> "Table | None":
        """Its values as rows; None where they have no columns."""
        return table_of([record.value for record in reversed(self.records)]) if self.kind == "table" else None

    @property
    def text(self) -> str:
        """The newest value as text; of a list each value in a line."""
        value = self.latest.value
        return "\n".join(map(str, value[:MOST_ROWS])) if isinstance(value, list) else str(value)

    @property
    def figure_id(self) -> str:
        """The id of the properties of its figure in the page."""
        return f"figure-{self.latest.pk}"

    @property
    def has_figure(self) -> bool:
        """Whether the newest record can be drawn."""
        from apps.experiments.charts.records import can_be_drawn  # the library behind it takes its time to load

        return can_be_drawn(self.kind, self.latest.value)


@dataclass(frozen=True)
class Table:
    """Columns and rows as texts. ``more`` rows, and columns, are not shown."""

    columns: list[str]
    rows: list[list[str]]
    more: int


def groups_of(run: Run, *, after: str = "", count: int) -> list[Group]:
    """Return what a run logged in the order of kinds and names, ``count`` groups after the one whose cursor is ``after``."""
    kind, _slash, name = after.replace("\x00", "").partition("/")
    rows = run.records.shown().order_by().values("kind", "name").annotate(count=Count("pk"))
    found = rows.filter(Q(kind__gt=kind) | Q(kind=kind, name__gt=name)).order_by("kind", "name")[:count]
    groups = {(row["kind"], row["name"]): Group(row["kind"], row["name"], row["count"]) for row in found}
    if not groups:
        return []
    place = Window(RowNumber(), partition_by=[F("kind"), F("name")], order_by=F("pk").desc())
    wanted = run.records.filter(kind__in={kind for kind, _ in groups}, name__in={name for _, name in groups})
    for record in wanted.annotate(place=place).filter(place__lte=MOST_RECORDS).order_by("-pk"):
        if group := groups.get((record.kind, record.name)):
            group.records.append(record)
    return list(groups.values())


def table_of(values: list[Any]) -> Table | None:
    """Return the rows of a table that was logged as columns with lists, or row by row.

    Args: values: ``{"column": value or list of values}`` each, in the order in which they were logged.
    """
    parts = [value for value in values if isinstance(value, dict) and value]
    columns = list(dict.fromkeys(str(name) for part in parts for name in part))[:MOST_COLUMNS]
    rows: list[list[str]] = []
    total = 0
    for part in parts:
        lists = {name: value if isinstance(value, list) else [value] for name, value in part.items()}
        length = max(len(column) for column in lists.values())
        total += length
        shown = range(min(length, MOST_ROWS - len(rows)))
        rows += [[_cell(lists.get(name, []), index) for name in columns] for index in shown]
    return Table(columns, rows, total - len(rows)) if columns else None


def _cell(column: list[Any], index: int) -> str:
    if index >= len(column):
        return ""
    value = column[index]
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"

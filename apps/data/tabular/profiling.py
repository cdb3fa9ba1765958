"""A quick profile: numbers about columns, over the first rows of a table."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from apps.data.tabular.reading import Page, read_page
from apps.data.tabular.settings import ColumnType, Format, ParserSettings
from apps.data.tabular.sources import SourceFile

if TYPE_CHECKING:
    import polars

PROFILED_ROWS: Final = 10_000
BINS: Final = 20
TOP_VALUES: Final = 10
QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)

_NUMBERS: Final = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL})


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram: what it stands for, and how many values that are."""

    label: str
    count: int


@dataclass
class ColumnProfile:
    """A column in numbers. ``invalid``: values that are not of the column's type; they count for nothing else.

    What a type does not have is None: dates have a minimum but no mean. ``bars`` are a histogram of numbers and dates, the most
    frequent values of the others (``is_ranked``).
    """

    name: str
    type: str
    count: int = 0
    missing: int = 0
    invalid: int = 0
    distinct: int = 0
    minimum: Any = None
    maximum: Any = None
    mean: float | None = None
    deviation: float | None = None
    quantiles: dict[str, float] = field(default_factory=dict)
    bars: list[Bar] = field(default_factory=list)
    is_ranked: bool = False


@dataclass(frozen=True)
class Profile:
    """Profiles of columns, over ``rows`` rows; ``is_all`` says whether the table has no more."""

    rows: int
    is_all: bool
    columns: list[ColumnProfile]

    def as_json(self) -> dict[str, Any]:
        """Return the profile for the API."""
        return {"rows": self.rows, "is_all": self.is_all, "columns": [asdict(column) for column in self.columns]}


def profile(
    file: SourceFile, settings: ParserSettings, schema: Sequence[tuple[str, str]], first_column: int = 0
) -> Profile:
    """Profile the columns from ``first_column`` on, for which ``schema`` gives name and type.

    Raises:
        TableFault: the file cannot be read.
    """
    page = read_page(file, settings, rows=PROFILED_ROWS, first_column=first_column, columns=len(schema))
    comma = settings.decimal_comma and settings.format == Format.DELIMITED
    columns = [_profile(page, place, name, kind, comma) for place, (name, kind) in enumerate(schema)]
    return Profile(len(page.rows), page.is_all, columns)


def _profile(page: Page, place: int, name: str, kind: str, decimal_comma: bool) -> ColumnProfile:
    import polars

    texts = polars.Series(name, [row[place] for row in page.rows], dtype=polars.String)
    values = typed(texts, kind, decimal_comma=decimal_comma)
    given = len(texts) - texts.null_count()
    values = values.drop_nulls()
    if kind == ColumnType.DECIMAL:
        values = values.filter(values.is_finite())
    made = ColumnProfile(
        name,
        kind,
        count=len(values),
        missing=texts.null_count(),
        invalid=given - len(values),
        distinct=values.n_unique(),
    )
    if not len(values):
        return made
    if kind in _NUMBERS:
        _add_numbers(made, values)
    elif kind in {ColumnType.DATE, ColumnType.DATETIME}:
        made.minimum, made.maximum = str(values.min()), str(values.max())
        stamps = values.cast(polars.Datetime("us")).dt.timestamp("us").cast(polars.Float64)
        made.bars = _bins(stamps, lambda stamp: _moment(stamp, kind))
    else:
        counts = values.value_counts(sort=True).head(TOP_VALUES).rows()
        made.bars = [Bar(_label(value), count) for value, count in counts]
        made.is_ranked = True
    return made


def typed(texts: "polars.Series", kind: str, *, decimal_comma: bool = False) -> "polars.Series":
    """Return texts as values of a type; those that are none become null."""
    import polars

    stripped = texts.str.strip_chars()
    match kind:
        case ColumnType.INTEGER:
            return stripped.cast(polars.Int64, strict=False)
        case ColumnType.DECIMAL:
            plain = stripped.str.replace(",", ".", literal=True) if decimal_comma else stripped
            return plain.cast(polars.Float64, strict=False)
        case ColumnType.BOOLEAN:
            lower = stripped.str.to_lowercase()
            known = polars.DataFrame({"text": lower}).select(
                polars.when(polars.col("text") == "true").then(True).when(polars.col("text") == "false").then(False)
            )
            return known.to_series()
        case ColumnType.DATE:
            return stripped.str.to_date("%Y-%m-%d", strict=False)
        case ColumnType.DATETIME:
            return _moments(stripped)
    return texts


def _moments(texts: "polars.Series") -> "polars.Series":
    """Read moments of ISO 8601 with and without an offset; those with one as UTC."""
    import polars

    plain = texts.str.replace(" ", "T", literal=True).str.replace(r"Z$", "+00:00")
    plain = plain.str.replace(r"T(\d\d:\d\d)($|[+-])", "T${1}:00${2}")
    naive = plain.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
    aware = plain.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", strict=False, time_unit="us")
    return polars.select(polars.coalesce(naive, aware.dt.replace_time_zone(None))).to_series()


def _add_numbers(made: ColumnProfile, values: "polars.Series") -> None:
    import polars

    numbers = values.cast(polars.Float64)
    made.minimum, made.maximum = values.min(), values.max()
    made.mean, made.deviation = _number(numbers.mean()), _number(numbers.std())
    made.quantiles = {f"{share:g}": _number(numbers.quantile(share, "linear")) or 0.0 for share in QUANTILES}
    made.bars = _bins(numbers, lambda value: f"{value:.4g}")


def _bins(values: "polars.Series", label: Any) -> list[Bar]:
    """Count values in bins of equal width."""
    low, high = float(values.min()), float(values.max())  # type: ignore[arg-type]  # numbers, of which there is one
    if low == high:
        return [Bar(label(low), len(values))]
    width = high / BINS - low / BINS  # not their difference, which may be beyond what a float holds
    places = ((values / width) - low / width).floor().clip(0, BINS - 1).cast(int)
    counts = dict(places.value_counts().rows())
    return [
        Bar(f"{label(low + number * width)} – {label(low + (number + 1) * width)}", counts.get(number, 0))
        for number in range(BINS)
    ]


def _moment(stamp: float, kind: str) -> str:
    from datetime import UTC, datetime, timedelta

    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=stamp)
    return moment.strftime("%Y-%m-%d" if kind == ColumnType.DATE else "%Y-%m-%d %H:%M")


def _label(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)[:100]


def _number(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None

"""Histograms as small pictures within a table of numbers."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from apps.data.tabular.profiling import ColumnProfile

WIDTH, HEIGHT = 160, 40


def histogram(column: ColumnProfile) -> SafeString | str:
    """Return the bars of a column as SVG; each says its value and count when it is pointed at. Nothing where there are none."""
    if not column.bars:
        return ""
    most = max(bar.count for bar in column.bars)
    step = WIDTH / len(column.bars)
    gap = min(2.0, step * 0.2)
    bars = []
    for place, bar in enumerate(column.bars):
        height = max(1.0, bar.count / most * HEIGHT) if bar.count else 0.0
        count = ngettext("%(count)d value", "%(count)d values", bar.count) % {"count": bar.count}
        bars.append(
            (f"{place * step:.1f}", f"{HEIGHT - height:.1f}", f"{step - gap:.1f}", f"{height:.1f}", bar.label, count)
        )
    drawn = format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>', bars)
    kind = "histogram histogram-ranked" if column.is_ranked else "histogram"
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        kind, WIDTH, HEIGHT, column.name, drawn,
    )  # fmt: skip

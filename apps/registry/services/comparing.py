"""Two versions of a model side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _

from apps.experiments.models import MetricSummary, Run, RunParameter
from apps.registry.models import ModelFile, ModelVersion

MOST_ROWS: Final = 500

DETAILS, METRICS, PARAMETERS, SIGNATURE, REQUIREMENTS, TAGS, FILES = (
    "details", "metrics", "parameters", "signature", "requirements", "tags", "files",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing that two versions have, of which each value may be missing (None). ``section``: see above.

    ``name`` is a code for ``details``, else what the thing is called.
    """

    section: str
    name: str
    first: Any
    second: Any

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return bool(self.first != self.second)


def compare(first: ModelVersion, second: ModelVersion) -> list[Difference]:
    """Return what there is to compare, section by section, with equal rows too; of files only those that differ."""
    rows = _rows(DETAILS, _details(first), _details(second), keep_order=True)
    rows += _rows(METRICS, _metrics(first.run), _metrics(second.run))
    rows += _rows(PARAMETERS, _parameters(first.run), _parameters(second.run))
    rows += _rows(SIGNATURE, _signature(first), _signature(second), keep_order=True)
    rows += _rows(REQUIREMENTS, _requirements(first), _requirements(second))
    rows += _rows(TAGS, first.tags, second.tags)
    return rows + _files(first, second)


def _rows(
    section: str, first: Mapping[str, Any], second: Mapping[str, Any], *, keep_order: bool = False
) -> list[Difference]:
    names = list(dict.fromkeys([*first, *second]))
    if not keep_order:
        names.sort()
    return [Difference(section, name, first.get(name), second.get(name)) for name in names[:MOST_ROWS]]


def _details(version: ModelVersion) -> dict[str, Any]:
    return {
        "type": version.get_type_display(),
        "framework": f"{version.get_framework_display()} {version.framework_version}".strip(),
        "environment": version.environment or None,
        "run": version.run_name or None,
        "size": version.size,
        "files": version.file_count,
        "description": version.description or None,
    }


def _metrics(run: Run | None) -> dict[str, Any]:
    rows = MetricSummary.objects.filter(run=run, is_system=False) if run else MetricSummary.objects.none()
    return dict(rows.order_by("name").values_list("name", "last")[:MOST_ROWS])


def _parameters(run: Run | None) -> dict[str, Any]:
    if run is None:
        return {}
    inputs = (run.config.get("inputs") or {}).items()
    given = {name: str(said["value"]) for name, said in inputs if said.get("value") is not None}
    logged = RunParameter.objects.filter(run=run).order_by("name").values_list("name", "value")[:MOST_ROWS]
    return {**given, **dict(logged)}


def _signature(version: ModelVersion) -> dict[str, Any]:
    signature = version.manifest.get("signature") or {}
    return {
        f"{part}.{column.get('name') or number}": _type_of(column)
        for part in ("inputs", "outputs", "params")
        for number, column in enumerate(signature.get(part) or [])
    }


def _type_of(column: Mapping[str, Any]) -> str:
    shape = f" {orjson.dumps(column['shape']).decode()}" if column.get("shape") else ""
    optional = "" if column.get("required", True) else f" ({_('optional')})"
    return f"{column.get('type', '')}{shape}{optional}"


def _requirements(version: ModelVersion) -> dict[str, Any]:
    lines = (str(line).partition("==") for line in version.manifest.get("requirements") or [])
    return {name.strip(): wanted.strip() or sign for name, sign, wanted in lines}


def _files(first: ModelVersion, second: ModelVersion) -> list[Difference]:
    def known(version: ModelVersion) -> dict[str, tuple[int, str]]:
        rows = ModelFile.objects.filter(version=version).order_by("path").values_list("path", "size", "sha256")
        return {path: (size, sha256) for path, size, sha256 in rows}

    one, other = known(first), known(second)
    changed = sorted(path for path in {*one, *other} if one.get(path) != other.get(path))

    def said(files: dict[str, tuple[int, str]], path: str) -> dict[str, Any] | None:
        return {"size": files[path][0], "sha256": files[path][1]} if path in files else None

    return [Difference(FILES, path, said(one, path), said(other, path)) for path in changed[:MOST_ROWS]]

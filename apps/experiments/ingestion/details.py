"""What is logged beside numbers: parameters, tags, properties and records."""

from apps.experiments.ingestion.requests import Entry
from apps.experiments.models import Run, RunParameter, RunRecord, RunTag


def store(run: Run, source: str, entry: Entry) -> str:
    """Store what an entry has of these, on a run whose row is locked. Returns why not, or an empty text."""
    if entry.parameters and (fault := _add_parameters(run, entry.parameters)):
        return fault
    if entry.properties and (fault := _add_properties(run, entry.properties)):
        return fault
    if entry.tags:
        RunTag.objects.bulk_create(
            [
                RunTag(run=run, workspace_id=run.workspace_id, name=name, value=value)
                for name, value in entry.tags.items()
            ],
            update_conflicts=True,
            unique_fields=["run", "name"],
            update_fields=["value"],
        )
    if record := entry.record:
        RunRecord.objects.create(
            run=run,
            kind=record.kind,
            name=record.name,
            step=record.step,
            at_ms=record.at_ms,
            value=record.value,
            path=record.path,
            source=source,
            offset=entry.offset,
        )
    return ""


def _add_parameters(run: Run, parameters: dict[str, str]) -> str:
    stored = RunParameter.objects.filter(run=run, name__in=list(parameters))
    known = dict(stored.values_list("name", "value"))
    for name, value in known.items():
        if parameters[name] != value:
            return f"the parameter {name!r} is {value[:100]!r} already, and parameters never change"
    fresh = [(name, value) for name, value in parameters.items() if name not in known]
    RunParameter.objects.bulk_create([RunParameter(run=run, name=name, value=value) for name, value in fresh])
    return ""


def _add_properties(run: Run, properties: dict[str, str]) -> str:
    for name, value in properties.items():
        if name in run.properties and run.properties[name] != value:
            return f"the property {name!r} is {run.properties[name]!r} already, and properties never change"
    if properties.items() <= run.properties.items():
        return ""
    run.properties = {**run.properties, **properties}
    Run.objects.filter(pk=run.pk).update(properties=run.properties)
    return ""

"""What is logged beside numbers: parameters, tags, properties and records."""

from functools import cached_property
from uuid import UUID

from apps.core import events
from apps.experiments.events import run_topic
from apps.experiments.ingestion.requests import Entry
from apps.experiments.models import Run, RunParameter, RunRecord, RunTag


class Details:
    """Stores what entries of a request have of these, on a run whose row is locked."""

    def __init__(self, run_id: UUID, source: str) -> None:
        self._run_id = run_id
        self._source = source
        self._changed = False

    def store(self, entry: Entry) -> str:
        """Store what an entry has. Returns why not, or an empty text."""
        if not (entry.parameters or entry.properties or entry.tags or entry.record):
            return ""
        if entry.parameters and (fault := _add_parameters(self._run, entry.parameters)):
            return fault
        if entry.properties and (fault := _add_properties(self._run, entry.properties)):
            return fault
        if entry.tags:
            _set_tags(self._run, entry.tags)
        if record := entry.record:
            RunRecord.objects.create(
                run=self._run,
                kind=record.kind,
                name=record.name,
                step=record.step,
                at_ms=record.at_ms,
                value=record.value,
                path=record.path,
                source=self._source,
                offset=entry.offset,
            )
        self._changed = True
        return ""

    def tell(self) -> None:
        """Tell the run's page, if there is news for it."""
        if self._changed:
            facts = {"status": self._run.status, "is_over": self._run.is_over}
            events.publish(run_topic(self._run_id), "run.changed", facts)

    @cached_property
    def _run(self) -> Run:
        return Run.objects.get(pk=self._run_id)


def _set_tags(run: Run, tags: dict[str, str]) -> None:
    RunTag.objects.bulk_create(
        [RunTag(run=run, workspace_id=run.workspace_id, name=name, value=value) for name, value in tags.items()],
        update_conflicts=True,
        unique_fields=["run", "name"],
        update_fields=["value"],
    )


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

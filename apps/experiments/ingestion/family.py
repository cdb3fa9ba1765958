"""A run and the children its code makes: who is below whom, and what is said of each, all through the one file of the run."""

from dataclasses import replace
from uuid import UUID

from apps.experiments.ingestion.details import Details
from apps.experiments.ingestion.requests import Entry, Logged
from apps.experiments.models import Run
from apps.experiments.services import children


class Family:
    """The runs that one request is about.

    Args: known: the runs whose rows are locked and which can be written to.
    """

    def __init__(self, request: Logged, known: set[UUID]) -> None:
        self._request = request
        self._known = known
        self._below = {request.run_id}
        self._requests = {request.run_id: request}
        self._details: dict[UUID, Details] = {}

    def fault_of(self, run_id: UUID) -> str:
        """Return why nothing can be said of a run by the code of this one, or an empty text."""
        if run_id in self._below:
            return ""
        if run_id not in self._known or not children.is_below(run_id, self._request.run_id):
            return f"no run {run_id} is below this one"
        self._below.add(run_id)
        return ""

    def begin_or_end(self, entry: Entry) -> str:
        """Begin or end a child, where the entry says so. Returns why not, or an empty text."""
        if entry.child is not None:
            if fault := self.fault_of(entry.child.parent_id):
                return fault
            fault = children.begin_child(
                parent=Run.objects.select_related("workspace", "experiment").get(pk=entry.child.parent_id),
                run_id=entry.child.run_id,
                name=entry.child.name,
            )
            if not fault:
                self._below.add(entry.child.run_id)
            return fault
        if entry.end is not None and entry.run_id is not None:
            children.end_child(entry.run_id, entry.end.status, entry.end.reason)
        return ""

    def request_of(self, run_id: UUID) -> Logged:
        """Return the request as if it were that run's own."""
        return self._requests.setdefault(run_id, replace(self._request, run_id=run_id))

    def details_of(self, run_id: UUID) -> Details:
        """Return what stores the rest of what is said of a run."""
        if run_id not in self._details:
            self._details[run_id] = Details(run_id, self._request.source)
        return self._details[run_id]

    def tell(self) -> None:
        """Tell the pages of the runs that have news, in one order everywhere."""
        for run_id in sorted(self._details):
            self._details[run_id].tell()

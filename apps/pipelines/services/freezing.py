"""What the references of a graph mean, found out once for all of a submission."""

import json
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.compute.errors import NoSuchTarget
from apps.compute.services import find_target
from apps.core.errors import InvalidInput, UserError
from apps.experiments.models import Snapshot
from apps.experiments.services.inputs import resolve_inputs
from apps.experiments.services.submit import resolve
from apps.workspaces.models import Workspace

LATER: Final = "later:"
"""Begins the path of data that only a step will give to a pipeline within the pipeline."""


@dataclass
class Frozen:
    """What references mean, also for pipelines within the pipeline, which begin much later.

    ``environments``: ``{"reference", "id", "name", "variables"}`` by the reference as JSON; ``data``: inputs as ``Run.config``
    has them, by type, mode and path.
    """

    environments: dict[str, dict[str, Any]] = field(default_factory=dict)
    data: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it for a plan."""
        return {"environments": self.environments, "data": self.data}


class Freezer:
    """Looks references up, each of them once. ``errors`` by place and ``warnings`` collect what there is to say.

    Args: actor: in whose name data and environments are looked for, if in anybody's. frozen: what is known already.
    """

    def __init__(self, workspace: Workspace, actor: User | None, frozen: Frozen | None = None) -> None:
        self.errors: dict[str, list[str]] = {}
        self.warnings: list[str] = []
        self.frozen = frozen or Frozen()
        self.workspace, self.actor = workspace, actor
        self._snapshots: dict[str, Snapshot | None] = {}
        self._targets: dict[str, str] = {}

    def say(self, place: str, sentence: str) -> None:
        """Note what is wrong at a place."""
        said = self.errors.setdefault(place, [])
        if sentence not in said:
            said.append(sentence)

    def raise_errors(self) -> None:
        """Raise InvalidInput with all that is wrong, if anything is."""
        if self.errors:
            raise InvalidInput(self.errors)

    def data(self, path: str, kind: str, mode: str, place: str) -> dict[str, Any]:
        """Return data as ``Run.config`` has it; without what it means where that is wrong, or only a step will say."""
        asked = {"type": kind, "mode": mode, "path": path}
        if path.startswith(LATER):
            return asked
        known = f"{kind} {mode} {path}"
        if known not in self.frozen.data:
            try:
                found, warnings = resolve_inputs(self.workspace, self.actor, {"data": asked})
            except InvalidInput as error:
                self.say(place, str(error.message))
                return asked
            self.frozen.data[known] = found["data"]
            self.warnings += [warning for warning in warnings if warning not in self.warnings]
        return self.frozen.data[known]

    def environment(self, reference: Any, place: str) -> dict[str, Any] | None:
        """Return what an environment is; None without a reference, or where there is none."""
        if not reference:
            return None
        known = json.dumps(reference, sort_keys=True, default=str)
        if known not in self.frozen.environments:
            try:
                found = resolve(self.workspace, reference, self.actor)
            except UserError as error:
                self.say(place, str(error.message))
                return None
            assert found is not None
            self.warnings += [warning for warning in found.warnings if warning not in self.warnings]
            self.frozen.environments[known] = {
                "reference": reference, "id": str(found.id), "name": found.name, "variables": dict(found.variables),
            }  # fmt: skip
        return self.frozen.environments[known]

    def snapshot(self, snapshot_id: str, place: str) -> Snapshot | None:
        """Return the code of an id; None without one, or where it is gone."""
        if not snapshot_id:
            return None
        if snapshot_id not in self._snapshots:
            try:
                rows = Snapshot.objects.filter(workspace=self.workspace, pk=UUID(snapshot_id))
            except ValueError:
                rows = Snapshot.objects.none()
            self._snapshots[snapshot_id] = rows.first()
        if self._snapshots[snapshot_id] is None:
            self.say(place, _("Its code is no longer there. Upload it again."))
        return self._snapshots[snapshot_id]

    def target(self, name: str, place: str) -> str:
        """Return the name of a compute target as it is written there; ``local`` without one."""
        name = name.removeprefix("azureml:") or "local"
        if name not in self._targets:
            try:
                self._targets[name] = find_target(self.workspace, name).name
            except NoSuchTarget as error:
                self.say(place, str(error))
                return name
        return self._targets[name]

"""Published pipelines and the endpoints that collect them, with the names and calls that scripts for Azure ML v1 already use.

from mlstudio import PipelineEndpoint, PublishedPipeline, Workspace

workspace = Workspace.from_config()
published = PublishedPipeline.publish(workspace, job, name="Churn")
endpoint = PipelineEndpoint.publish(workspace, name="churn weekly", pipeline=published)
job = endpoint.submit("weekly", pipeline_parameters={"depth": 5})
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Union
from uuid import UUID

from mlstudio.errors import ConfigurationError, NotFoundError
from mlstudio.jobs import Job, find
from mlstudio.transfers import address_in
from mlstudio.workspace import Workspace

Experiment = Any  # a name, or whatever has one


class PublishedPipeline:
    """A pipeline that others can run.

    Attributes: id, name, version, description, status (``Active`` or ``Disabled``), endpoint (where it is called),
        created_time (ISO 8601): text.
    """

    def __init__(self, workspace: Workspace, data: Mapping[str, Any]) -> None:
        self.workspace = workspace
        self._take(data)

    def _take(self, data: Mapping[str, Any]) -> None:
        self._data = dict(data)
        self.id, self.name = str(data["id"]), str(data["name"])
        self.version, self.description = str(data["version"]), str(data["description"])
        self.status, self.endpoint = str(data["status"]), str(data["endpoint"])
        self.created_time = str(data["created_at"])

    @classmethod
    def publish(
        cls, workspace: Workspace, run: Job | str, name: str, description: str = "", version: str = "",
        experiment_name: str = "",
    ) -> PublishedPipeline:  # fmt: skip
        """Publish the pipeline of a run; what the run was given is what callers get unless they say otherwise.

        Args: run: the job, its name or id. experiment_name: where runs go unless a caller says; else where this one was.
        """
        job = run if isinstance(run, Job) else find(workspace, run)
        body = {"run": job.id, "name": name, "description": description, "version": version}
        if experiment_name:
            body["experiment_name"] = experiment_name
        return cls(workspace, workspace.client.post(address_in(workspace, "pipelines/published/"), body))

    @classmethod
    def get(cls, workspace: Workspace, id: str) -> PublishedPipeline:  # noqa: A002 - what scripts call it
        """Open a published pipeline by its id."""
        return cls(workspace, workspace.client.get(address_in(workspace, f"pipelines/published/{id}/")))

    @classmethod
    def list(cls, workspace: Workspace, active_only: bool = True) -> Iterator[PublishedPipeline]:
        """Yield published pipelines, the newest first."""
        query = {"state": "enabled"} if active_only else {}
        for row in workspace.client.pages(address_in(workspace, "pipelines/published/"), **query):
            yield cls(workspace, row)

    def enable(self) -> None:
        """Let it be run."""
        self._change(is_enabled=True)

    def disable(self) -> None:
        """Keep it from being run."""
        self._change(is_enabled=False)

    def submit(
        self, workspace: Workspace | None = None, experiment_name: Experiment = "",
        pipeline_parameters: Mapping[str, Any] | None = None, continue_on_step_failure: bool | None = None,
    ) -> Job:  # fmt: skip
        """Run it. Args: pipeline_parameters: values, or paths of data such as ``azureml:iris:2``, by the names of parameters."""
        body = _body(experiment_name, pipeline_parameters, continue_on_step_failure)
        return _called(workspace or self.workspace, f"{self._address}submit/", body)

    def get_details(self) -> dict[str, Any]:
        """Return everything the studio says about it, with its parameters."""
        return dict(self.workspace.client.get(self._address))

    def _change(self, **changes: Any) -> None:
        self._take(self.workspace.client.patch(self._address, changes))

    @property
    def _address(self) -> str:
        return address_in(self.workspace, f"pipelines/published/{self.id}/")

    def __repr__(self) -> str:
        return f"PublishedPipeline(name={self.name!r}, id={self.id!r}, status={self.status!r})"


Pipeline = Union[PublishedPipeline, Job, str]


class PipelineEndpoint:
    """A lasting address for versions 0, 1, 2… of a pipeline, one of which is called unless another is asked for.

    Attributes: id, name, description, status (``Active`` or ``Disabled``), endpoint (where it is called): text.
        default_version: a number, None while there is no version.
    """

    def __init__(self, workspace: Workspace, data: Mapping[str, Any]) -> None:
        self.workspace = workspace
        self._take(data)

    def _take(self, data: Mapping[str, Any]) -> None:
        self._data = dict(data)
        self.id, self.name, self.description = str(data["id"]), str(data["name"]), str(data["description"])
        self.status, self.endpoint = str(data["status"]), str(data["endpoint"])
        self.default_version: int | None = data["default_version"]

    @classmethod
    def publish(cls, workspace: Workspace, name: str, pipeline: Pipeline, description: str = "") -> PipelineEndpoint:
        """Make an endpoint with a first version. Args: pipeline: a published one, or the run of one, which is published."""
        published = _published(workspace, pipeline, name)
        body = {"name": name, "description": description, "published": published.id}
        return cls(workspace, workspace.client.post(address_in(workspace, "pipelines/endpoints/"), body))

    @classmethod
    def get(cls, workspace: Workspace, id: str | None = None, name: str | None = None) -> PipelineEndpoint:  # noqa: A002
        """Open an endpoint by its id or name.

        Raises:
            NotFoundError: there is none.
        """
        wanted = id or name or ""
        if not wanted:
            raise ConfigurationError("Name a pipeline endpoint, by name or id.")
        base = address_in(workspace, "pipelines/endpoints/")
        if id or _is_id(wanted):
            return cls(workspace, workspace.client.get(f"{base}{wanted}/"))
        found = workspace.client.get(base, name=wanted, archived="all")["results"]
        if not found:
            raise NotFoundError(
                f"There is no pipeline endpoint {wanted} in the workspace {workspace.name}.", status=404
            )
        return cls(workspace, found[0])

    @classmethod
    def list(cls, workspace: Workspace, active_only: bool = True) -> Iterator[PipelineEndpoint]:
        """Yield the pipeline endpoints, the last changed first."""
        query = {"state": "enabled"} if active_only else {"archived": "all"}
        for row in workspace.client.pages(address_in(workspace, "pipelines/endpoints/"), **query):
            yield cls(workspace, row)

    def add(self, pipeline: Pipeline) -> int:
        """Add a version. Returns its number."""
        return self._add(pipeline, make_default=False)

    def add_default(self, pipeline: Pipeline) -> int:
        """Add a version, and make it the default one. Returns its number."""
        return self._add(pipeline, make_default=True)

    def set_default_version(self, version: int | str) -> None:
        """Say which version is called unless another is asked for."""
        self.update(default_version=int(version))

    def get_default_version(self) -> str:
        """Return the number of the default version, as text."""
        return "" if self.default_version is None else str(self.default_version)

    def list_versions(self) -> dict[str, PublishedPipeline]:
        """Return what each version runs, by its number as text."""
        rows = self.workspace.client.pages(f"{self._address}versions/")
        found = {str(row["version"]): PublishedPipeline(self.workspace, row["published"]) for row in rows}
        return dict(sorted(found.items(), key=lambda item: int(item[0])))

    def list_pipelines(self, active_only: bool = True) -> Sequence[PublishedPipeline]:
        """Return the published pipelines that it collects."""
        return [one for one in self.list_versions().values() if one.status == "Active" or not active_only]

    def enable(self) -> None:
        """Let it be called."""
        self.update(is_enabled=True)

    def disable(self) -> None:
        """Keep it from being called."""
        self.update(is_enabled=False)

    def archive(self) -> None:
        """Take it out of lists, and keep it from being called."""
        self.update(archived=True)

    def restore(self) -> None:
        """Put it back."""
        self.update(archived=False)

    def submit(
        self, experiment_name: Experiment = "", pipeline_parameters: Mapping[str, Any] | None = None,
        pipeline_version: int | str | None = None, continue_on_step_failure: bool | None = None,
    ) -> Job:  # fmt: skip
        """Run the default version, or another one. See ``PublishedPipeline.submit``."""
        body = _body(experiment_name, pipeline_parameters, continue_on_step_failure)
        if pipeline_version is not None:
            body["PipelineVersion"] = str(pipeline_version)
        return _called(self.workspace, f"{self._address}submit/", body)

    def get_keys(self) -> dict[str, str]:
        """Return ``primary_key`` and ``secondary_key``, each of which opens it."""
        return dict(self.workspace.client.get(f"{self._address}keys/"))

    def regenerate_key(self, key_type: str) -> dict[str, str]:
        """Replace the ``primary`` or ``secondary`` key, and return both."""
        return dict(self.workspace.client.post(f"{self._address}keys/", {"key_type": key_type}))

    def get_details(self) -> dict[str, Any]:
        """Return everything the studio says about it."""
        return dict(self._data)

    def _add(self, pipeline: Pipeline, *, make_default: bool) -> int:
        published = _published(self.workspace, pipeline, self.name)
        body = {"published": published.id, "make_default": make_default}
        version = self.workspace.client.post(f"{self._address}versions/", body)["version"]
        self._take(self.workspace.client.get(self._address))
        return int(version)

    def update(self, **changes: Any) -> None:
        """Change ``name``, ``description``, ``default_version``, ``is_enabled`` or ``archived``."""
        self._take(self.workspace.client.patch(self._address, changes))

    @property
    def _address(self) -> str:
        return address_in(self.workspace, f"pipelines/endpoints/{self.id}/")

    def __repr__(self) -> str:
        return f"PipelineEndpoint(name={self.name!r}, id={self.id!r}, status={self.status!r})"


def _published(workspace: Workspace, pipeline: Pipeline, name: str) -> PublishedPipeline:
    if isinstance(pipeline, PublishedPipeline):
        return pipeline
    return PublishedPipeline.publish(workspace, pipeline, name)


def _body(experiment: Experiment, parameters: Mapping[str, Any] | None, goes_on: bool | None) -> dict[str, Any]:
    name = experiment if isinstance(experiment, str) else getattr(experiment, "name", "")
    body: dict[str, Any] = {"ParameterAssignments": dict(parameters or {}), "RunSource": "SDK"}
    if name:
        body["ExperimentName"] = str(name)
    return {**body, "ContinueOnStepFailure": goes_on} if goes_on is not None else body


def _called(workspace: Workspace, address: str, body: Mapping[str, Any]) -> Job:
    return find(workspace, workspace.client.post(address, body)["Id"])


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

"""Endpoints and deployments as Azure ML v2 writes them in YAML, read unchanged and written back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.endpoints.file_parts import (
    collection_of,
    collection_written,
    cores_written,
    cpus_of,
    memory_mb_of,
    scaling_of,
    scaling_written,
    whole,
)
from apps.endpoints.limits import REQUEST_RANGES
from apps.endpoints.models import Deployment, Endpoint
from apps.endpoints.probes import probes_of, probes_written
from apps.endpoints.services import Settings
from apps.endpoints.states import AuthMode
from apps.experiments.jobs.command import apply_setting
from apps.experiments.jobs.fields import FieldReader
from apps.experiments.jobs.yaml_text import Document, read_yaml, write_yaml
from apps.experiments.models import Snapshot
from apps.registry.models import ModelVersion
from apps.registry.services import resolve_reference
from apps.workspaces.models import Workspace

FIELD = "file"
SCHEMAS = "https://azuremlschemas.azureedge.net/latest/managedOnline{kind}.schema.json"
AUTH_MODES = {"key": AuthMode.KEY, "aml_token": AuthMode.TOKEN, "aad_token": AuthMode.TOKEN, "token": AuthMode.TOKEN}
REQUEST_SETTINGS = {
    "request_timeout_ms": "timeout_ms",
    "max_concurrent_requests_per_instance": "max_concurrent",
    "max_queue_wait_ms": "max_queue_wait_ms",
}
_DEPLOYMENT = frozenset(
    {"$schema", "name", "endpoint_name", "model", "code_configuration", "environment", "environment_variables",
     "instance_count", "request_settings", "type", "scale_settings", "data_collector", "resources", "sample_request",
     "readiness_probe", "liveness_probe"}
)  # fmt: skip
# What the cloud needs to be told; here it has no meaning, and nothing is lost without it.
_SILENT = frozenset({"properties", "location", "identity", "public_network_access", "egress_public_network_access", "tags",
                     "description", "app_insights_enabled"})  # fmt: skip


@dataclass(frozen=True)
class DeploymentDraft:
    """A deployment as it was asked for. ``endpoint_name`` is empty where the request says which endpoint it is.

    ``scaling`` and ``collection`` are None where nothing is said about them, empty for a fixed number and for nothing.
    """

    name: str
    settings: Settings
    instance_count: int | None = None
    scaling: Mapping[str, Any] | None = None
    collection: Mapping[str, Any] | None = None
    endpoint_name: str = ""


def read_endpoint(text: str, settings: Sequence[str] = ()) -> dict[str, Any]:
    """Return the fields of an endpoint file: ``name``, and of ``description``, ``tags``, ``auth_mode``, ``requests_per_minute``,
    ``traffic`` and ``mirror`` what it has. Args: settings: changes such as ``tags.team=flowers``.

    Raises:
        InvalidInput: it cannot be read; the message names the line.
    """
    reader = FieldReader(_mapping(text, settings))
    found: dict[str, Any] = {"name": reader.text("name")}
    if "description" in reader.tree:
        found["description"] = reader.text("description")
    if "tags" in reader.tree:
        found["tags"] = reader.texts("tags")
    mode = reader.text("auth_mode").lower()
    if mode:
        if mode not in AUTH_MODES:
            reader.say(("auth_mode",), _("it is key or aml_token"))
        found["auth_mode"] = AUTH_MODES.get(mode, AuthMode.KEY)
    if "requests_per_minute" in reader.tree:
        found["requests_per_minute"] = whole(reader, ("requests_per_minute",), reader.tree["requests_per_minute"])
    for name, field in (("traffic", "traffic"), ("mirror_traffic", "mirror")):
        if name in reader.tree:
            shares = reader.mapping(name)
            found[field] = {key: whole(reader, (name, key), value) or 0 for key, value in shares.items()}
    _refuse(reader)
    return found


def read_deployment(
    workspace: Workspace,
    text: str,
    *,
    texts: Mapping[str, str],
    snapshot: Snapshot | None,
    model: str = "",
    settings: Sequence[str] = (),
) -> DeploymentDraft:
    """Return what a deployment file says.

    Args: texts: of the files it names, by their paths. snapshot: its code, where that was sent. model: what was registered of
        a path that it names. settings: changes such as ``instance_count=2``.

    Raises:
        InvalidInput: it cannot be read; the message names the line. UserError: it names something that there is not.
    """
    document = _mapping(text, settings)
    reader = FieldReader(document)
    code = reader.mapping("code_configuration")
    said = model or reader.tree.get("model")
    if isinstance(said, dict):
        said = reader.say(
            ("model",),
            _("a model of this machine must be registered first, as “studio online-deployment” does by itself"),
        )
    probes = probes_of(reader)
    requests = {**probes.settings, **_requests(reader)}
    count = whole(reader, ("instance_count",), reader.tree.get("instance_count"))
    scaling, collection, memory_mb = scaling_of(reader), collection_of(reader), memory_mb_of(reader)
    cpus, environment = cpus_of(reader), _environment(reader, texts)
    variables = reader.texts("environment_variables")
    _refuse(reader)
    known = _DEPLOYMENT | _SILENT
    passed_over = [*(name for name in reader.tree if name not in known), *probes.passed_over]
    warnings = tuple(
        _("“%(name)s” is passed over: it has no meaning here.") % {"name": name[:60]} for name in passed_over
    )
    return DeploymentDraft(
        name=reader.text("name"),
        endpoint_name=reader.text("endpoint_name"),
        instance_count=count,
        scaling=scaling,
        collection=collection,
        settings=Settings(
            model=_model(workspace, str(said or "")),
            snapshot=snapshot,
            entry_script=str(code.get("scoring_script") or ""),
            environment=environment,
            variables=variables,
            request_settings=requests,
            memory_mb=memory_mb,
            cpus=cpus,
            sample=reader.tree.get("sample_request"),
            warnings=(*warnings, *probes.warnings),
        ),
    )


def needs_of(text: str, settings: Sequence[str] = ()) -> dict[str, str]:
    """Return what must be sent with a deployment file: ``code`` (a folder), ``conda_file`` and ``model`` (paths of the machine
    that has the file; empty where it names none), and what it says of its ``endpoint_name`` and ``name``.

    Raises:
        InvalidInput: it cannot be read.
    """
    reader = FieldReader(_mapping(text, settings))
    environment, model = reader.tree.get("environment"), reader.tree.get("model")
    conda_file = environment.get("conda_file") if isinstance(environment, dict) else None
    found = {
        "endpoint_name": reader.text("endpoint_name"),
        "name": reader.text("name"),
        "code": str(reader.mapping("code_configuration").get("code") or ""),
        "conda_file": conda_file if isinstance(conda_file, str) else "",
        "model": str(model.get("path") or "") if isinstance(model, dict) else "",
        "model_type": str(model.get("type") or "") if isinstance(model, dict) else "",
    }
    _refuse(reader)
    return found


def draft_of_fields(workspace: Workspace, given: Mapping[str, Any], *, snapshot: Snapshot | None) -> DeploymentDraft:
    """Return what the fields of a request say, as ``CreateDeploymentSerializer`` checked them."""
    return DeploymentDraft(
        name=given.get("name", ""),
        instance_count=given.get("instance_count"),
        scaling=given.get("scaling"),
        collection=given.get("collection"),
        settings=Settings(
            model=_model(workspace, given.get("model", "")),
            snapshot=snapshot,
            entry_script=given.get("entry_script", ""),
            environment=given.get("environment"),
            variables=given.get("environment_variables", {}),
            request_settings=given.get("request_settings", {}),
            memory_mb=given.get("memory_mb"),
            cpus=given.get("cpus"),
            sample=given.get("sample"),
        ),
    )


def write_endpoint(endpoint: Endpoint) -> str:
    """Return an endpoint as the file that would make it; of its keys nothing."""
    tree = {
        "$schema": SCHEMAS.format(kind="Endpoint"),
        "name": endpoint.name,
        "description": endpoint.description,
        "auth_mode": "key" if endpoint.auth_mode == AuthMode.KEY else "aml_token",
        "traffic": dict(sorted(endpoint.traffic.items())),
        "mirror_traffic": endpoint.mirror,
        "requests_per_minute": endpoint.requests_per_minute,
        "tags": endpoint.tags,
    }
    return _written(tree)


def write_deployment(deployment: Deployment) -> str:
    """Return a deployment as the file that would make it, with the versions that it serves; its code is named ``./code``."""
    shown = deployment.shown_revision
    tree: dict[str, Any] = {
        "$schema": SCHEMAS.format(kind="Deployment"),
        "name": deployment.name,
        "endpoint_name": deployment.endpoint.name,
        "instance_count": None if deployment.scaling else deployment.instance_count,
        "scale_settings": scaling_written(deployment.scaling),
        "data_collector": collection_written(deployment.collection),
    }
    if shown is not None:
        limits = {"memory": f"{shown.memory_mb}Mi"} if shown.memory_mb else {}
        if shown.cpus is not None:
            limits["cpu"] = cores_written(shown.cpus)
        tree |= {
            "model": f"azureml:{shown.model_name}" if shown.model_name else None,
            "code_configuration": {"code": "./code", "scoring_script": shown.entry_script}
            if shown.entry_script
            else None,
            "environment": f"azureml:{shown.environment_name}",
            "environment_variables": shown.variables,
            "request_settings": {name: shown.requests[field] for name, field in REQUEST_SETTINGS.items()},
            "resources": {"limits": limits} if limits else None,
            "sample_request": shown.sample,
            **probes_written(shown.requests),
        }
    return _written(tree)


def _written(tree: Mapping[str, Any]) -> str:
    return write_yaml({name: value for name, value in tree.items() if value not in (None, "", {}, [])})


def _mapping(text: str, settings: Sequence[str]) -> Document:
    document = read_yaml(text, FIELD)
    if not isinstance(document.value, dict):
        raise InvalidInput({FIELD: [_("The file must be a mapping, such as “name: my-endpoint”.")]})
    for setting in settings:
        apply_setting(document.value, setting)
    return document


def _environment(reader: FieldReader, texts: Mapping[str, str]) -> Any:
    """Return the reference of an environment, with the conda file that it names read into it."""
    environment = reader.tree.get("environment")
    if not isinstance(environment, dict):
        return reader.text("environment") or None
    conda_file = environment.get("conda_file")
    if not isinstance(conda_file, str):
        return environment
    if conda_file not in texts:
        sentence = _("the file “%(path)s” was not sent with it") % {"path": conda_file[:200]}
        return reader.say(("environment", "conda_file"), sentence)
    return {**environment, "conda_file": read_yaml(texts[conda_file], FIELD).value}


def _requests(reader: FieldReader) -> dict[str, int]:
    found = {}
    for name, value in reader.mapping("request_settings").items():
        path = ("request_settings", name)
        if name not in REQUEST_SETTINGS:
            reader.say(path, _("it is one of: %(names)s") % {"names": ", ".join(REQUEST_SETTINGS)})
        elif (number := whole(reader, path, value, *REQUEST_RANGES[REQUEST_SETTINGS[name]])) is not None:
            found[REQUEST_SETTINGS[name]] = number
    return found


def _model(workspace: Workspace, reference: str) -> ModelVersion | None:
    return resolve_reference(workspace, reference, must_be_ready=False) if reference.strip() else None


def _refuse(reader: FieldReader) -> None:
    if reader.errors:
        raise InvalidInput(reader.errors)

"""Endpoints and deployments as Azure ML v2 writes them in YAML, read unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.endpoints.services import Settings
from apps.endpoints.states import AuthMode
from apps.experiments.jobs.fields import FieldReader
from apps.experiments.jobs.yaml_text import Document, read_yaml
from apps.experiments.models import Snapshot
from apps.registry.models import ModelVersion
from apps.registry.services import resolve_reference
from apps.workspaces.models import Workspace

FIELD = "file"
AUTH_MODES = {"key": AuthMode.KEY, "aml_token": AuthMode.TOKEN, "aad_token": AuthMode.TOKEN, "token": AuthMode.TOKEN}
REQUEST_SETTINGS = {
    "request_timeout_ms": "timeout_ms",
    "max_concurrent_requests_per_instance": "max_concurrent",
    "max_queue_wait_ms": "max_queue_wait_ms",
}
_ENDPOINT = frozenset({"$schema", "name", "description", "tags", "auth_mode", "traffic"})
_DEPLOYMENT = frozenset(
    {"$schema", "name", "endpoint_name", "model", "code_configuration", "environment", "environment_variables",
     "instance_count", "request_settings", "type"}
)  # fmt: skip
# What the cloud needs to be told; here it has no meaning, and nothing is lost without it.
_SILENT = frozenset({"properties", "location", "identity", "public_network_access", "egress_public_network_access", "tags",
                     "description", "app_insights_enabled"})  # fmt: skip


@dataclass(frozen=True)
class DeploymentDraft:
    """A deployment as it was asked for. ``endpoint_name`` is empty where the request says which endpoint it is."""

    name: str
    settings: Settings
    instance_count: int | None = None
    endpoint_name: str = ""


def read_endpoint(text: str) -> dict[str, Any]:
    """Return the fields of an endpoint file: ``name``, and of ``description``, ``tags``, ``auth_mode`` what it has.

    Raises:
        InvalidInput: it cannot be read; the message names the line.
    """
    reader = FieldReader(_mapping(text))
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
    _refuse(reader)
    return found


def read_deployment(
    workspace: Workspace, text: str, *, texts: Mapping[str, str], snapshot: Snapshot | None, model: str = ""
) -> DeploymentDraft:
    """Return what a deployment file says.

    Args: texts: of the files it names, by their paths. snapshot: its code, where that was sent. model: what was registered of
        a path that it names.

    Raises:
        InvalidInput: it cannot be read; the message names the line. UserError: it names something that there is not.
    """
    document = _mapping(text)
    reader = FieldReader(document)
    code = reader.mapping("code_configuration")
    said = model or reader.tree.get("model")
    if isinstance(said, dict):
        said = reader.say(
            ("model",),
            _("a model of this machine must be registered first, as “studio online-deployment” does by itself"),
        )
    requests: dict[str, int] = {}
    for name, value in reader.mapping("request_settings").items():
        if name not in REQUEST_SETTINGS or not isinstance(value, int):
            reader.say(("request_settings", name), _("it is a number of milliseconds, or of requests"))
        else:
            requests[REQUEST_SETTINGS[name]] = value
    count = reader.tree.get("instance_count")
    if count is not None and (not isinstance(count, int) or isinstance(count, bool)):
        count = reader.say(("instance_count",), _("it is a number"))
    environment = _environment(reader, texts)
    variables = reader.texts("environment_variables")
    _refuse(reader)
    known = _DEPLOYMENT | _SILENT
    warnings = tuple(
        _("“%(name)s” is passed over: it has no meaning here.") % {"name": name[:60]}
        for name in reader.tree
        if name not in known
    )
    return DeploymentDraft(
        name=reader.text("name"),
        endpoint_name=reader.text("endpoint_name"),
        instance_count=count,
        settings=Settings(
            model=_model(workspace, str(said or "")),
            snapshot=snapshot,
            entry_script=str(code.get("scoring_script") or ""),
            environment=environment,
            variables=variables,
            request_settings=requests,
            warnings=warnings,
        ),
    )


def needs_of(text: str) -> dict[str, str]:
    """Return what must be sent with a deployment file: ``code`` (a folder), ``conda_file`` and ``model`` (paths of the machine
    that has the file; empty where it names none), and what it says of its ``endpoint_name`` and ``name``.

    Raises:
        InvalidInput: it cannot be read.
    """
    reader = FieldReader(_mapping(text))
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
        settings=Settings(
            model=_model(workspace, given.get("model", "")),
            snapshot=snapshot,
            entry_script=given.get("entry_script", ""),
            environment=given.get("environment"),
            variables=given.get("environment_variables", {}),
            request_settings=given.get("request_settings", {}),
            memory_mb=given.get("memory_mb"),
        ),
    )


def _mapping(text: str) -> Document:
    document = read_yaml(text, FIELD)
    if not isinstance(document.value, dict):
        raise InvalidInput({FIELD: [_("The file must be a mapping, such as “name: my-endpoint”.")]})
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


def _model(workspace: Workspace, reference: str) -> ModelVersion | None:
    return resolve_reference(workspace, reference, must_be_ready=False) if reference.strip() else None


def _refuse(reader: FieldReader) -> None:
    if reader.errors:
        raise InvalidInput(reader.errors)

"""Put models behind endpoints, update them, and say who gets the traffic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.compute.models import LOCAL, Agent
from apps.core import hooks
from apps.core.errors import InvalidInput
from apps.endpoints import limits
from apps.endpoints.errors import (
    DeploymentExists,
    EntryScriptMissing,
    EntryScriptNeeded,
    ModelNotReady,
    NameNotConfirmed,
    ReceivesTraffic,
    TrafficInvalid,
    UpdateUnderWay,
)
from apps.endpoints.events import endpoints_changed, routes_changed
from apps.endpoints.models import Deployment, Endpoint, Revision
from apps.endpoints.services.endpoints import locked
from apps.endpoints.services.environments import environment_for
from apps.endpoints.services.replicas import end_all
from apps.endpoints.services.rows import locked_deployment, tell, title_of
from apps.endpoints.services.scaling import check_count
from apps.endpoints.states import MOST_MIRRORED, DeploymentState, RevisionState
from apps.experiments.models import Snapshot
from apps.registry.models import ModelVersion
from apps.registry.states import ModelType, VersionState
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields


@dataclass(frozen=True)
class Settings:
    """What a revision shall be. ``environment``: a name, the mapping of a file, or None to have it guessed.

    ``request_settings``, ``memory_mb`` and ``cpus`` have defaults where they are left out; see ``limits``. ``sample``: a request
    that each server must answer before it gets any other.
    """

    model: ModelVersion | None = None
    snapshot: Snapshot | None = None
    entry_script: str = ""
    environment: Any = None
    variables: Mapping[str, str] = field(default_factory=dict)
    request_settings: Mapping[str, int] = field(default_factory=dict)
    memory_mb: int | None = None
    cpus: Decimal | None = None
    sample: Any = None
    warnings: tuple[str, ...] = ()


@transaction.atomic
def create_deployment(
    *,
    actor: User,
    endpoint: Endpoint,
    name: str,
    settings: Settings,
    instance_count: int = 1,
    scaling: Mapping[str, Any] | None = None,
    collection: Mapping[str, Any] | None = None,
    all_traffic: bool | None = None,
) -> Deployment:
    """Add a deployment to an endpoint; its servers start as soon as environment and model are ready.

    Args: scaling: how the number of servers follows the load; none: it stays ``instance_count``. collection: what is collected of
        its requests; none: nothing. all_traffic: whether it receives all requests from now on; None: if it is the first.

    Raises:
        DeploymentExists: the name is taken. UserError: a setting cannot be used.
    """
    endpoint = locked(actor, endpoint)
    deployment = Deployment(endpoint=endpoint, name=name, instance_count=instance_count, created_by=actor)
    check_fields(deployment, "name")
    check_count(instance_count)
    deployment.scaling = limits.checked_scaling(scaling or {})
    deployment.collection = limits.checked_collection(collection or {})
    if deployment.collection:
        acting(actor, endpoint.workspace, Action.DATA_WRITE)
        deployment.collected_for = actor
    if endpoint.deployments.filter(name=name).exists():
        raise DeploymentExists(name)
    is_first = not endpoint.deployments.exists()
    deployment.save()
    _add_revision(actor, deployment, settings)
    if all_traffic or (all_traffic is None and is_first):
        endpoint.traffic = {name: 100}
        endpoint.save(update_fields=["traffic", "updated_at"])
    hooks.audit(
        actor, "endpoint.deployment_created", endpoint, workspace_id=endpoint.workspace_id, summary=title_of(deployment)
    )
    tell(deployment)
    return deployment


@transaction.atomic
def update_deployment(*, actor: User, deployment: Deployment, settings: Settings) -> Deployment:
    """Roll out other settings: new servers become ready before the old ones end; where they do not, the old ones stay.

    Raises:
        UpdateUnderWay: an earlier update has not come to its end. UserError: a setting cannot be used.
    """
    endpoint = locked(actor, deployment.endpoint)
    row = locked_deployment(deployment)
    if row.candidate is not None and row.revision is not None:
        raise UpdateUnderWay(row.name)
    if row.candidate is not None:
        _replace_candidate(row)
    _add_revision(actor, row, settings)
    hooks.audit(
        actor, "endpoint.deployment_updated", endpoint, workspace_id=endpoint.workspace_id, summary=title_of(row)
    )
    tell(row)
    return row


@transaction.atomic
def give_up_update(*, actor: User, deployment: Deployment) -> Deployment:
    """Stop rolling out what is not serving yet. Harmless where nothing is."""
    endpoint = locked(actor, deployment.endpoint)
    row = locked_deployment(deployment)
    if row.candidate is not None and row.revision is not None:
        _replace_candidate(row)
        row.save(update_fields=["candidate", "updated_at"])
        hooks.audit(
            actor, "endpoint.update_given_up", endpoint, workspace_id=endpoint.workspace_id, summary=title_of(row)
        )
        tell(row)
    return row


@transaction.atomic
def delete_deployment(*, actor: User, deployment: Deployment, confirmed_name: str) -> None:
    """Delete a deployment; its servers end.

    Raises:
        ReceivesTraffic: requests go to it, and others are there that could have them. NameNotConfirmed: it was not named.
    """
    endpoint = locked(actor, deployment.endpoint)
    row = locked_deployment(deployment)
    percent = endpoint.traffic.get(row.name, 0)
    if percent and endpoint.deployments.exclude(pk=row.pk).exists():
        raise ReceivesTraffic(row.name, percent)
    if confirmed_name != row.name:
        raise NameNotConfirmed(row.name)
    hooks.audit(
        actor, "endpoint.deployment_deleted", endpoint, workspace_id=endpoint.workspace_id, summary=title_of(row)
    )
    for shares in (endpoint.traffic, endpoint.mirror):
        shares.pop(row.name, None)
    endpoint.save(update_fields=["traffic", "mirror", "updated_at"])
    end_all(deployment=row)
    row.delete()
    endpoints_changed(endpoint.workspace_id)
    routes_changed()


@transaction.atomic
def set_traffic(
    *,
    actor: User,
    endpoint: Endpoint,
    traffic: Mapping[str, int] | None = None,
    mirror: Mapping[str, int] | None = None,
) -> Endpoint:
    """Say which percent of the requests each deployment receives, and of how many one gets a copy.

    Args: traffic: percent by name, together 0 or 100; None leaves it. mirror: for one deployment that receives none.

    Raises:
        TrafficInvalid: the numbers do not fit.
    """
    row = locked(actor, endpoint)
    new = dict(row.traffic) if traffic is None else {name: share for name, share in traffic.items() if share}
    copies = dict(row.mirror) if mirror is None else {name: share for name, share in mirror.items() if share}
    _check_shares(row, new, copies)
    if (new, copies) == (row.traffic, row.mirror):
        return row
    row.traffic, row.mirror = new, copies
    row.save(update_fields=["traffic", "mirror", "updated_at"])
    words = ", ".join(f"{name} {share} %" for name, share in sorted(new.items())) or _("none")
    hooks.audit(
        actor, "endpoint.traffic_set", row, workspace_id=row.workspace_id, summary=f"{row.name}: {words}"
    )  # fmt: skip
    endpoints_changed(row.workspace_id)
    routes_changed()
    return row


def find_deployment(endpoint: Endpoint, name: str) -> Deployment | None:
    """Return a deployment by its name."""
    rows = Deployment.objects.filter(endpoint=endpoint, name=name.replace("\x00", "").lower())
    found = rows.select_related("endpoint__workspace", "revision", "candidate", "created_by").first()
    if found is not None:
        found.endpoint = endpoint
    return found


def settings_of(revision: Revision) -> Settings:
    """Return what a revision was made of, for one that differs in a part of it."""
    return Settings(
        model=revision.model,
        snapshot=revision.snapshot,
        entry_script=revision.entry_script,
        environment=revision.environment_name,
        variables=revision.variables,
        request_settings=revision.request_settings,
        memory_mb=revision.memory_mb,
        cpus=revision.cpus,
        sample=revision.sample,
    )


def _add_revision(actor: User, deployment: Deployment, settings: Settings) -> None:
    """Write the next revision of a deployment whose endpoint is locked, to be rolled out."""
    _check_model(settings)
    workspace = deployment.endpoint.workspace
    environment = environment_for(
        actor=actor, workspace=workspace, model=settings.model, reference=settings.environment
    )
    deployment.latest_number += 1
    revision = Revision.objects.create(
        deployment=deployment,
        number=deployment.latest_number,
        model=settings.model,
        model_name=settings.model.reference if settings.model else "",
        snapshot=settings.snapshot,
        entry_script=settings.entry_script,
        environment=environment.id,
        environment_name=environment.name,
        variables={**environment.variables, **limits.checked_variables(settings.variables)},
        request_settings=limits.checked_requests(settings.request_settings),
        memory_mb=limits.checked_memory(settings.memory_mb),
        cpus=limits.checked_cpus(settings.cpus, _most_cores()),
        sample=settings.sample,
        warnings=[*settings.warnings, *environment.warnings],
        created_by=actor,
    )
    deployment.candidate = revision
    if deployment.scaling:
        # One at least: what sleeps would take over without having been tried.
        least = max(1, deployment.scaling["min_instances"])
        deployment.instance_count = min(max(least, deployment.instance_count), deployment.scaling["max_instances"])
        deployment.busy_at = timezone.now()
    deployment.state = DeploymentState.UPDATING if deployment.revision_id else DeploymentState.CREATING
    deployment.reason = environment.reason
    deployment.save()


def _most_cores() -> int:
    """Return how many cores the machine has on which servers run; 0 where it has not said so yet."""
    return max(Agent.objects.filter(name=LOCAL).values_list("cores", flat=True), default=0)


def _check_model(settings: Settings) -> None:
    model = settings.model
    if model is not None and model.state == VersionState.FAILED:
        raise ModelNotReady(model.reference, model.state_reason)
    if not settings.entry_script:
        if model is None:
            raise InvalidInput({"model": [_("Name a model, or an entry script.")]})
        if model.type != ModelType.MLFLOW:
            raise EntryScriptNeeded(model.reference)
        return
    if settings.snapshot is None:
        raise EntryScriptMissing(settings.entry_script)
    if settings.entry_script not in {file["path"] for file in settings.snapshot.files}:
        raise EntryScriptMissing(settings.entry_script)


def _check_shares(endpoint: Endpoint, traffic: Mapping[str, int], mirror: Mapping[str, int]) -> None:
    names = set(endpoint.deployments.values_list("name", flat=True))
    if unknown := sorted({*traffic, *mirror} - names):
        raise TrafficInvalid(_("There is no deployment “%(name)s”.") % {"name": unknown[0][:80]})
    if any(not 0 <= share <= 100 for share in traffic.values()) or sum(traffic.values()) not in (0, 100):
        raise TrafficInvalid(
            _("The shares must make 100 %% together, or all be 0; these make %(sum)d %%.")
            % {"sum": sum(traffic.values())}
        )
    if len(mirror) > 1 or any(not 0 <= share <= MOST_MIRRORED for share in mirror.values()):
        raise TrafficInvalid(
            _("One deployment can get copies, of %(most)d %% of the requests at most.") % {"most": MOST_MIRRORED}
        )
    if both := sorted(set(mirror) & set(traffic)):
        raise TrafficInvalid(_("“%(name)s” receives traffic, so it gets no copies beside.") % {"name": both[0]})


def _replace_candidate(deployment: Deployment) -> None:
    """Take back what is being rolled out; the reconciler ends its servers."""
    if deployment.candidate is not None:
        Revision.objects.filter(pk=deployment.candidate.pk).update(state=RevisionState.REPLACED)
    deployment.candidate = None

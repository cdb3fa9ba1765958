"""Deployments of an endpoint: their revisions, and the servers that carry them out."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.models import BaseModel
from apps.endpoints.models.endpoint import Endpoint, validate_name
from apps.endpoints.states import DEFAULT_REQUEST_SETTINGS, PROVISIONING, DeploymentState, ReplicaState, RevisionState
from apps.experiments.models import Run, Snapshot
from apps.registry.models import ModelVersion

# What the runner of a replica calls the stage in which its server is there.
SERVE = "serve"


class Deployment(BaseModel):
    """A name within an endpoint for a model that answers, such as ``blue``.

    ``revision`` is what serves; ``candidate`` what shall serve as soon as all its replicas are ready. ``reason`` says why
    in words. ``latest_number`` counts revisions.

    ``scaling``: empty where ``instance_count`` is fixed, else what ``limits.checked_scaling`` returns; the count then follows the
    load: ``scaled_at`` and ``scale_reason`` say when and why it last did, ``busy_at`` when all of the replicas were last needed.
    ``collection``: empty, or what ``limits.checked_collection`` returns; datasets are written in the name of
    ``collected_for``, and ``collection_reason`` says why they are not.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deployments")
    name = models.CharField(gettext_lazy("name"), max_length=32, validators=[validate_name])
    instance_count = models.PositiveIntegerField(gettext_lazy("replicas"), default=1)
    state = models.CharField(max_length=20, choices=DeploymentState, default=DeploymentState.CREATING)
    reason = models.CharField(max_length=2000, blank=True)
    revision = models.ForeignKey(
        "endpoints.Revision", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    candidate = models.ForeignKey(
        "endpoints.Revision", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    latest_number = models.PositiveIntegerField(default=0)
    scaling = models.JSONField(default=dict, blank=True)
    scale_reason = models.CharField(max_length=500, blank=True)
    scaled_at = models.DateTimeField(null=True, blank=True)
    busy_at = models.DateTimeField(null=True, blank=True)
    collection = models.JSONField(default=dict, blank=True)
    collected_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    collection_reason = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "endpoint",
                "name",
                name="deployment_name_once",
                violation_error_message=gettext_lazy("A deployment of this name exists."),
            )
        ]
        indexes = [models.Index(fields=["state", "endpoint"], name="deployments_by_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def provisioning_state(self) -> str:
        """The state in the words of Azure ML."""
        return PROVISIONING[DeploymentState(self.state)]

    @property
    def shown_revision(self) -> "Revision | None":
        """What serves, or else what shall serve."""
        return self.revision or self.candidate or self.revisions.order_by("-number").first()


class Revision(BaseModel):
    """The settings of a deployment at one time; they never change.

    ``model_name`` (``iris:2``) outlives the model. ``environment`` is the id of an environment version. Without ``entry_script``
    the model is MLflow's and needs none. ``request_settings``: what ``limits.checked_requests`` returned
    when it was made; ``requests`` is what holds.
    ``cpus``: how many cores' time each of its servers may use; None for no limit.
    ``sample``: a request that each of its servers answers before it gets any other; None for the model's own example.
    ``schema`` is what its servers say that they take and give. ``failures``: how often in a row a server of it failed;
    ``retry_at``: not before then is the next one started.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=RevisionState, default=RevisionState.CANDIDATE)
    reason = models.CharField(max_length=2000, blank=True)
    model = models.ForeignKey(ModelVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    model_name = models.CharField(max_length=300, blank=True)
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entry_script = models.CharField(max_length=500, blank=True)
    environment = models.UUIDField()
    environment_name = models.CharField(max_length=300)
    variables = models.JSONField(default=dict, blank=True)
    request_settings = models.JSONField(default=dict, blank=True)
    memory_mb = models.PositiveIntegerField(null=True, blank=True)
    cpus = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    sample = models.JSONField(null=True, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    schema = models.JSONField(default=dict, blank=True)
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint("deployment", "number", name="revision_once")]
        indexes = [models.Index(fields=["model"], name="revisions_of_model")]

    def __str__(self) -> str:
        return f"{self.deployment.name} {self.number}"

    @property
    def requests(self) -> dict[str, int]:
        """The settings of requests that hold: the defaults where there was no such setting when this was made."""
        return {**DEFAULT_REQUEST_SETTINGS, **self.request_settings}


class Replica(BaseModel):
    """One server of a revision: a run of the studio's own, which has its log and its work order.

    ``address`` is where the gateway reaches it (``unix:/…`` or ``tcp:host:port``). ``figures``: ``{"memory_mb", "cpu_percent",
    "busy", "queued"}`` as its runner last said.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="replicas")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="replicas")
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=20, choices=ReplicaState, default=ReplicaState.LOADING)
    reason = models.CharField(max_length=2000, blank=True)
    address = models.CharField(max_length=200, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    unhealthy_since = models.DateTimeField(null=True, blank=True)
    draining_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["deployment", "-created_at", "id"], name="replicas_of_deployment"),
            models.Index(fields=["state"], name="open_replicas", condition=~Q(state=ReplicaState.ENDED)),
        ]

    def __str__(self) -> str:
        return f"{self.deployment} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state != ReplicaState.ENDED

    @property
    def words(self) -> str:
        """Why it stands where it does; while it starts, what its run says."""
        if self.reason or self.run is None or self.state != ReplicaState.LOADING:
            return self.reason
        order = self.run.order
        return _("loading the model") if order is not None and order.stage == SERVE else self.run.status_reason

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the reason within its column."""
        self.reason = self.reason[:2000]
        super().save(*args, **kwargs)

"""Pipeline runs, and where each of their steps stands."""

from django.db import models
from django.db.models import Q

from apps.core.models import BaseModel
from apps.experiments.models import Run, Snapshot
from apps.pipelines.states import StepState
from apps.workspaces.models import Workspace


class PipelineGraph(BaseModel):
    """A graph, kept once for all runs, drafts and published pipelines that have it. ``content`` as ``graph.codec`` gives it;
    ``digest`` is over it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint("workspace", "digest", name="graph_once")]

    def __str__(self) -> str:
        return self.digest[:12]


class GraphPart(models.Model):
    """Something that a graph uses, of its own or of a pipeline within it: a version of a component, or the code of one that
    was written into the graph itself. So what uses a component is found, and code stays while a graph names it."""

    graph = models.ForeignKey(PipelineGraph, on_delete=models.CASCADE, related_name="parts")
    version = models.ForeignKey(
        "pipelines.ComponentVersion", null=True, blank=True, on_delete=models.CASCADE, related_name="uses"
    )
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("graph", "version", name="graph_version_once"),
            models.UniqueConstraint("graph", "snapshot", name="graph_snapshot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.graph_id}: {self.version_id or self.snapshot_id}"


class PipelineRun(BaseModel):
    """What a run of kind ``pipeline`` runs. ``inputs``: what was given for the pipeline's own inputs, by name, as the codec gives
    bindings. ``settings`` hold over those of the graph. ``resumed``: the run whose successes it takes over.
    ``published`` and ``endpoint``: what it was called through. ``unfinished`` counts its steps that have not ended. ``problem``
    says in words what keeps it from being completed, from when that is known ("step train failed: exit code 1")."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="pipeline")
    graph = models.ForeignKey(PipelineGraph, on_delete=models.PROTECT, related_name="runs")
    inputs = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    published = models.ForeignKey(
        "pipelines.PublishedPipeline", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    endpoint = models.ForeignKey(
        "pipelines.PipelineEndpoint", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    resumed = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    unfinished = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=2000, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="unfinished_pipelines", condition=Q(unfinished__gt=0)),
            models.Index(fields=["published", "-created_at", "id"], name="runs_of_published",
                condition=Q(published__isnull=False),
            ),
            models.Index(fields=["endpoint", "-created_at", "id"], name="runs_of_pipeline_endpoint",
                condition=Q(endpoint__isnull=False),
            ),
            models.Index(fields=["graph", "-created_at", "id"], name="runs_of_graph"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.run)


class Step(BaseModel):
    """A node of a pipeline run. ``key`` is the node's; ``number`` its place in an order where nothing comes before what it needs.

    ``remaining`` counts the steps that it still waits for. ``run``: the run that carries it out, or the earlier one that was
    ``Reused``; None while it waits, and where it was skipped. ``attempt`` counts the tries. ``reason`` says in words why it
    stands where it does ("skipped: step clean failed"). ``reuse``: ``{"key", "why", "differences"}``, why it was reused or had to
    run, and in what it differs from what ran before. ``plan``: all that its run is made of, frozen at submit, so that no step
    has to look at the graph (``services/plans.py``); leave it out where many steps are read.
    """

    pipeline = models.ForeignKey(PipelineRun, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=255)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=StepState, default=StepState.WAITING)
    reason = models.CharField(max_length=2000, blank=True)
    remaining = models.PositiveIntegerField(default=0)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="steps")
    attempt = models.PositiveIntegerField(default=0)
    reuse = models.JSONField(default=dict, blank=True)
    plan = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("pipeline", "key", name="step_once")]
        indexes = [
            models.Index(fields=["pipeline", "number", "id", "key"], name="steps_in_order"),
            models.Index(fields=["pipeline", "state", "remaining", "number"], name="steps_by_state"),
            models.Index(fields=["state", "created_at"], name="running_steps", condition=Q(state=StepState.RUNNING)),
        ]

    def __str__(self) -> str:
        return self.key


class StepLink(models.Model):
    """``after`` waits for ``before``."""

    before = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="followers")
    after = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="waits_for")

    class Meta:
        constraints = [models.UniqueConstraint("before", "after", name="step_link_once")]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class StepResult(BaseModel):
    """A step that completed and may be reused: by a step of the workspace with the same ``key``.

    ``subject`` is what it is compared with where the key differs: the component's name, or for a component without one the name
    of its pipeline and its node. ``parts`` are what the key is made of, so that a page can say which of them differs; ``labels``
    what its data inputs are called for people. ``outputs``: a digest of each of them, by name.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    subject = models.CharField(max_length=600)
    parts = models.JSONField()
    labels = models.JSONField(default=dict, blank=True)
    outputs = models.JSONField(default=dict, blank=True)
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="step_result")

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "key", "-created_at", "id"], name="results_by_key"),
            models.Index(fields=["workspace", "subject", "-created_at", "id"], name="results_by_subject"),
        ]

    def __str__(self) -> str:
        return self.subject

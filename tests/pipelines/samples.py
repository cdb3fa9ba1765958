"""What the permission tests name in addresses of components and published pipelines."""

from typing import Any

from apps.accounts.models import User
from apps.pipelines.graph.types import Value
from apps.pipelines.models import Component, PipelineEndpoint
from apps.pipelines.services import submit_pipeline
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.pipelines.factories import TRAIN, endpoint, pipeline, published, registered
from tests.workspaces.factories import member


def component_name(workspace: Workspace, person: User) -> str:
    """A component with a version 1, under a name that no other workspace has."""
    name = f"only-in-{workspace.name}-{Component.objects.filter(workspace=workspace).count()}"
    text = TRAIN.replace("name: train", f"name: {name}")
    return registered(_builder(workspace), workspace, text).component.name


def published_id(workspace: Workspace, person: User) -> Any:
    """A published pipeline."""
    return published(_builder(workspace), workspace).pk


def pipeline_run_id(workspace: Workspace, person: User) -> Any:
    """A run of a pipeline."""
    run = submit_pipeline(actor=_builder(workspace), workspace=workspace, graph=pipeline(), inputs={"rate": Value(1)})
    return run.pk


def pipeline_endpoint_id(workspace: Workspace, person: User) -> Any:
    """A pipeline endpoint with a version."""
    number = PipelineEndpoint.objects.filter(workspace=workspace).count()
    return endpoint(_builder(workspace), workspace, f"endpoint {number}").pk


def _builder(workspace: Workspace) -> User:
    """Whoever may make such things here."""
    membership = workspace.memberships.filter(role__in=[Role.OWNER, Role.CONTRIBUTOR]).select_related("user").first()
    return membership.user if membership else member(workspace, Role.CONTRIBUTOR)

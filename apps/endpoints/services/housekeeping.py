"""What goes: servers that ended long ago, figures of months, workspaces that are deleted."""

from datetime import timedelta

from django.utils import timezone

from apps.core.storage import get_store
from apps.endpoints.models import (
    CollectedPart,
    Deployment,
    DeploymentReading,
    Endpoint,
    Replica,
    RequestFigures,
    RequestRecord,
    ScaleEvent,
)
from apps.endpoints.services.replicas import end_all
from apps.endpoints.services.scaling import drop_old_loads
from apps.endpoints.states import ReplicaState
from apps.workspaces.models import Workspace

ENDED_KEPT = 20
ENDED_KEPT_FOR = timedelta(days=7)
FIGURES_KEPT_FOR = timedelta(days=30)
RECORDS_KEPT_FOR = timedelta(days=7)
LOADS_KEPT_FOR = timedelta(days=1)


def prune() -> None:
    """Take away old figures and records, and the servers of a deployment that ended, but for the newest."""
    now = timezone.now()
    RequestFigures.objects.filter(minute__lt=now - FIGURES_KEPT_FOR).delete()
    DeploymentReading.objects.filter(minute__lt=now - FIGURES_KEPT_FOR).delete()
    ScaleEvent.objects.filter(created_at__lt=now - FIGURES_KEPT_FOR).delete()
    drop_old_loads(now - LOADS_KEPT_FOR)
    RequestRecord.objects.filter(at__lt=now - RECORDS_KEPT_FOR).delete()
    old = Replica.objects.filter(state=ReplicaState.ENDED, ended_at__lt=now - ENDED_KEPT_FOR)
    for deployment in Deployment.objects.filter(pk__in=old.values("deployment")):
        kept = Replica.objects.filter(deployment=deployment).order_by("-created_at")[:ENDED_KEPT]
        doomed = list(old.filter(deployment=deployment).exclude(pk__in=list(kept.values_list("pk", flat=True))))
        end_all(pk__in=[replica.pk for replica in doomed])
        Replica.objects.filter(pk__in=[replica.pk for replica in doomed]).delete()


def free_workspace(workspace: Workspace) -> None:
    """End all servers of a workspace that is deleted for good, and take its endpoints away."""
    end_all(deployment__endpoint__workspace=workspace)
    Endpoint.objects.filter(workspace=workspace).delete()
    CollectedPart.objects.filter(workspace=workspace).delete()
    get_store().delete_prefix(f"collected/{workspace.pk}")

"""The logs of servers, which never end: the oldest files of each go."""

from uuid import UUID

from apps.core.storage import get_store
from apps.endpoints.services.placing import LOG
from apps.endpoints.states import LOGS_KEPT
from apps.experiments.models import LogSegment, RunLog

_STEM = LOG.removesuffix(".txt")


def has_old_logs(run_id: UUID) -> bool:
    """Whether a server has written more files than are kept."""
    return RunLog.objects.filter(run=run_id, path__startswith=_STEM).count() > LOGS_KEPT


def drop_old_logs(run_id: UUID) -> None:
    """Delete all but the newest files of a server's log. Harmless when repeated."""
    rows = RunLog.objects.filter(run=run_id, path__startswith=_STEM).order_by("-pk")
    for log in rows[LOGS_KEPT:]:
        keys = list(LogSegment.objects.filter(log=log).exclude(key="").values_list("key", flat=True))
        LogSegment.objects.filter(log=log).delete()
        log.delete()
        for key in keys:
            get_store().delete(key)

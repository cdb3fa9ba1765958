from apps.experiments.models.comparison import Comparison
from apps.experiments.models.data import Direction, RunData
from apps.experiments.models.experiment import Experiment
from apps.experiments.models.files import RunFile
from apps.experiments.models.logs import LogSegment, RunLog
from apps.experiments.models.metrics import MetricChunk, MetricJournal, MetricSummary, RunMark, RunRecord
from apps.experiments.models.run import Run, RunKind, RunParameter, RunQuerySet, RunTag
from apps.experiments.models.scheduling import ScheduledCode
from apps.experiments.models.snapshot import Snapshot

__all__ = [
    "Comparison",
    "Direction",
    "Experiment",
    "LogSegment",
    "MetricChunk",
    "MetricJournal",
    "MetricSummary",
    "Run",
    "RunData",
    "RunFile",
    "RunKind",
    "RunLog",
    "RunMark",
    "RunParameter",
    "RunQuerySet",
    "RunRecord",
    "RunTag",
    "ScheduledCode",
    "Snapshot",
]

"""The Celery app of worker and beat. The schedule is static: each entry is a reconciler that is harmless when run twice."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

app = Celery("studio", task_cls="apps.core.queue:StudioTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "resend-waiting-tasks": {"task": "core.resend_waiting_tasks", "schedule": 10.0},
    "watch-agents": {"task": "compute.watch_agents", "schedule": 5.0},
    "watch-work": {"task": "compute.watch_work", "schedule": 5.0},
    "start-builds": {"task": "environments.start_builds", "schedule": 30.0},
    "ensure-curated": {"task": "environments.ensure_curated", "schedule": 3600.0},
    "watch-waiting-runs": {"task": "experiments.watch_waiting", "schedule": 5.0},
    "free-snapshots": {"task": "experiments.free_snapshots", "schedule": 3600.0},
    "prune-compute": {"task": "compute.prune", "schedule": 3600.0},
    "pack-metrics": {"task": "experiments.pack_metrics", "schedule": 30.0},
    "join-log-segments": {"task": "experiments.join_log_segments", "schedule": 30.0},
    "prune-uploads": {"task": "data.prune_uploads", "schedule": 3600.0},
    "claim-due-schedules": {"task": "schedules.claim_due", "schedule": 5.0},
    "prune-schedules": {"task": "schedules.prune", "schedule": 3600.0},
    "watch-pipelines": {"task": "pipelines.watch", "schedule": 5.0},
    "watch-model-copies": {"task": "registry.watch_copies", "schedule": 60.0},
    "watch-endpoints": {"task": "endpoints.watch", "schedule": 5.0},
    "roll-collected": {"task": "endpoints.roll_collected", "schedule": 30.0},
    "prune-endpoints": {"task": "endpoints.prune", "schedule": 3600.0},
    "prune-core": {"task": "core.prune", "schedule": 3600.0},
    "empty-trash": {"task": "workspaces.destroy_over_due", "schedule": 3600.0},
    "prune-accounts": {"task": "accounts.prune", "schedule": 3600.0},
}

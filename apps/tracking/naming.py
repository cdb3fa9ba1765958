"""Names of runs, which MLflow's clients give as a tag."""

from uuid import UUID

from django.db import transaction

from apps.experiments.events import run_changed
from apps.experiments.models import Run


@transaction.atomic
def rename_run(run: Run | UUID, name: str) -> None:
    """Give a run the name to show. The caller has asked whether it may."""
    row = Run.objects.select_for_update(no_key=True).filter(pk=run.pk if isinstance(run, Run) else run).first()
    if row is not None and row.display_name != name[:255]:
        row.display_name = name[:255]
        row.save(update_fields=["display_name", "updated_at"])
        run_changed(row)
        if isinstance(run, Run):
            run.display_name = row.display_name

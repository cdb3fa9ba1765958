"""Keep what a step has left under a name."""

from apps.accounts.models import User
from apps.data.models import DatasetVersion
from apps.data.outputs import keep_files
from apps.designer.looking import Output
from apps.experiments.events import run_changed
from apps.experiments.models import Direction, RunData
from mlstudio.components.core import store
from mlstudio.components.core.declaring import TABLE


def register_dataset(*, actor: User, output: Output, name: str) -> DatasetVersion:
    """Make a version of a dataset of an output: of a table a tabular one, of anything else one of files.

    The same output under the same name is registered once.

    Raises:
        UserError: the actor may not, or the name cannot be had.
    """
    run = output.run
    is_table = output.type == TABLE
    path = output.parts[store.DATA].path.removeprefix("outputs/") if is_table else output.name
    version = keep_files(
        actor=actor,
        run=run,
        path=path,
        folder=f"registered/{run.pk}/{output.name}/{name}",
        output={"type": "mltable" if is_table else "uri_folder", "name": name},
    )
    RunData.objects.update_or_create(
        run=run,
        direction=Direction.OUTPUT,
        name=f"{output.name} ({name})"[:255],
        defaults={"kind": "dataset", "asset_id": version.pk, "reference": version.reference, "problem": ""},
    )
    run_changed(run)
    return version

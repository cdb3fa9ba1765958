"""Models as the client logs them, call by call, without any library that would make one."""

from pathlib import Path
from typing import Any

from mlflow.entities import LoggedModelOutput, LoggedModelStatus


def saved(folder: Path) -> Path:
    """Make a folder that is a model as far as files go."""
    (folder / "data").mkdir(parents=True)
    (folder / "MLmodel").write_text("flavors: {}\n")
    (folder / "data" / "weights.bin").write_bytes(b"\x00\x01\x02")
    return folder


def log(client: Any, folder: Path, run: Any, name: str = "model", **said: Any) -> Any:
    """Log a model as ``Model.log`` does it."""
    run_id = run.info.run_id if run else None
    experiment = run.info.experiment_id if run else "0"
    model = client.create_logged_model(experiment, name=name, source_run_id=run_id, **said)
    if run:
        client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step=0)])
    client.log_model_artifacts(model.model_id, str(folder))
    return client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)

"""The models of a replica as scripts expect them below ``AZUREML_MODEL_DIR``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any


def lay_out(folder: Path, given: Mapping[str, dict[str, Any]], seen: Mapping[str, str]) -> str:
    """Make links to models, ``<name>/<version>/<what was registered>``. Returns what ``AZUREML_MODEL_DIR`` is below the folder:
    that of the one model there is, else the folder itself ("").

    Args: given: the inputs of the spec; ``root`` is what the folder of a model was called that was registered, empty or not
        there for a single file. seen: where the script sees each.
    """
    folder.mkdir(mode=0o755, exist_ok=True)
    places = []
    for name, path in seen.items():
        told = given[name]
        model, _, version = str(told.get("reference") or name).partition(":")
        place = folder / model / (version or "1")
        inner = PurePosixPath(path).name if told.get("single") else PurePosixPath(told.get("root") or "").name
        link = place / inner
        link.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(path)
        places.append(str(place.relative_to(folder)))
    return places[0] if len(places) == 1 else ""

"""Code of single components out of one zip that holds the folders of all of them."""

import io
import posixpath
import tempfile
import zipfile
from collections.abc import Sequence

from apps.core.storage import get_store
from apps.experiments.models import Snapshot
from apps.experiments.services.snapshots import store_snapshot
from apps.pipelines.jobs.source import CodeNeed


def wrapping_folder(paths: Sequence[str]) -> str:
    """Return the folder that all files lie in, as in a zip that was made of a folder, not of what is in it; "" where none is."""
    tops = {path.partition("/")[0] for path in paths}
    return tops.pop() if len(tops) == 1 and all("/" in path for path in paths) else ""


def cut(snapshot: Snapshot, need: CodeNeed) -> Snapshot:
    """Return the code of one component as a snapshot of its own; all of it where its folder is not in there by its name.

    Raises:
        SnapshotRefused: there is nothing in it.
    """
    paths = [str(file["path"]) for file in snapshot.files]
    base = wrapping_folder(paths)
    wanted: dict[str, str] = {}
    for place in (need.code, posixpath.normpath(posixpath.join(base, need.code))):
        wanted = wanted or _below(paths, place)
    if not wanted:
        return snapshot
    for include in need.includes:
        name = posixpath.basename(include)
        for place in (include, posixpath.normpath(posixpath.join(base, include))):
            wanted |= {
                path: posixpath.join(name, inner) if inner else name
                for path, inner in _below(paths, place, whole=True).items()
            }
    if len(wanted) == len(paths) and all(path == target for path, target in wanted.items()):
        return snapshot
    with tempfile.TemporaryFile() as packed:
        data = io.BytesIO(b"".join(get_store().open(snapshot.key)))
        with zipfile.ZipFile(data) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
            for path, name in wanted.items():
                info = zipfile.ZipInfo(name)
                info.external_attr = source.getinfo(path).external_attr
                target.writestr(info, source.read(path), zipfile.ZIP_DEFLATED)
        packed.seek(0)
        return store_snapshot(snapshot.workspace, packed)


def _below(paths: Sequence[str], place: str, *, whole: bool = False) -> dict[str, str]:
    """Return the files of a folder, or the one file, with their paths in it: of a file its name, or "" where it is ``whole``."""
    if place in {".", ""}:
        return {path: path for path in paths}
    found = {path: path[len(place) + 1 :] for path in paths if path.startswith(f"{place}/")}
    return found or ({place: "" if whole else posixpath.basename(place)} if place in paths else {})

"""Code of runs: what is kept of an upload, once for each content, and what is refused."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from apps.core.archives import ArchiveRefused
from apps.core.errors import NotFound, TooLarge
from apps.core.storage import get_store
from apps.experiments.errors import SnapshotRefused
from apps.experiments.models import Snapshot
from apps.experiments.services import store_snapshot
from apps.experiments.snapshots import packing
from apps.experiments.snapshots.reading import file_of
from tests.workspaces.factories import WorkspaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def zipped(files: Mapping[str, str | bytes], *, order: bool = False, modes: dict[str, int] | None = None) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files) if order else files:
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o100000 | (modes or {}).get(name, 0o644)) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    packed.seek(0)
    return packed


def paths(snapshot: Snapshot) -> list[str]:
    return [str(file["path"]) for file in snapshot.files]


def test_the_same_files_are_kept_once_however_they_were_zipped(workspace):
    files = {"train.py": "1", "a/b.py": "2"}
    first = store_snapshot(workspace, zipped(files))
    assert store_snapshot(workspace, zipped(files, order=True)).pk == first.pk
    assert store_snapshot(workspace, zipped({**files, "a/b.py": "3"})).pk != first.pk
    assert store_snapshot(workspace, zipped(files, modes={"train.py": 0o755})).pk != first.pk
    assert store_snapshot(WorkspaceFactory.create(), zipped(files)).pk != first.pk
    kept = b"".join(get_store().open(first.key))
    assert len(kept) == first.size
    assert zipfile.ZipFile(io.BytesIO(kept)).read("a/b.py") == b"2"


def test_what_the_ignore_file_names_is_left_out(workspace):
    files = {
        "train.py": "1", "data/x.csv": "a", "data/keep.csv": "b", "logs/run.log": "c", "src/__pycache__/m.pyc": "d",
        ".git/config": "e", "outputs/old.pkl": "f",
    }  # fmt: skip
    by_git = store_snapshot(workspace, zipped({**files, ".gitignore": "*.csv\n!keep.csv\nlogs/\n"}))
    assert paths(by_git) == [".gitignore", "data/keep.csv", "train.py"]
    by_aml = store_snapshot(workspace, zipped({**files, ".gitignore": "*", ".amlignore": "data/\n"}))
    assert paths(by_aml) == [".amlignore", ".gitignore", "logs/run.log", "train.py"]


def test_too_many_files_are_refused_and_ignored_ones_do_not_count(workspace):
    many: dict[str, str | bytes] = {f"n/{number}.txt": "" for number in range(2001)}
    with pytest.raises(SnapshotRefused, match="The snapshot exceeds the limit of 2000 files: it has 2001"):
        store_snapshot(workspace, zipped(many))
    assert paths(store_snapshot(workspace, zipped({**many, "a.py": "", ".amlignore": "n/"}))) == [".amlignore", "a.py"]


def test_too_large_code_is_refused_with_the_largest_file(workspace, monkeypatch):
    monkeypatch.setattr(packing, "MOST_BYTES", 1000)
    with pytest.raises(SnapshotRefused, match=r"exceeds the limit of 300\.0 MB.*“big\.bin”"):
        store_snapshot(workspace, zipped({"big.bin": "x" * 1001, "a.py": "1"}))
    assert not Snapshot.objects.exists()


@pytest.mark.parametrize("files", [{}, {".git/config": "x"}, {".amlignore": "*"}])
def test_code_without_a_file_is_refused(workspace, files):
    with pytest.raises(SnapshotRefused, match="no files in the code"):
        store_snapshot(workspace, zipped(files))


@pytest.mark.parametrize("name", ["../out.py", "/abs.py", "a/../../b.py", "C:/x.py", "a\\b.py", "x\nb.py"])
def test_paths_that_lead_out_are_refused(workspace, name):
    with pytest.raises(ArchiveRefused):
        store_snapshot(workspace, zipped({name: "x", "train.py": "1"}))
    assert not Snapshot.objects.exists()


def test_links_bombs_and_damage_are_refused(workspace):
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(ArchiveRefused, match="link"):
        store_snapshot(workspace, link)
    with pytest.raises(ArchiveRefused, match="times its own size"):
        store_snapshot(workspace, zipped({"zeros": b"\0" * (100 * 2**20)}))
    damaged = bytearray(zipped({"train.py": "print(1)" * 100}).getvalue())
    damaged[40] ^= 0xFF
    with pytest.raises(ArchiveRefused):
        store_snapshot(workspace, io.BytesIO(bytes(damaged)))
    with pytest.raises(ArchiveRefused):
        store_snapshot(workspace, io.BytesIO(b"no zip at all"))


def test_single_files_are_read_from_the_zip(workspace):
    snapshot = store_snapshot(workspace, zipped({"a/train.py": "print(1)", "big.txt": "x" * (2**20 + 1)}))
    assert file_of(snapshot, "a/train.py") == b"print(1)"
    with pytest.raises(NotFound):
        file_of(snapshot, "a")
    with pytest.raises(TooLarge):
        file_of(snapshot, "big.txt")

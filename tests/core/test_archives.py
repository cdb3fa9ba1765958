"""Archives come from anyone. What is unpacked must be what a careful person would have unpacked; all else leaves no trace."""

import io
import os
import stat
import struct
import warnings
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.archives import ArchiveLimits, ArchiveRefused, extract, inspect

LINK = stat.S_IFLNK | 0o777


def member(name, data=b"x", *, mode=stat.S_IFREG | 0o644, method=zipfile.ZIP_DEFLATED):
    """One entry as ``pack`` takes it, with a name zipfile itself would have tidied up."""
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    info.external_attr = mode << 16
    info.compress_type = method
    return info, data


def pack(*members):
    """A zip of entries as ``member`` makes them, or of plain names, as a file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile would rather not write names twice
        for item in members:
            archive.writestr(*(member(item) if isinstance(item, str) else item))
    file.seek(0)
    return file


def assert_refused(archive, folder, mentions, **limits):
    """Both entrances refuse with a sentence that has ``mentions``, and the folder around the target stays empty."""
    limit = ArchiveLimits(**limits)
    with pytest.raises(ArchiveRefused) as seen:
        inspect(archive, limit)
    assert mentions in str(seen.value)
    archive.seek(0)
    with pytest.raises(ArchiveRefused) as seen:
        extract(archive, folder / "target", limits=limit)
    assert mentions in str(seen.value)
    assert list(folder.iterdir()) == []


def test_unpacks_files_folders_and_modes(tmp_path):
    archive = pack(
        member("code/", b"", mode=stat.S_IFDIR | 0o700),
        member("code/train.py", b"print(1)", mode=stat.S_IFREG | 0o600),
        member("code/run.sh", b"#!/bin/sh", mode=stat.S_IFREG | 0o6777),
        member("from windows.txt", b"dos", mode=0),
        member("data/ü/deep.csv", b"a,b\n" * 100_000, method=zipfile.ZIP_STORED),
        member("empty/", b"", mode=stat.S_IFDIR | 0o777),
    )
    umask = os.umask(0)
    try:
        members = extract(archive, tmp_path / "new" / "target")
    finally:
        os.umask(umask)

    root = tmp_path / "new" / "target"
    assert (root / "code/train.py").read_bytes() == b"print(1)"
    assert (root / "data/ü/deep.csv").read_bytes() == b"a,b\n" * 100_000
    modes = {str(path.relative_to(root)): path.stat().st_mode & 0o7777 for path in [root, *root.rglob("*")]}
    assert modes == {
        ".": 0o755,
        "code": 0o755,
        "code/train.py": 0o644,
        "code/run.sh": 0o755,
        "from windows.txt": 0o644,
        "data": 0o755,
        "data/ü": 0o755,
        "data/ü/deep.csv": 0o644,
        "empty": 0o755,
    }
    assert [(m.name, m.size, m.is_folder, m.is_executable) for m in members] == [
        ("code", 0, True, False),
        ("code/train.py", 8, False, False),
        ("code/run.sh", 9, False, True),
        ("from windows.txt", 3, False, False),
        ("data/ü/deep.csv", 400_000, False, False),
        ("empty", 0, True, False),
    ]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["target"]


def test_inspect_sees_the_same_and_writes_nothing(tmp_path):
    archive = pack("a.txt", "b/c.txt")
    assert inspect(archive) == extract(archive, tmp_path / "target")


@pytest.mark.parametrize(
    ("name", "mentions"),
    [
        ("../evil", "“.” or “..”"),
        ("a/../../evil", "“.” or “..”"),
        ("./a", "“.” or “..”"),
        ("..", "“.” or “..”"),
        ("/etc/passwd", "starts with a slash"),
        ("//server/share", "starts with a slash"),
        ("/", "empty"),
        ("a//b", "empty part"),
        ("a//", "empty part"),
        ("C:evil", "drive letter"),
        ("c:/evil", "drive letter"),
        ("..\\evil", "backslash"),
        ("a\\b", "backslash"),
        ("a\nb", "control character"),
        ("a\x7fb", "control character"),
        ("a\x00.txt", "control character"),
        ("a\u2028b", "control character"),
        ("x" * 256, "longer than 255 bytes"),
        ("ü" * 128, "longer than 255 bytes"),
        ("x/" * 351, "longer than 700 bytes"),
    ],
)
def test_refuses_names_that_are_no_plain_relative_paths(name, mentions, tmp_path):
    assert_refused(pack("good.txt", name), tmp_path, mentions)


def test_a_refusal_shows_the_name_in_one_visible_line(tmp_path):
    with pytest.raises(ArchiveRefused) as seen:
        extract(pack("evil\r\n\x1b[2J"), tmp_path / "target")
    assert "“evil\\r\\n\\x1b[2J”" in str(seen.value)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_refuses_links_and_devices(kind, tmp_path):
    assert_refused(pack(member("innocent.txt", b"/etc/passwd", mode=kind | 0o777)), tmp_path, "link or a device")


@pytest.mark.parametrize(
    "names",
    [
        ["a.txt", "a.txt"],
        ["README.md", "readme.MD"],
        ["caf\u00e9.txt", "cafe\u0301.txt"],
        ["STRASSE", "straße"],
        ["Data/one", "data/two"],
        ["a", "a/b"],
        ["a/b", "a"],
        ["a/b/c", "A"],
    ],
)
def test_refuses_names_some_file_system_would_merge(names, tmp_path):
    assert_refused(pack(*names), tmp_path, f"“{names[1].split('/')[0]}")


def test_a_folder_may_be_listed_again_or_after_its_files(tmp_path):
    extract(pack("a/b", member("a/", b"", mode=0), member("a/", b"", mode=0)), tmp_path / "target")
    assert (tmp_path / "target/a/b").read_bytes() == b"x"


@pytest.mark.parametrize(
    "entry", [member("a/", b"hidden", mode=0), member("a", mode=stat.S_IFDIR | 0o755), member("a/", b"")]
)
def test_refuses_members_that_are_file_and_folder_at_once(entry, tmp_path):
    assert_refused(pack(entry), tmp_path, "a file and a folder at once")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_refuses_methods_whose_memory_cannot_be_bounded(method, tmp_path):
    assert_refused(pack(member("a.txt", method=method)), tmp_path, "deflate")


def test_refuses_encrypted_members(tmp_path):
    data = bytearray(pack("secret.txt").getvalue())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert_refused(io.BytesIO(data), tmp_path, "without a password")


@pytest.mark.exhaustive
def test_ten_thousand_files_are_fine_and_one_more_is_not(tmp_path):
    names = [f"folder {number % 100}/file {number}.txt" for number in range(10_001)]
    members = extract(pack(*names[:-1]), tmp_path / "target")
    assert len(members) == sum(len(files) for _, _, files in os.walk(tmp_path / "target")) == 10_000
    (tmp_path / "other").mkdir()
    assert_refused(pack(*names), tmp_path / "other", "more than 10000 files")


def test_limits_folders_nobody_listed(tmp_path):
    assert_refused(pack("a/b/c/d/e/f/g.txt"), tmp_path, "more than 5 files or folders", max_members=5)


def test_refuses_a_huge_directory_before_reading_it(tmp_path):
    """One empty entry repeated needs 50 bytes here and more than ten times as much in memory."""
    entry = bytearray(pack(member("a", b"")).getvalue())
    start = entry.index(b"PK\x01\x02")
    repeated = bytes(entry[start : entry.index(b"PK\x05\x06")]) * 100_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(repeated), start, 0)
    assert_refused(io.BytesIO(bytes(entry[:start]) + repeated + end), tmp_path, "more than 100 files", max_members=100)


def test_limits_one_file_and_all_together(tmp_path):
    archive = pack(member("small", b"a" * 10), member("large", b"b" * 20))
    assert_refused(archive, tmp_path, "“large” in the archive is larger than 19", max_file_bytes=19)
    assert_refused(archive, tmp_path, "unpacks to more than 29", max_total_bytes=29)
    extract(archive, tmp_path / "target", limits=ArchiveLimits(max_file_bytes=20, max_total_bytes=30))


def test_refuses_bombs_by_ratio(tmp_path):
    bomb = pack("readme", member("zeros.bin", bytes(20 * 2**20)))
    assert_refused(bomb, tmp_path, "“zeros.bin”", ratio_free_bytes=2**20)
    extract(bomb, tmp_path / "target", limits=ArchiveLimits(ratio_free_bytes=2**20, max_ratio=2000))


@pytest.mark.parametrize("claimed", [0, 10, 4999, 5001, 2**31])
def test_never_trusts_the_size_an_archive_claims(claimed, tmp_path):
    data = bytearray(pack(member("liar.txt", bytes(5000))).getvalue())
    struct.pack_into("<L", data, 22, claimed)
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, claimed)
    assert_refused(
        io.BytesIO(data), tmp_path, "“liar.txt”", max_file_bytes=2**32, max_total_bytes=2**32, max_ratio=2**32
    )


def test_refuses_members_that_share_their_bytes(tmp_path):
    """Two entries of the directory that lead to the same compressed bytes: a bomb without any nesting."""
    data = pack(member("one", bytes(1000)), member("two", bytes(1000))).getvalue()
    directory = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", directory + 1)
    shared = bytearray(data)
    struct.pack_into("<L", shared, second + 42, struct.unpack_from("<L", data, directory + 42)[0])
    assert_refused(io.BytesIO(shared), tmp_path, "overlaps with another member")

    long = bytearray(data)
    struct.pack_into("<L", long, second + 20, 2000)
    assert_refused(io.BytesIO(long), tmp_path, "overlaps with the archive's directory")


def test_names_the_member_whose_checksum_is_wrong(tmp_path):
    data = bytearray(pack("fine", member("broken.bin", bytes(range(256)), method=zipfile.ZIP_STORED)).getvalue())
    data[data.index(bytes(range(256))) + 17] ^= 0xFF
    assert_refused(io.BytesIO(data), tmp_path, "“broken.bin” cannot be unpacked: it is damaged")


@pytest.mark.parametrize("data", [b"", b"PK", b"hello" * 100, b"PK\x05\x06" + bytes(10)])
def test_refuses_what_is_no_archive(data, tmp_path):
    assert_refused(io.BytesIO(data), tmp_path, "not a zip archive")


def test_never_writes_into_a_folder_with_contents(tmp_path):
    (tmp_path / "kept.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        extract(pack("kept.txt"), tmp_path)
    assert (tmp_path / "kept.txt").read_text() == "mine"


PARTS = st.one_of(
    st.sampled_from(
        ["..", ".", "", "a", "A", "b", "C:", "~", "%2e%2e", "..%2f", "...", ".. ", "é", "e\u0301", "\\..", "\0", "/"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
NAMES = st.lists(PARTS, min_size=1, max_size=5).map("/".join)


@settings(deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=4), mode=st.sampled_from([0, stat.S_IFREG | 0o7777, LINK]))
def test_no_name_leads_out_of_the_target(names, mode):
    unique = list(dict.fromkeys(names))
    with TemporaryDirectory() as folder:
        target = Path(folder) / "around" / "target"
        try:
            members = extract(pack(*(member(name, b"", mode=mode) for name in unique)), target)
        except ArchiveRefused:
            assert not target.exists()
            members = []
        assert [path.name for path in Path(folder).iterdir() if path.name != "around"] == []
        assert {path.name for path in target.parent.glob("*")} <= {"target"}
        inside = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
        assert inside == {m.name for m in members if not m.is_folder}
        assert not any(path.is_symlink() for path in target.rglob("*"))


@settings(deadline=None)
@given(data=st.data())
def test_any_damage_is_either_harmless_or_refused(data):
    """Never another exception, never a half-unpacked folder."""
    content = bytearray(pack("a.txt", member("b/c.bin", bytes(300)), member("d/", b"", mode=0)).getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with TemporaryDirectory() as folder:
        try:
            members = extract(io.BytesIO(content), Path(folder) / "target")
        except ArchiveRefused:
            assert list(Path(folder).iterdir()) == []
        else:
            for found in members:
                assert (Path(folder) / "target" / found.name).exists()

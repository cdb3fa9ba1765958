"""Files that arrive in parts, in stores that can append and in those that cannot."""

from pathlib import Path

import pytest

from apps.core.storage import DraftGap, FileStore, drafts_of, open_store
from apps.core.storage.drafts import Drafts, PartFiles


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_store((tmp_path / "store").as_uri())


@pytest.fixture(params=["growing", "parts"])
def drafts(request, store) -> Drafts:
    return drafts_of(store) if request.param == "growing" else PartFiles(store)


def add(drafts: Drafts, offset: int, *pieces: bytes, broken: bool = False) -> None:
    with drafts.part("one", offset) as write:
        for piece in pieces:
            write(piece)
        if broken:
            raise RuntimeError


def test_parts_become_a_file_that_nobody_sees_before(drafts, store):
    add(drafts, 0, b"ab", b"c" * 3_000_000)
    add(drafts, 3_000_002, b"d")
    assert not store.exists("a/b.bin")
    assert b"".join(drafts.read("one", 3_000_003))[-2:] == b"cd"
    drafts.finish("one", 3_000_003, "a/b.bin")
    assert b"".join(store.open("a/b.bin", 3_000_000)) == b"ccd"
    assert [entry.key for entry in store.list()] == ["a/b.bin"]


def test_a_part_that_fails_leaves_what_was_before(drafts, store):
    add(drafts, 0, b"abc")
    with pytest.raises(RuntimeError):
        add(drafts, 3, b"never", broken=True)
    add(drafts, 3, b"d")
    drafts.finish("one", 4, "file")
    assert b"".join(store.open("file")) == b"abcd"


def test_a_part_sent_again_replaces_what_was_never_acknowledged(drafts, store):
    add(drafts, 0, b"abc")
    add(drafts, 3, b"old and long")
    add(drafts, 3, b"new")
    drafts.finish("one", 6, "file")
    assert b"".join(store.open("file")) == b"abcnew"


def test_what_is_missing_is_told(drafts):
    with pytest.raises(DraftGap):
        b"".join(drafts.read("one", 3))
    add(drafts, 0, b"ab")
    with pytest.raises(DraftGap):
        drafts.finish("one", 3, "file")
    drafts.drop("one")
    drafts.drop("one")
    with pytest.raises(DraftGap):
        b"".join(drafts.read("one", 2))

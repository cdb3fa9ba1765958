"""One contract for every store. The clouds' own quirks may not show.

``STUDIO_TEST_STORAGE_URLS`` (separated by spaces) runs the contract on further stores, such as a real bucket.
"""

import hashlib
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from apps.core.archives import extract
from apps.core.storage import (
    FileMissing,
    FileStore,
    InvalidKey,
    StorageFull,
    StorageUnavailable,
    Usage,
    check_key,
    get_store,
    open_store,
)
from studio.environment import ConfigurationError
from tests.core.test_archives import member, pack

pytestmark = pytest.mark.servers

OTHER_STORES = os.environ.get("STUDIO_TEST_STORAGE_URLS", "").split()
RUN = uuid4().hex
MIB = 2**20


@pytest.fixture(scope="module")
def s3() -> Iterator[tuple[str, str]]:
    """A server that speaks S3, with one bucket: the bucket's URL, and the options to reach it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        options = f"endpoint_url={endpoint}&region=us-east-1"
        client_for(options).create_bucket(Bucket="files")
        yield "s3://files", options
    server.stop()


def client_for(options: str) -> Any:
    """Amazon's own client, to look behind the store."""
    import boto3

    endpoint = options.removeprefix("endpoint_url=").partition("&")[0]
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")


@pytest.fixture(params=["file", "s3", *OTHER_STORES])
def store(request, tmp_path) -> Iterator[FileStore]:
    """An empty store of each kind, below a folder of this test run alone."""
    if request.param == "file":
        yield open_store((tmp_path / "store").as_uri())
        return
    url, options = request.getfixturevalue("s3") if request.param == "s3" else request.param.partition("?")[::2]
    bucket = open_store(f"{url.rstrip('/')}/{RUN}?{options}")
    yield bucket
    for entry in bucket.list():
        bucket.delete(entry.key)


def content(store, key, start=0, end=None):
    return b"".join(store.open(key, start, end))


def keys(store, prefix=""):
    return [entry.key for entry in store.list(prefix)]


# --- the contract -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"hello", bytes(range(256)) * 4096 * 20], ids=["empty", "small", "20 MiB"])
@pytest.mark.parametrize("form", ["file", "chunks", "uneven chunks"])
def test_gives_back_what_was_written(store, data, form):
    contents = {
        "file": lambda: io.BytesIO(data),
        "chunks": lambda: [data],
        "uneven chunks": lambda: (data[at : at + 1_000_003] for at in range(0, len(data), 1_000_003)),
    }[form]()
    written = store.write("runs/1/model.pkl.gz", contents)
    assert (written.size, written.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert content(store, "runs/1/model.pkl.gz") == data
    assert store.size("runs/1/model.pkl.gz") == len(data)
    assert store.exists("runs/1/model.pkl.gz")


def test_writing_again_replaces(store):
    store.write("a.txt", [b"first, and longer"])
    store.write("a.txt", [b"second"])
    assert content(store, "a.txt") == b"second"
    assert keys(store) == ["a.txt"]


def test_nobody_sees_half_a_file(store):
    """While a write is under way, readers find nothing, or the version before."""
    seen = []

    def slowly():
        for number in range(40):
            yield bytes(MIB)
            if number == 38:
                seen.append((store.exists("new"), keys(store), content(store, "old")))

    store.write("old", [b"before"])
    store.write("new", slowly())
    store.write("old", slowly())
    assert seen == [(False, ["old"], b"before"), (True, ["new", "old"], b"before")]
    assert store.size("new") == store.size("old") == 40 * MIB


class Interrupted(OSError):
    """An error that a store could take for its own."""


@pytest.mark.parametrize("after_mib", [0, 1, 40])
def test_a_write_that_breaks_off_leaves_everything_as_it_was(store, after_mib):
    def breaks_off():
        for _ in range(after_mib):
            yield bytes(MIB)
        raise Interrupted("the browser went away")

    store.write("kept", [b"before"])
    for key in ("kept", "folder/new"):
        with pytest.raises(Interrupted, match="the browser went away"):
            store.write(key, breaks_off())
    assert content(store, "kept") == b"before"
    assert keys(store) == ["kept"]


def test_of_many_writers_one_wins_whole(store):
    def write(number):
        store.write("raced", [bytes([number]) * 100_000] * 3)
        return content(store, "raced")

    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(write, range(24)):
            assert len(found) == 300_000
            assert len(set(found)) == 1


def test_a_reader_is_not_disturbed_by_a_replacement(store):
    store.write("log", [b"old" * MIB])
    chunks = store.open("log")
    first = next(chunks)
    store.write("log", [b"new" * MIB])
    try:
        rest = b"".join(chunks)
    except StorageUnavailable:
        return  # some clouds cannot read on; what they may not do is mix
    assert first + rest == b"old" * MIB


@pytest.mark.parametrize("size", [0, 1, 1000, 3 * 256 * 1024])
def test_reads_ranges_as_slices(store, size):
    data = os.urandom(size)
    store.write("data.bin", [data])
    for start, end in [(0, None), (0, 0), (0, 1), (1, None), (5, 5), (3, 900), (999, 1000), (size, None), (size + 9, None),
                       (0, size + 9), (256 * 1024 - 1, 2 * 256 * 1024 + 1), (size + 1, size + 2)]:  # fmt: skip
        assert content(store, "data.bin", start, end) == data[start:end], (start, end)


@pytest.mark.parametrize(("start", "end"), [(-1, None), (0, -1), (5, 4)])
def test_a_range_that_is_none_is_a_mistake(store, start, end):
    store.write("a", [b"abc"])
    with pytest.raises(ValueError):
        store.open("a", start, end)


@pytest.mark.parametrize("key", ["nothing", "folder", "folder/nothing", "folder/file/nothing"])
def test_what_is_missing_is_missing(store, key):
    store.write("folder/file", [b"x"])
    for ask in (store.open, store.size, lambda key: store.open(key, 3, 3)):
        with pytest.raises(FileMissing):
            ask(key)
    assert not store.exists(key)
    store.delete(key)
    store.delete_prefix(key if key != "folder" else "other")
    assert keys(store) == ["folder/file"]


def test_delete(store):
    store.write("a/b/c", [b"x"])
    store.write("a/d", [b"x"])
    store.delete("a/b/c")
    store.delete("a/b/c")
    assert keys(store) == ["a/d"]
    store.write("a/b", [b"a file where there was a folder"])
    assert store.exists("a/b")


def test_lists_whole_keys_in_order(store):
    names = [
        "Z",
        "a-b",
        "a.txt",
        "a/b",
        "a/c-d",
        "a/c/d/e",
        "a/c.d",
        "a0",
        "b b/+%2F#?&=é",
        "b b/e\u0301",
        "z/~.x",
        "é",
        "😀",
    ]
    for name in reversed(names):
        store.write(name, [name.encode()])
    assert keys(store) == sorted(names)
    assert keys(store, "a") == [name for name in sorted(names) if name.startswith("a/")]
    assert keys(store, "a/c") == ["a/c/d/e"]
    assert keys(store, "a/b") == keys(store, "nothing") == []
    assert [entry.size for entry in store.list()] == [len(name.encode()) for name in sorted(names)]
    for entry in store.list():
        assert entry.modified.utcoffset() == timedelta(0)
        assert abs(entry.modified - datetime.now(UTC)) < timedelta(minutes=30)


def test_a_prefix_is_a_folder_and_not_the_start_of_a_name(store):
    for key in ("runs/1/a", "runs/1/b/c", "runs/10/a", "runs/1.txt", "runs2/a"):
        store.write(key, [b"xyz"])
    assert store.usage("runs/1") == Usage(files=2, size=6)
    assert store.usage() == Usage(files=5, size=15)
    store.delete_prefix("runs/1")
    store.delete_prefix("runs/1")
    assert keys(store) == ["runs/1.txt", "runs/10/a", "runs2/a"]
    assert store.usage("runs/1") == Usage(files=0, size=0)


def test_deletes_and_lists_many(store):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.write(f"many/{number:04}", [b"x"]), range(300)))
    assert keys(store, "many") == [f"many/{number:04}" for number in range(300)]
    store.delete_prefix("many")
    assert keys(store) == []


BAD_KEYS = ["/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "../a", "a\\b", "a\nb", "a\0", "\x7f", "C:/a", ".hidden",
            ".work/x", "x" * 256, "ü/" * 300 + "x", "\ud800", "a\uffff"]  # fmt: skip


@pytest.mark.parametrize("method", ["write", "open", "size", "exists", "delete", "delete_prefix", "list", "usage"])
def test_no_method_takes_a_key_that_is_none(store, method):
    for key in BAD_KEYS:
        with pytest.raises(InvalidKey):
            getattr(store, method)(key, *([[b"x"]] if method == "write" else []))
    assert keys(store) == []


def test_the_whole_store_cannot_be_deleted(store):
    store.write("a", [b"x"])
    with pytest.raises(InvalidKey):
        store.delete_prefix("")
    assert keys(store) == ["a"]


PARTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["a", "%2e%2e", "..", "a.", " ", "a ", "*", "con", "~", "-", "é", "e\u0301", "\U000e0001", "x" * 255]
)
KEYS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)


@given(key=KEYS)
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_key_that_is_let_in_comes_back_as_it_is(store, key):
    try:
        check_key(key)
    except InvalidKey:
        assume(False)
    store.write(key, [b"x"])
    assert keys(store) == [key]
    assert content(store, key) == b"x"
    store.delete(key)
    assert not store.exists(key)


@given(key=st.text() | KEYS)
@hypothesis_settings(max_examples=1000, deadline=None)
def test_no_key_leads_out_of_the_store(key):
    try:
        check_key(key)
    except InvalidKey:
        return
    path = Path(os.path.normpath(Path("/srv/store") / key))
    assert str(path) == f"/srv/store/{key}"
    assert len(key.encode()) <= 900


# --- a folder ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A real file system of 64 MB with room for few files."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m,nr_inodes=40", "tmpfs", str(disk)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60) if os.geteuid() == 0 else None
    if done is None or done.returncode:
        reason = done.stderr.strip() if done else "not root"
        pytest.skip(f"a small disk to fill up cannot be mounted here: {reason}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True, timeout=60)


def files_on(disk):
    return sorted(str(path.relative_to(disk)) for path in disk.rglob("*") if path.is_file())


def test_a_full_disk_is_said_so_and_keeps_what_was_there(small_disk):
    store = open_store((small_disk / "store").as_uri())
    store.write("kept", [b"before"])
    for key in ("kept", "new"):
        with pytest.raises(StorageFull) as seen:
            store.write(key, (bytes(MIB) for _ in range(100)))
        assert "no space left" in str(seen.value)
        assert seen.value.problem()["status"] == 507
    assert files_on(small_disk) == ["store/kept"]
    assert content(store, "kept") == b"before"
    store.write("kept", [b"after"])
    assert content(store, "kept") == b"after"


def test_a_disk_without_room_for_another_name_is_full_too(small_disk):
    store = open_store((small_disk / "store").as_uri())

    def fill_up():
        for number in range(100):
            store.write(f"folder {number}/file", [b"x"])

    with pytest.raises(StorageFull):
        fill_up()
    assert files_on(small_disk / "store") == sorted(keys(store))


def test_unpacking_on_a_full_disk_leaves_nothing(small_disk):
    archive = pack("a.txt", member("zeros.bin", bytes(70 * MIB)))
    with pytest.raises(StorageFull):
        extract(archive, small_disk / "target")
    assert list(small_disk.iterdir()) == []


def test_what_a_killed_writer_left_is_never_listed_and_goes_away(tmp_path):
    store = open_store(tmp_path.as_uri())
    store.write("a", [b"x"])
    work = tmp_path / ".work"
    two_days_ago = datetime.now(UTC).timestamp() - 2 * 24 * 3600
    for name in ("fresh", "stale", "stale folder/inner"):
        (work / name).parent.mkdir(exist_ok=True)
        (work / name).write_bytes(b"half")
    os.utime(work / "stale", (two_days_ago, two_days_ago))
    os.utime(work / "stale folder", (two_days_ago, two_days_ago))
    assert keys(store) == ["a"]
    open_store.cache_clear()
    open_store(tmp_path.as_uri())
    assert [path.name for path in work.iterdir()] == ["fresh"]


def test_killed_in_the_middle_of_a_write(tmp_path):
    """A process that dies at once while it writes leaves the old file, and nothing that is listed."""
    store = open_store(tmp_path.as_uri())
    store.write("a", [b"before"])
    code = (
        "import os, signal, sys; from pathlib import Path; from apps.core.storage.local import LocalStore\n"
        "def chunks():\n    yield bytes(2**20)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "LocalStore(Path(sys.argv[1])).write('a', chunks())"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=settings.BASE_DIR, check=False, timeout=60)
    assert done.returncode == -9
    assert content(store, "a") == b"before"
    assert keys(store) == ["a"]


def test_a_file_and_a_folder_cannot_have_one_name(tmp_path):
    store = open_store(tmp_path.as_uri())
    store.write("a/b", [b"x"])
    for key in ("a", "a/b/c"):
        with pytest.raises(InvalidKey, match="folder"):
            store.write(key, [b"y"])
    assert keys(store) == ["a/b"]
    assert files_on(tmp_path / ".work") == []


def test_folders_go_with_their_last_file_while_others_write_into_them(tmp_path):
    store = open_store(tmp_path.as_uri())

    def churn(number):
        for _ in range(200):
            store.write(f"a/b/c/{number}", [b"x"])
            store.delete(f"a/b/c/{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(churn, range(4)))
    assert [path.name for path in tmp_path.iterdir()] == [".work"]


def test_only_the_studio_can_look_into_the_folder(tmp_path):
    open_store((tmp_path / "store").as_uri()).write("a/b", [b"x"])
    assert (tmp_path / "store").stat().st_mode & 0o777 == 0o700


# --- buckets ----------------------------------------------------------------------------------------------------------


def test_an_upload_that_breaks_off_leaves_no_parts_to_pay_for(s3):
    def breaks_off():
        yield bytes(40 * MIB)
        raise Interrupted

    url, options = s3
    with pytest.raises(Interrupted):
        open_store(f"{url}/parts?{options}").write("a", breaks_off())
    assert "Uploads" not in client_for(options).list_multipart_uploads(Bucket="files")


def test_a_bucket_shared_with_others_is_not_looked_into(s3):
    url, options = s3
    mine, other = open_store(f"{url}/mine?{options}"), open_store(f"{url}/mine2?{options}")
    whole = open_store(f"{url}?{options}")
    mine.write("a", [b"x"])
    other.write("a", [b"y"])
    client_for(options).put_object(Bucket="files", Key="mine/shown as a folder/", Body=b"")
    assert keys(mine) == ["a"]
    assert {"mine/a", "mine2/a"} <= set(keys(whole))


def test_a_store_that_cannot_be_reached_is_our_fault(s3):
    _, options = s3
    missing_bucket = open_store(f"s3://elsewhere?{options}")
    nobody_there = open_store("s3://files?endpoint_url=http://127.0.0.1:9&region=us-east-1")
    for use in (
        lambda: missing_bucket.write("a", [b"x"]),
        lambda: keys(missing_bucket),
        lambda: missing_bucket.delete("a"),
        lambda: nobody_there.open("a"),
    ):
        with pytest.raises(StorageUnavailable) as seen:
            use()
        assert seen.value.problem()["status"] == 503
        assert seen.value.reference


def test_a_full_bucket_is_said_so(s3):
    """MinIO and others answer 507 when their disks are full."""

    class Full(BaseHTTPRequestHandler):
        def do_PUT(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b"<Error><Code>XMinioStorageFull</Code><Message>full</Message></Error>"
            self.send_response(507)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Full)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        store = open_store(f"s3://files?endpoint_url=http://127.0.0.1:{server.server_port}&region=us-east-1")
        with pytest.raises(StorageFull):
            store.write("a", [b"x"])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# --- which store ------------------------------------------------------------------------------------------------------


def test_the_default_store_is_a_folder_in_the_home():
    key = f"test/{uuid4().hex}"
    get_store().write(key, [b"x"])
    assert (settings.STUDIO.home / "files" / key).read_bytes() == b"x"
    assert get_store() is get_store()
    get_store().delete(key)


@pytest.mark.parametrize(
    ("url", "mentions"),
    [
        ("/srv/files", "must be an address such as"),
        ("ftp://host/files", "must be an address such as"),
        ("file://host/files", "must be an address such as"),
        ("file:///files?x=1", "must be an address such as"),
        ("s3://", "must be an address such as"),
        ("s3:///folder", "must be an address such as"),
        ("s3://bucket/../folder", "names a folder that cannot be used"),
        ("s3://bucket?endpoint=http://x", "does not know: endpoint"),
        ("gs://bucket?region=x", "does not know: region"),
        ("file:///proc/no/such", "the folder /proc/no/such, which cannot be used"),
    ],
)
def test_a_wrong_url_is_explained(url, mentions):
    with pytest.raises(ConfigurationError, match="STUDIO_STORAGE_URL") as seen:
        open_store(url)
    assert mentions in str(seen.value)


def test_credentials_in_the_url_are_refused_and_not_repeated():
    with pytest.raises(ConfigurationError) as seen:
        open_store("s3://key:hunter2@bucket")
    assert "hunter2" not in str(seen.value)


@pytest.mark.parametrize(
    ("url", "library", "module", "advice"),
    [
        ("s3://bucket", "boto3", "s3", "boto3: install its extra 's3'"),
        (
            "azblob://container",
            "azure",
            "azure_blobs",
            "azure-storage-blob and azure-identity: install its extra 'azure'",
        ),
        ("gs://bucket", "google", "google_cloud", "google-cloud-storage: install its extra 'gcs'"),
    ],
)
def test_a_missing_library_is_named(url, library, module, advice, monkeypatch):
    for name in [name for name in sys.modules if name == library or name.startswith(f"{library}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, f"apps.core.storage.{module}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    open_store.cache_clear()
    with pytest.raises(ConfigurationError) as seen:
        open_store(url)
    assert advice in str(seen.value)

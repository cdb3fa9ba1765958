"""The runner's parts by themselves: what no run can show quickly."""

import json
import os
import zipfile

import pytest

from mlstudio.runner import code, ending, environment, folder, processes
from mlstudio.runner.command import line
from mlstudio.runner.link import Answer, Link
from mlstudio.runner.sandbox import Layout
from mlstudio.runner.streams import LARGEST_BATCH, LineStream, LogStream, Refused, Streams


class Ear(Link):
    """Takes what is sent, in place of a connection."""

    def __init__(self) -> None:
        super().__init__("http://nowhere", "")
        self.heard: list[tuple[str, bytes]] = []
        self.answers: list[Answer] = []

    def send(self, method, path, body=b"", headers=None):
        self.heard.append((path, body))
        if self.answers:
            return self.answers.pop(0)
        offset = int(path.rpartition("offset=")[2].split("&")[0])
        return Answer(200, {"size": offset + len(body), "accepted": 1, "refused": []})


@pytest.fixture
def work(tmp_path):
    """The folder of an order."""
    return folder.WorkFolder(tmp_path)


def test_lines_are_sent_whole_and_the_same_again_after_a_restart(work, tmp_path):
    path = tmp_path / "events"
    path.write_bytes(b'{"m":1}\n{"m":2}\n{"m":')
    ear = Ear()
    stream = Streams(work, [LineStream(path, "events", print)])
    stream.send_some(ear)  # notes what it is about to send
    with path.open("ab") as file:
        file.write(b'3}\n{"m":4}\n')
    again = Streams(work, [LineStream(path, "events", print)])
    while again.send_some(ear):
        pass
    assert ear.heard == [
        ("work/metrics/?source=events&offset=0", b'{"m":1}\n{"m":2}\n'),
        ("work/metrics/?source=events&offset=16", b'{"m":3}\n{"m":4}\n'),
    ]
    assert not again.are_done
    while not again.are_done:
        again.send_some(ear, is_over=True)
    assert len(ear.heard) == 2


def test_wishes_for_files_are_ours_and_not_sent(work, tmp_path):
    path = tmp_path / "events"
    path.write_bytes(b'{"f":"a"}\n{"m":1}\n{"f":"b"}\n{"f":5}\n{"f":\n{"m":2}\n')
    ear = Ear()
    wanted: list[str] = []
    streams = Streams(work, [LineStream(path, "events", print, wanted.append)])
    while streams.send_some(ear):
        pass
    assert wanted == ["a", "b"]
    assert [body for _, body in ear.heard] == [b'{"m":1}\n', b'{"m":2}\n']


def test_long_lines_go_alone_and_large_files_in_parts(work, tmp_path):
    path = tmp_path / "events"
    long = json.dumps({"r": "x" * 900_000}).encode() + b"\n"
    path.write_bytes(long + b'{"m":1}\n' * 100_000)
    ear = Ear()
    streams = Streams(work, [LineStream(path, "events", print)])
    while streams.send_some(ear):
        pass
    assert b"".join(body for _, body in ear.heard) == path.read_bytes()
    assert ear.heard[0][1] == long
    assert max(len(body) for _, body in ear.heard[1:]) <= LARGEST_BATCH
    assert all(body.endswith(b"\n") for _, body in ear.heard)


def test_refused_lines_are_noted_and_the_rest_goes_on(work, tmp_path):
    path = tmp_path / "events"
    path.write_bytes(b'{"x":1}\n')
    ear = Ear()
    notes: list[str] = []
    ear.answers = [Answer(200, {"accepted": 0, "refused": [{"line": 1, "reason": "the key is unknown"}]})]
    streams = Streams(work, [LineStream(path, "events", notes.append)])
    while streams.send_some(ear):
        pass
    assert notes == ["The studio refused a logged value (line 1): the key is unknown."]


def test_a_log_follows_what_the_studio_has(work, tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"0123456789")
    ear = Ear()
    streams = Streams(work, [LogStream(path, "a.txt")])
    ear.answers = [Answer(200, {"size": 10}), Answer(409, {"size": 4})]
    streams.send_some(ear)
    with path.open("ab") as file:
        file.write(b"ab")
    while streams.send_some(ear):
        pass
    assert [body for _, body in ear.heard] == [b"0123456789", b"ab", b"456789ab"]
    ear.answers = [Answer(404, {"detail": "There is no such run."})]
    with pytest.raises(Refused, match="There is no such run"):
        streams.send_some(ear, is_over=True)


def test_a_log_that_the_studio_cut_is_not_sent_any_more_and_fills_no_disk(work, tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"x" * 1000)
    ear = Ear()
    ear.answers = [Answer(200, {"size": 500, "cut": True})]
    Streams(work, [LogStream(path, "a.txt")]).send_some(ear)
    with path.open("ab") as file:
        file.write(b"y" * (8 << 20))
        file.flush()
        os.fsync(file.fileno())
    streams = Streams(work, [LogStream(path, "a.txt")])  # of another runner
    assert not streams.send_some(ear)
    assert path.stat().st_size == 1000 + (8 << 20)
    assert path.stat().st_blocks * 512 < 1 << 20
    ear.answers = [Answer(200, {"size": 500, "cut": True})]
    streams.send_some(ear, is_over=True)
    assert ear.heard[-1] == ("work/logs/?path=a.txt&offset=500&end=1", b"")
    assert streams.are_done


def test_a_log_that_nobody_wrote_is_no_file(work, tmp_path):
    ear = Ear()
    streams = Streams(
        work, [LogStream(tmp_path / "none", "a.txt"), LogStream(tmp_path / "std", "b.txt", is_always_there=True)]
    )
    while not streams.are_done:
        streams.send_some(ear, is_over=True)
    assert ear.heard == [("work/logs/?path=b.txt&offset=0&end=1", b"")]


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "..\\x", "a\\..\\x"])
def test_code_cannot_leave_its_folder(tmp_path, name):
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("fine.txt", "x")
        file.writestr(name, "x")
    with pytest.raises(code.CodeError, match="would not stay in its folder"):
        code.unpack(archive, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_the_folder_around_all_code_is_left_out(tmp_path):
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.mkdir("project")
        file.writestr("project/train.py", "x")
        file.writestr("project/src/model.py", "y")
    code.unpack(archive, tmp_path / "target", "project")
    found = sorted(path.relative_to(tmp_path / "target").as_posix() for path in (tmp_path / "target").rglob("*.py"))
    assert found == ["src/model.py", "train.py"]


def test_links_in_code_are_refused_and_programs_stay_programs(tmp_path):
    archive = tmp_path / "code.zip"
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(link, "/etc/passwd")
    with pytest.raises(code.CodeError, match="neither file nor folder"):
        code.unpack(archive, tmp_path / "target")
    program = zipfile.ZipInfo("run.sh")
    program.external_attr = 0o100755 << 16
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(program, "#!/bin/sh")
        file.writestr("deep/a.txt", "a")
    code.unpack(archive, tmp_path / "target")
    assert os.access(tmp_path / "target/run.sh", os.X_OK)
    assert (tmp_path / "target/deep/a.txt").stat().st_mode & 0o777 == 0o644


def test_what_is_no_zip_says_so(tmp_path):
    (tmp_path / "code.zip").write_bytes(b"no zip")
    with pytest.raises(code.CodeError, match="cannot be unpacked"):
        code.unpack(tmp_path / "code.zip", tmp_path / "target")


def test_outputs_in_a_command_become_paths_and_the_rest_stays():
    where = Layout("/studio/code", "/home/run", "/tmp", "e", "f", "s", "v", "i")
    spec = {"command": "train --to ${{outputs.model}} ${{ outputs.other }} ${HOME} {status}", "outputs": {"model": {}}}
    assert line(spec, where, {})[1:] == [
        "-c",
        "train --to /studio/code/outputs/model ${{ outputs.other }} ${HOME} {status}",
    ]


def test_a_process_is_known_by_more_than_its_number():
    me = processes.identify(os.getpid())
    assert processes.is_alive(me)
    assert not processes.is_alive({**me, "started": me["started"] - 1})
    assert not processes.is_alive({**me, "boot_id": "an earlier life"})
    assert not processes.is_alive(None)


def test_the_digest_of_an_environment_depends_on_what_matters():
    one = environment.digest_of("3.11.7", "a==1\n")
    assert one == environment.digest_of("3.11", "a==1\n")
    assert len({one, environment.digest_of("3.12", "a==1\n"), environment.digest_of("3.11", "a==2\n")}) == 3


def test_signals_have_names():
    assert ending.of_command(None, 6).reason == "killed by signal 6 (SIGABRT)"
    assert ending.of_command(2, None).reason == "exit code 2"


def test_folders_that_a_program_closed_can_be_removed(tmp_path):
    place = tmp_path / "run"
    (place / "closed").mkdir(parents=True)
    (place / "closed/file").touch()
    (place / "closed").chmod(0)
    place.chmod(0o500)
    folder.remove(place)
    assert not place.exists()


def test_a_write_is_whole_or_not_there(work):
    assert work.read("a.json") is None
    work.write("a.json", {"x": 1})
    assert work.read("a.json") == {"x": 1}
    assert (work.path / "a.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in work.path.iterdir()] == ["a.json"]

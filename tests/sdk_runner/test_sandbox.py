"""What code in a run can reach, found out by trying from inside."""

import json
import os
import shutil
import socket

import pytest

from tests.launcher.waiting import until
from tests.sdk_runner.conftest import SDK

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("sandboxed")]

LOOK = """
import json, os, sys
def can_read(path):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").close()
    except OSError:
        return False
    return True
def can_write(path):
    try:
        with open(os.path.join(path, "witness"), "w") as file:
            file.write("x")
    except OSError:
        return False
    return True
def can_signal(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
asked = json.loads(sys.argv[1])
print(json.dumps({
    "read": [path for path in asked["read"] if can_read(path)],
    "write": [path for path in asked["write"] if can_write(path)],
    "signal": [pid for pid in asked["signal"] if can_signal(pid)],
    "processes": [pid for pid in os.listdir("/proc") if pid.isdecimal()],
    "uid": os.getuid(),
    "groups": os.getgroups(),
    "status": open("/proc/self/status").read(),
    "home": os.environ["HOME"],
    "root": sorted(os.listdir("/")),
}))
"""


def look(machine, **asked):
    """Have a run try what is asked; return what it could do."""
    question = json.dumps({"read": [], "write": [], "signal": [], **asked})
    order = machine.run(f"python look.py '{question}'", {"look.py": LOOK})
    assert order.end["outcome"] == "succeeded", order.log
    return json.loads(order.log)


def test_files_of_the_host_and_of_the_studio_are_not_there(machine, tmp_path):
    other = machine.submit("echo up; sleep 1000")
    until(lambda: other.log == "up\n")
    secrets = [
        machine.home,
        machine.token_file,
        machine.folder(other).path,
        machine.folder(other).path / "order.json",
        machine.folder(other).code,
        tmp_path,
        "/root",
        "/home",
        "/var",
        "/run",
        "/etc/shadow",
        "/proc/1/environ",
        "/proc/1/root",
        "/proc/1/mem",
        os.getcwd(),
    ]
    found = look(machine, read=[str(path) for path in secrets])
    assert [path for path in found["read"] if path not in ("/root", "/home", "/var")] == []
    assert {"opt", "srv", "mnt", "run"}.isdisjoint(found["root"])


def test_what_is_above_the_interpreter_is_empty_but_for_it(machine):
    order = machine.run("ls -A /home /root /var 2>/dev/null; true")
    assert ".ssh" not in order.log
    assert ".bash" not in order.log
    assert ".config" not in order.log


def test_nothing_but_its_own_folders_can_be_written_to(machine):
    found = look(
        machine,
        write=["/", "/usr", "/etc", "/studio", "/studio/sdk/mlstudio", "/studio/events", "/var", "/dev", "/sys"],
    )
    assert found["write"] == []
    found = look(machine, write=[".", "outputs", "logs", "/tmp", "/var/tmp", "/dev/shm", "/home/run", "/studio/files"])
    assert len(found["write"]) == 8
    assert found["home"] == "/home/run"


def test_processes_outside_are_neither_seen_nor_reached(machine):
    found = look(machine, signal=[os.getpid(), os.getppid(), machine.agent.pid])
    assert found["signal"] == []
    assert len(found["processes"]) <= 3


def test_it_has_no_rights_and_cannot_get_any(machine):
    found = look(machine)
    if os.geteuid() == 0:
        assert found["uid"] >= 60_000
        assert found["groups"] == []
    status = dict(line.split(":\t", 1) for line in found["status"].splitlines() if ":\t" in line)
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == int(status["CapInh"], 16) == 0
    assert status["NoNewPrivs"].strip() == "1"
    order = machine.run("unshare -Ur true; mount -t tmpfs none /tmp; su -c true; echo $?")
    assert not order.log.rstrip().endswith("0")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give each run a user of its own")
def test_two_runs_at_the_same_time_are_two_users(machine):
    orders = [machine.submit("id -u; sleep 2") for _ in range(2)]
    assert len({machine.ended(order).log for order in orders}) == 2


def test_links_in_outputs_give_nothing_away(machine, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    order = machine.run(
        f"ln -s {secret} outputs/a.txt; ln -s {tmp_path} outputs/folder; ln -s {machine.home} logs/home; rm -rf ../files; "
        "rmdir logs 2>/dev/null; true"
    )
    assert order.files == {}


def test_a_file_that_turns_into_a_link_is_not_followed(machine, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    code = f"""
import json, os, time
open("outputs/a.txt", "w").write("mine")
os.symlink({str(tmp_path)!r}, "outputs/folder")
with open(os.environ["STUDIO_RUN_EVENTS"], "a") as events:
    for path in ("outputs/folder/secret.txt", "../../order.json", "/etc/shadow", "outputs/../../order.json", 5, None):
        events.write(json.dumps({{"f": path}}, separators=(",", ":")) + "\\n")
time.sleep(1)
"""
    order = machine.run("python look.py", {"look.py": code})
    assert order.files == {"outputs/a.txt": b"mine"}
    assert order.end["outcome"] == "succeeded"


def test_the_studio_is_reached_by_the_loopback(machine, studio):
    order = machine.run(f"python -c \"import urllib.request as u; print(u.urlopen('{studio.url}/nothing'))\"")
    assert "HTTP Error 401" in order.log


def test_abstract_sockets_and_shared_memory_of_others_are_apart(machine):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(machine.home / "socket"))
        order = machine.run(f"test -e {machine.home}/socket && echo seen; ipcs -m | wc -l; hostname")
    assert "seen" not in order.log
    assert order.log.endswith("run\n")


@pytest.fixture
def no_isolation(tmp_path):
    """The variables of an agent on a machine where bubblewrap does not work, and which does not know that it is root."""
    tools, package = tmp_path / "bin", tmp_path / "package"
    tools.mkdir()
    (tools / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (tools / "bwrap").chmod(0o755)
    shutil.copytree(SDK / "mlstudio", package / "mlstudio", ignore=shutil.ignore_patterns("__pycache__"))
    (package / "sitecustomize.py").write_text("import os; os.geteuid = lambda: 1000\n")
    return {"PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(package)}


def test_without_any_isolation_a_run_is_refused_until_that_is_accepted(idle, no_isolation):
    idle.start(**no_isolation)
    order = idle.run("echo ran")
    assert order.end["error_code"] == "SystemError"
    assert "have an administrator accept on the machine's page" in order.end["reason"]
    assert "No permissions to create new namespace" in order.end["reason"]
    until(lambda: "isolation" in idle.studio.facts, 30)
    assert idle.studio.facts["isolation"]["accepted"] is False
    idle.studio.unisolated = True
    assert idle.run("echo ran").log == "ran\n"


def test_the_settings_of_an_agent_may_accept_it_too(idle, no_isolation):
    idle.start(**no_isolation, STUDIO_ALLOW_UNISOLATED="1")
    assert idle.run("echo ran").log == "ran\n"
    until(lambda: "isolation" in idle.studio.facts, 30)
    assert idle.studio.facts["isolation"]["accepted"] is True

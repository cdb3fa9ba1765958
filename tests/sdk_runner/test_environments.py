"""Environments built from local wheels, so that no package index is needed, and runs in them."""

import base64
import hashlib
import io
import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from mlstudio.agent.sweeping import Sweeper
from mlstudio.agent.work import Work
from mlstudio.runner import environment, interpreters, requirements, sandbox
from tests.launcher.waiting import until

pytestmark = pytest.mark.processes

PYTHON = "{}.{}".format(*sys.version_info)


def wheel(folder: Path, name: str, version: str, requires: str = "", **files: str) -> Path:
    """Write a wheel of text files."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += f"Requires-Dist: {requires}\n" if requires else ""
    content = dict(files)
    content[f"{info}/METADATA"] = metadata
    content[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},{len(text)}\n"
        for path, text in content.items()
    )
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in content.items():
            archive.writestr(path, text)
    target = folder / f"{name}-{version}-py3-none-any.whl"
    target.write_bytes(buffer.getvalue())
    return target


@pytest.fixture
def shop(idle, tmp_path):
    """A machine whose uv knows a folder of wheels and nothing else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    script = "import colour.data\ndef main(): print('entry', colour.data.NAME)\n"
    entry = "[console_scripts]\ncolour = colour.script:main\n"
    wheel(
        folder,
        "colour",
        "1.0",
        "shape>=2",
        **{"colour/__init__.py": "", "colour/data.py": "NAME = 'red'\n"},
        **{"colour/script.py": script, "colour-1.0.dist-info/entry_points.txt": entry},
    )
    wheel(folder, "shape", "2.1", **{"shape.py": "SIDES = 4\n"})
    (folder / "source-1.0.tar.gz").write_bytes(b"")
    idle.start(UV_FIND_LINKS=str(folder), UV_NO_INDEX="1", UV_OFFLINE="1")
    return idle


def build(machine, wanted, lock="", python=PYTHON):
    """Have an environment built."""
    recipe = {"name": "paint:1", "python": python, "requirements": wanted, "lock": lock}
    return machine.ended(machine.studio.place("build", {"version": 1, "environment": recipe}))


def in_environment(built):
    """The part of a run's spec that names an environment."""
    result = built.end["result"]
    return {"name": "paint:1", "digest": result["digest"], "lock": result["lock"], "python": PYTHON}


def test_requirements_become_a_lock_and_an_environment_that_runs_use(shop):
    built = build(shop, "colour>=1  # red\n")
    assert built.end["outcome"] == "succeeded", built.log
    result = built.end["result"]
    assert [row["name"] for row in built.end["stages"]] == ["resolve", "install"]
    assert result["packages"] == [{"name": "colour", "version": "1.0"}, {"name": "shape", "version": "2.1"}]
    assert "colour==1.0" in result["lock"]
    assert "--hash=sha256:" in result["lock"]
    assert str(shop.home) not in result["lock"]
    assert result["digest"] == environment.digest_of(PYTHON, result["lock"])
    assert result["python"] == interpreters.own().version
    assert result["size"] > 0
    assert "Installed 2 packages" in built.log

    code = "import colour.data, shape, sys; print(colour.data.NAME, shape.SIDES, sys.prefix)"
    order = shop.run("python main.py && colour", {"main.py": code}, environment=in_environment(built))
    assert order.log == "red 4 /studio/environment\nentry red\n"


def test_a_lock_gives_the_same_environment_and_is_not_built_twice(shop):
    first = build(shop, "colour")
    folder = shop.home / "environments" / first.end["result"]["digest"]
    before = folder.stat().st_ino
    again = build(shop, "", lock=first.end["result"]["lock"])
    assert again.end["result"] == first.end["result"]
    assert [row["name"] for row in again.end["stages"]] == ["install"]
    assert folder.stat().st_ino == before


def test_a_machine_that_does_not_have_it_builds_it_for_the_run(shop):
    built = build(shop, "shape")
    subfolder = shop.home / "environments" / built.end["result"]["digest"]
    subfolder.rename(subfolder.with_name("gone"))
    order = shop.run("python -c 'import shape; print(shape.SIDES)'", environment=in_environment(built))
    assert order.log == "4\n"
    assert subfolder.is_dir()
    assert b"shape==2.1" in order.logs["system_logs/prepare_environment.txt"]


def test_two_runs_at_once_build_it_once(shop):
    built = build(shop, "shape")
    folder = shop.home / "environments" / built.end["result"]["digest"]
    folder.rename(folder.with_name("gone"))
    orders = [shop.submit("python -c 'import shape'", environment=in_environment(built)) for _ in range(3)]
    assert [shop.ended(order).end["outcome"] for order in orders] == ["succeeded"] * 3
    assert sum("system_logs/prepare_environment.txt" in order.logs for order in orders) == 1


def test_nobody_can_change_an_environment(shop):
    built = build(shop, "colour")
    folder = shop.home / "environments" / built.end["result"]["digest"]
    for path in folder.rglob("*"):
        if not path.is_symlink():
            assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH), path
    attack = "import colour.data as d\ntry: open(d.__file__, 'w')\nexcept OSError as error: print(error.strerror)"
    order = shop.run("python a.py", {"a.py": attack}, environment=in_environment(built))
    assert order.log == "Read-only file system\n"


def test_start_up_files_of_packages_never_run_outside_a_sandbox(shop, tmp_path):
    witness = tmp_path / "witness"
    line = f"import pathlib; pathlib.Path({str(witness)!r}).write_text('x')\n"
    wheel(tmp_path / "wheels", "evil", "1.0", **{"evil.pth": line, "sitecustomize.py": line})
    built = build(shop, "evil")
    assert built.end["outcome"] == "succeeded", built.log
    again = build(shop, "", lock=built.end["result"]["lock"])
    assert again.end["outcome"] == "succeeded"
    assert not witness.exists()


def test_requirements_that_cannot_be_met_fail_with_the_solvers_sentence(shop):
    built = build(shop, "colour>=7")
    assert (built.end["outcome"], built.end["error_code"]) == ("failed", "UserError")
    assert "colour" in built.end["reason"]
    assert "7" in built.end["reason"]
    assert "\n" not in built.end["reason"]
    assert "No solution found" in built.log
    assert built.log_ended == {"user_logs/std_log.txt"}


def test_a_package_without_wheels_is_said_to_be_one(shop):
    built = build(shop, "source")
    assert built.end["outcome"] == "failed"
    assert "source" in built.end["reason"]
    assert "wheels" in built.end["reason"]


def test_requirements_that_are_no_requirements_say_which_line(shop):
    built = build(shop, "colour\n!!!\n")
    assert built.end["outcome"] == "failed"
    assert built.end["error_code"] == "UserError"
    assert "Line 2 of the requirements cannot be used: '!!!'" in built.log


@pytest.mark.parametrize(
    "line",
    [
        "-r /etc/passwd",
        "-e .",
        "-c secret.txt",
        "x @ file:///etc/passwd",
        "./x.whl",
        "/x.whl",
        "x==${UV_INDEX_PASSWORD}",
        "--index-url file:///x",
        "a/b",
        "x @ git+ssh://host/x",
        "x @ https://host/x.whl",
        "--extra-index-url https://host/simple",
        "-fhttps://host",
    ],
)
def test_files_and_variables_of_the_machine_are_no_requirements(line):
    with pytest.raises(requirements.RequirementError):
        requirements.check(f"numpy\n{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "numpy",
        "numpy==2.*",
        "numpy >= 1.26, <3 ; python_version > '3.8'",
        "mlflow-skinny[genai]~=3.0",
        "# -r x",
        "numpy  # why",
        "numpy==2.0 \\\n    --hash=sha256:00ff \\\n    --hash=sha256:11ee",
    ],
)
def test_what_people_write_as_requirements_is_taken(line):
    requirements.check(line)


def test_a_python_that_is_not_here_is_named_with_those_that_are(shop):
    built = build(shop, "", python="3.99")
    assert built.end["error_code"] == "UserError"
    assert "Python 3.99 is not installed on this machine; it has 3." in built.end["reason"]
    assert PYTHON in built.end["reason"]


def test_nothing_required_gives_a_bare_environment(shop):
    built = build(shop, "\n# nothing\n")
    assert built.end["outcome"] == "succeeded", built.log
    assert built.end["result"]["packages"] == []
    order = shop.run("python -c 'import sys; print(sys.version_info[:2])'", environment=in_environment(built))
    assert order.log == f"{sys.version_info[:2]}\n"


def test_a_build_can_be_canceled(shop, tmp_path):
    slow = tmp_path / "uv"
    slow.write_text("#!/bin/sh\necho resolving\nsleep 600\n")
    slow.chmod(0o755)
    shop.kill_agent()
    shop.start(STUDIO_UV=str(slow))
    order = shop.studio.place(
        "build", {"version": 1, "environment": {"name": "x:1", "python": PYTHON, "requirements": "a"}}
    )
    until(lambda: "resolving\n" in order.log)
    shop.studio.cancel(order, "canceled by ada")
    shop.ended(order)
    assert (order.end["outcome"], order.end["reason"]) == ("canceled", "canceled by ada")


def test_half_an_environment_is_never_used(shop, tmp_path):
    built = build(shop, "shape")
    folder = shop.home / "environments" / built.end["result"]["digest"]
    folder.rename(folder.with_name("gone"))
    draft = folder.with_name(f"{folder.name}.draft")
    draft.mkdir()
    (draft / "half").touch()
    order = shop.run("python -c 'import shape; print(shape.SIDES)'", environment=in_environment(built))
    assert order.log == "4\n"
    assert not draft.exists()
    assert not (folder / "half").exists()


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="Linux alone")
def test_a_run_whose_environment_was_locked_elsewhere_says_so(shop):
    built = build(shop, "shape")
    order = shop.run("true", environment={**in_environment(built), "digest": "0" * 64})
    assert order.end["error_code"] == "SystemError"
    assert "another kind of machine or Python" in order.end["reason"]


def test_an_environment_that_was_removed_is_made_again_for_the_next_run(shop):
    built = build(shop, "colour")
    common = sandbox.common_home(shop.home)
    path = common / "environments" / built.end["result"]["digest"]
    os.utime(path.with_name(f"{path.name}.lock"), (0, 0))
    Sweeper(shop.home, Work(shop.home, shop.studio.url), 0).look()
    assert not path.exists()
    assert not list((common / "uv-cache").rglob("data.py")), "else its disk space would not be free"
    order = shop.run("python -c 'import colour.data; print(colour.data.NAME)'", environment=in_environment(built))
    assert order.log == "red\n"
    assert path.is_dir()

"""Ignore rules against git itself, and what is ours beside them."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlstudio.ignore import BUILT_IN, code_files, rules_of, rules_of_texts

PATHS = (
    "a", "b.py", "build/x", "build/keep/y", "src/build/x", "src/a/b/c.txt", "src/a/b.txt", "src/b.txt", "data/raw/1.csv",
    "data/2.csv", "docs/index.html", "docs/a/index.html", "model.bin", "x[1].txt", "x1.txt", "foo/bar/baz", "foo/baz",
    "a b", "#hash", "!bang", "deep/er/est/file.log", "file.log", "temp-1/t", "temp-2/t",
)  # fmt: skip


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def git_ignores(folder: Path) -> set[str]:
    """Return what git would ignore, with our own built-in rules as its lowest."""
    (folder / ".git" / "info").mkdir(parents=True, exist_ok=True)
    (folder / ".git" / "info" / "exclude").write_text("\n".join(BUILT_IN))
    asked = subprocess.run(
        ["git", "-c", "core.quotePath=off", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=folder, input="\0".join(PATHS).encode(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    return set(asked.stdout.decode().split("\0")) - {""}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(folder)], check=True, timeout=60)
    write(folder, dict.fromkeys(PATHS, "x"))
    return folder


@pytest.mark.parametrize(
    "text",
    [
        "build/", "/build/", "build", "build/*\n!build/keep/", "build/\n!build/keep/y", "*.csv", "data/*.csv", "/*.csv",
        "data/**", "**/b.txt", "src/**/c.txt", "src/**/b.txt", "**/build/x", "*\n!src/\n!src/**", "temp-?/", "temp-[12]/",
        "temp-[!1]/", "x[[]1].txt", "x\\[1\\].txt", "\\#hash", "\\!bang", "a b  ", "# comment\n\n*.log", "deep/**/file.log",
        "foo/**/baz", "*.log\n!file.log", "[a-c]", "docs/**/index.html", "d*/", "/src/a/", "src/a", "**", "*", "!a", "[]a]",
        "foo/*", "**foo/bar", "x[1-", "/", "est/file.log", "temp-[a^1]/",
    ],
)  # fmt: skip
def test_rules_mean_what_they_mean_to_git(repository, text):
    (repository / ".gitignore").write_text(text)
    is_ignored = rules_of(repository)
    assert {path for path in PATHS if is_ignored(path)} == git_ignores(repository)


PARTS = st.sampled_from(["a", "b", "src", "build", "*", "**", "?", "*.txt", "*.py", "[a-c]*", "temp-*", "foo", "data"])
LINES = st.builds(
    lambda bang, lead, parts, tail: f"{bang}{lead}{'/'.join(parts)}{tail}",
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(PARTS, min_size=1, max_size=3),
    st.sampled_from(["", "", "/"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, min_size=1, max_size=4), st.lists(LINES, max_size=2))
def test_any_rules_mean_what_they_mean_to_git(repository, lines, nested):
    (repository / ".gitignore").write_text("\n".join(lines))
    (repository / "src" / ".gitignore").write_text("\n".join(nested))
    is_ignored = rules_of(repository)
    try:
        assert {path for path in PATHS if is_ignored(path)} == git_ignores(repository)
    finally:
        (repository / "src" / ".gitignore").unlink()


def test_an_amlignore_stands_in_place_of_gitignore():
    is_ignored = rules_of_texts({".gitignore": "*.csv", ".amlignore": "*.bin"})
    assert is_ignored("model.bin")
    assert not is_ignored("data.csv")


def test_some_things_are_never_code():
    is_ignored = rules_of_texts({})
    for path in (
        ".git/config",
        "a/__pycache__/x.pyc",
        "outputs/m.pkl",
        ".ipynb_checkpoints/n.ipynb",
        ".azureml/c.json",
    ):
        assert is_ignored(path), path
    assert not is_ignored("src/outputs/readme.md")
    assert not rules_of_texts({".amlignore": "!/outputs/"})("outputs/m.pkl")


def test_ignored_folders_are_not_entered_and_links_do_not_lead_in_circles(tmp_path):
    write(tmp_path, {"train.py": "", "data/x.csv": "", "src/a.py": "", ".amlignore": "data/"})
    (tmp_path / "src" / "up").symlink_to(tmp_path)
    (tmp_path / "data").chmod(0o755)
    assert [path for path, _place in code_files(tmp_path)] == [".amlignore", "train.py", "src/a.py"]

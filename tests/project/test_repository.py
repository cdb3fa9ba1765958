"""What must hold for every file of the repository."""

import json
import re
import tomllib

from tests.project.sources import PROJECT, files, name_of

SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bxox[bpars]-[A-Za-z0-9-]{20,}"
    r"|\bpypi-[A-Za-z0-9_-]{40,}|\bnpm_[A-Za-z0-9]{30,}"
)
# What may stand in the project's folder; anything else belongs into one of these.
TOP_LEVEL = {
    ".ci", ".gitignore", "LICENSE", "Makefile", "README.md", "apps", "docker", "manage.py", "pyproject.toml", "sdk",
    "static", "studio", "templates", "tests",
}  # fmt: skip


def text_files():
    for path in files():
        try:
            yield path, path.read_text()
        except UnicodeDecodeError:
            continue


def test_no_secret_is_committed():
    found = [f"{name_of(path)}: {match[0][:12]}…" for path, text in text_files() for match in SECRETS.finditer(text)]
    assert not found


def test_lock_files_name_no_registry():
    lock = json.loads((PROJECT / "static" / "package-lock.json").read_text())
    addresses = {name: entry["resolved"] for name, entry in lock["packages"].items() if "resolved" in entry}
    assert not addresses, "Install with the project's .npmrc, which leaves addresses out of the lock file."
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name and not entry.get("link"))


def test_the_top_level_stays_small():
    assert {name_of(path).split("/")[0] for path in files()} <= TOP_LEVEL


def test_every_app_says_what_it_is_and_stands_in_the_import_layers():
    layers = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    layered = {name.strip() for layer in layers for name in layer.split("|")}
    apps = {path.parent.name for path in files() if re.fullmatch(r"apps/\w+/apps\.py", name_of(path))}
    assert {f"apps.{app}" for app in apps} == layered
    assert not {app for app in apps if not (PROJECT / "apps" / app / "README.md").exists()}


def test_no_file_is_huge():
    large = {name_of(path): path.stat().st_size for path in files() if path.stat().st_size > 1_500_000}
    assert not large

"""A folder of code on its way to the studio: zipped without what is ignored, and where it stands in git."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlstudio.errors import ConfigurationError
from mlstudio.ignore import code_files

MOST_BYTES = 300 * 2**20
MOST_FILES = 2000
GIT_TAKES_AT_MOST_S = 10


def pack(target: Path, code: Path | None, includes: Sequence[Path] = ()) -> bool:
    """Zip a code folder into ``target``.

    Args: includes: files and folders that shall lie in it, too, under their own names.
    Returns: whether there was anything to pack.
    Raises:
        ConfigurationError: the folder is not there, or it is all too much.
    """
    files = _files_of(code) if code is not None else {}
    for include in includes:
        inside = "" if include.is_file() else f"{include.resolve().name}/"
        files.update({f"{inside}{path}": place for path, place in _files_of(include).items()})
    _check(files)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for path, place in files.items():
            archive.write(place, path)
    return bool(files)


def git_properties(folder: Path) -> dict[str, str]:
    """Return where a folder stands in its git repository, as run properties; nothing outside of a repository or without git."""
    git = shutil.which("git")
    commit = _ask_git(git, folder, "rev-parse", "HEAD") if git else ""
    if not git or not commit:
        return {}
    address = _without_secrets(_ask_git(git, folder, "config", "--get", "remote.origin.url"))
    branch = _ask_git(git, folder, "symbolic-ref", "--short", "-q", "HEAD")
    found = {
        "azureml.git.repository_uri": address,
        "mlflow.source.git.repoURL": address,
        "azureml.git.branch": branch,
        "mlflow.source.git.branch": branch,
        "azureml.git.commit": commit,
        "mlflow.source.git.commit": commit,
        "azureml.git.dirty": str(bool(_ask_git(git, folder, "status", "--porcelain", "--", "."))),
    }
    return {name: value for name, value in found.items() if value}


def _ask_git(git: str, folder: Path, *words: str) -> str:
    """Return what git says; nothing where it says that there is no such thing."""
    command = [git, "-C", str(folder), *words]
    try:
        answer = subprocess.run(  # noqa: S603 - the words are ours
            command, capture_output=True, text=True, check=True, timeout=GIT_TAKES_AT_MOST_S
        )
    except (subprocess.SubprocessError, OSError, UnicodeDecodeError):
        return ""
    return answer.stdout.strip()


def _without_secrets(address: str) -> str:
    """Return a remote's address without a password or token in it."""
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}" if separator else address


def _files_of(code: Path) -> dict[str, Path]:
    if code.is_file():
        return {code.name: code}
    if not code.is_dir():
        raise ConfigurationError(f"There is no folder {code}, which the job names as its code.")
    files = {}
    for path, place in code_files(code):
        files[path] = place
        if len(files) > MOST_FILES:
            break
    return files


def _check(files: Mapping[str, Path]) -> None:
    hint = "Leave out what is not needed with a file .amlignore, written as .gitignore is."
    if len(files) > MOST_FILES:
        raise ConfigurationError(f"The snapshot exceeds the limit of {MOST_FILES} files. {hint}")
    sizes = {path: place.stat().st_size for path, place in files.items()}
    size = sum(sizes.values())
    if size > MOST_BYTES:
        largest = max(sizes, key=lambda path: sizes[path])
        raise ConfigurationError(
            f"The total snapshot size exceeds the limit of 300.0 MB: it is {size / 2**20:.1f} MB, of which {largest} has "
            f"{sizes[largest] / 2**20:.1f} MB. {hint}"
        )

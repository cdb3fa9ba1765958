"""Which files of a run could be a model, and what they seem to be. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.registry.guessing import guess_framework, guess_type
from apps.registry.manifest import NAME as MANIFEST
from apps.registry.states import Framework, ModelType

MOST_CHOICES = 300
FIRST = "outputs/"
LOGS = "logs/"


@dataclass(frozen=True)
class Choice:
    """A file, or a folder with how many files there are below it; ``size`` in bytes."""

    path: str
    is_folder: bool
    files: int
    size: int


def choices_of(files: Mapping[str, int], asked: str = "") -> list[Choice]:
    """Return folders and files that can be chosen, what lies in ``outputs/`` first; folders before files.

    Args: files: paths with sizes in bytes. asked: a path that is among them, however many there are.
    """
    folders: dict[str, list[int]] = {}
    for path, size in files.items():
        parts = path.split("/")
        for depth in range(1, len(parts)):
            count = folders.setdefault("/".join(parts[:depth]), [0, 0])
            count[0] += 1
            count[1] += size
    found = [Choice(path, True, count, size) for path, (count, size) in folders.items()]
    found += [Choice(path, False, 1, size) for path, size in files.items()]
    found.sort(key=lambda choice: (not f"{choice.path}/".startswith(FIRST), not choice.is_folder, choice.path))
    shown = found[:MOST_CHOICES]
    if asked and all(choice.path != asked for choice in shown):
        shown = [*(choice for choice in found if choice.path == asked), *shown]
    return shown


def obvious_of(files: Collection[str]) -> str:
    """Return what most probably is the model: the folder of an ``MLmodel``, else the first folder or file in ``outputs/``."""
    manifests = sorted(
        (path for path in files if path.rpartition("/")[2] == MANIFEST), key=lambda path: path.count("/")
    )
    if manifests:
        return manifests[0].rpartition("/")[0]
    left = sorted(path for path in files if path.startswith(FIRST)) or sorted(
        path for path in files if not path.startswith(LOGS)
    )
    folders = [path for path in left if path.count("/") > 1]
    return "/".join(folders[0].split("/")[:2]) if folders else next(iter(left), "")


def guess_in_words(paths: Collection[str]) -> str:
    """Return what files seem to be. Args: paths: as the version would have them."""
    if not paths:
        return ""
    kind, (framework, _version) = ModelType(guess_type(paths)), guess_framework(paths, {})
    if kind == ModelType.MLFLOW:
        return _("These files are an MLflow model; its framework and signature are read from the file MLmodel.")
    if framework == Framework.CUSTOM:
        return _("What these files are cannot be told by their names; the model is registered as Custom.")
    words = _("By their names, these files are of %(framework)s (type: %(type)s).")
    return words % {"framework": Framework(framework).label, "type": kind.label}


def without_common_folder(paths: Collection[str]) -> Collection[str]:
    """Return paths without the one folder in which all of them lie, as an upload of a folder loses it."""
    tops = {path.partition("/")[0] for path in paths if "/" in path}
    if len(tops) == 1 and all("/" in path for path in paths):
        return [path.partition("/")[2] for path in paths]
    return paths

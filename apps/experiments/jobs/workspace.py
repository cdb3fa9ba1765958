"""What job files refer to, in a workspace and among the files that came with them."""

import posixpath
from collections.abc import Callable, Mapping

from django.db.models.functions import Lower

from apps.compute.models import ComputeTarget
from apps.workspaces.models import Alias, Workspace
from apps.workspaces.models.alias import AliasKind


class WorkspaceSurroundings:
    """The names of a workspace, and the files that came with a job file.

    Args: texts: by the paths that the job file writes. code_paths: what is in the zip of the code.
        read_code: gives the text of a file in it.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        texts: Mapping[str, str] | None = None,
        code_paths: frozenset[str] = frozenset(),
        read_code: Callable[[str], str] | None = None,
    ) -> None:
        self._workspace = workspace
        self._texts = texts or {}
        self._paths = code_paths
        self._read_code = read_code

    def target_named(self, name: str) -> str | None:
        """Return the compute target that a name means here; None where it means none."""
        name = self._alias(AliasKind.COMPUTE, name) or name
        targets = ComputeTarget.objects.filter(workspace=self._workspace, name__iexact=name)
        found = targets.values_list("name", flat=True).first()
        return found or ("local" if name.lower() == "local" else None)

    def environment_named(self, reference: str) -> str:
        """Return a reference with aliases put in: for the whole of it, or for its name without a version."""
        bare = reference.removeprefix("azureml:")
        name = bare.replace("@", ":").partition(":")[0]
        return self._alias(AliasKind.ENVIRONMENT, bare) or self._alias(AliasKind.ENVIRONMENT, name) or reference

    def text_of(self, path: str, code: str) -> str | None:
        """Return the text of a file beside the job file, or in its code folder."""
        if path in self._texts:
            return self._texts[path]
        inside = _inside(path, code)
        return self._read_code(inside) if self._read_code and inside in self._paths and inside else None

    def data_of(self, path: str, code: str) -> str | None:
        """Return where local data stands in the code folder; None where it is not part of the code."""
        inside = _inside(path, code)
        if inside and (inside in self._paths or any(known.startswith(f"{inside}/") for known in self._paths)):
            return inside
        return None

    def _alias(self, kind: AliasKind, name: str) -> str | None:
        rows = Alias.objects.filter(workspace=self._workspace, kind=kind).alias(lower_name=Lower("name"))
        return rows.filter(lower_name=name.lower()).values_list("target", flat=True).first()


def _inside(path: str, code: str) -> str | None:
    """Return a path relative to the code folder; None where it leads out of it."""
    if not code or posixpath.isabs(path) or posixpath.isabs(code):
        return None
    relative = posixpath.relpath(posixpath.normpath(path), posixpath.normpath(code))
    return None if relative.startswith("..") else relative

"""Files of other runs as data inputs: ``runs:/<run>/<path>``, or as Azure ML writes it."""

import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound, UserError
from apps.core.storage import digest_of, get_store
from apps.experiments.hooks import InputFile, ResolvedInput
from apps.experiments.models import Run, RunFile
from apps.experiments.states import ACTIVE
from apps.workspaces.models import Workspace

FOLDER_TYPES: Final = ("uri_folder", "mltable")
_RUN = re.compile(r"runs:/+(?P<run>[^/]+)(?:/(?P<path>.*))?")
_JOB = re.compile(r"azureml://(?:.+?/)?jobs/(?P<run>[^/]+)/outputs/(?P<output>[^/]+)(?:/paths(?:/(?P<path>.*))?)?/?")


class RunFilesProvider:
    """Gives what a run left behind to another run of the workspace."""

    kind = "run"

    def resolve(self, workspace: Workspace, actor: Any, type: str, path: str) -> ResolvedInput | None:  # noqa: A002
        asked = _asked(path)
        if asked is None:
            return None
        name, below = asked
        run = _found(workspace, name)
        if run is None:
            raise NotFound(_("There is no run “%(run)s” in this workspace.") % {"run": name[:100]})
        files = list(_files(run, below).values_list("path", "size", "sha256").order_by("path"))
        if not files:
            message = _("The run %(run)s has no files at “%(path)s”; its Outputs tab shows what there is.")
            raise NotFound(message % {"run": run.name, "path": below[:200]})
        is_one = len(files) == 1 and files[0][0] == below
        if is_one and type in FOLDER_TYPES:
            raise UserError(_("“%(path)s” is a file: write “type: uri_file”.") % {"path": below[:200]})
        if type == "uri_file" and not is_one:
            message = _("“%(path)s” is a folder: write “type: uri_folder”.")
            raise UserError(message % {"path": (below or run.name)[:200]})
        listed = [(_relative(file, below), sha256) for file, _size, sha256 in files]
        return ResolvedInput(
            self.kind,
            run.pk,
            f"runs:/{run.name}/{below}".rstrip("/"),
            # What goes on may still change its files.
            sha256="" if run.status in ACTIVE else digest_of(listed),
            files=len(files),
            bytes=sum(size for _path, size, _sha256 in files),
            single=listed[0][0] if is_one else "",
        )

    def files(self, workspace: Workspace, given: dict[str, Any], after: str, limit: int) -> list[InputFile]:
        run, below = self._of(workspace, given)
        rows = _files(run, below).order_by("path").values_list("path", "size", "sha256")
        if not after and given["sha256"]:
            now = digest_of((_relative(path, below), sha256) for path, _size, sha256 in rows)
            if now != given["sha256"]:
                raise Conflict(_("The files of “%(run)s” have changed since.") % {"run": given["reference"]})
        if after:
            rows = rows.filter(path__gt=f"{below}/{after}" if below else after)
        return [InputFile(_relative(path, below), size, sha256) for path, size, sha256 in rows[:limit]]

    def open(
        self, workspace: Workspace, given: dict[str, Any], path: str, start: int
    ) -> tuple[Iterator[bytes], int | None]:
        run, below = self._of(workspace, given)
        row = next(
            (row for row in _files(run, below).filter(path__endswith=path) if _relative(row.path, below) == path), None
        )
        if row is None:
            raise NotFound(_("The run has no file “%(path)s”.") % {"path": path[:200]})
        return get_store().open(row.key, start), row.size

    def page_of(self, workspace: Workspace, asset_id: UUID) -> str:
        run = Run.objects.filter(workspace=workspace, pk=asset_id, deleted_at=None).first()
        if run is None:
            return ""
        run.workspace = workspace
        return run.get_absolute_url()

    def _of(self, workspace: Workspace, given: dict[str, Any]) -> tuple[Run, str]:
        run = Run.objects.filter(workspace=workspace, pk=given["id"], deleted_at=None).first()
        if run is None:
            raise NotFound(_("The run of “%(run)s” was deleted.") % {"run": given["reference"]})
        asked = _asked(given["path"].strip())
        return run, asked[1] if asked else ""


def _asked(path: str) -> tuple[str, str] | None:
    """Return the run that a path names, and the path among its files."""
    if match := _RUN.fullmatch(path):
        return match["run"], (match["path"] or "").strip("/")
    if match := _JOB.fullmatch(path):
        below = (match["path"] or "").strip("/")
        folder = "" if match["output"] == "artifacts" else f"outputs/{match['output']}"
        return match["run"], "/".join(part for part in (folder, below) if part)
    return None


def _found(workspace: Workspace, name: str) -> Run | None:
    rows = Run.objects.filter(workspace=workspace, deleted_at=None, experiment__isnull=False)
    try:
        return rows.filter(pk=UUID(name)).first()
    except ValueError:
        return rows.filter(name=name.replace("\0", "")).first()


def _files(run: Run, below: str) -> QuerySet[RunFile]:
    rows = RunFile.objects.filter(run=run)
    return rows.filter(Q(path=below) | Q(path__startswith=f"{below}/")) if below else rows


def _relative(path: str, below: str) -> str:
    """Return a path as the input has it: that of a single file is its name."""
    return path.rpartition("/")[2] if path == below else path[len(below) + 1 :] if below else path

"""Datasets as inputs: ``azureml:name:1``, ``azureml:name@latest``, ``azureml:name``."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from apps.core.errors import NotFound, UserError
from apps.data.inputs.mltable import MLTABLE, mltable_of
from apps.data.models import DatasetFile, DatasetVersion
from apps.data.services import find_version
from apps.data.states import DatasetKind
from apps.data.stores import files_of
from apps.experiments.hooks import InputFile, ResolvedInput
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

TYPES: Final = ("uri_file", "uri_folder", "mltable")
# As the cloud's own pages and commands write it out.
_LONG = re.compile(r"azureml:(?://|/subscriptions/).*?/data/(?P<name>[^/]+)/versions/(?P<version>[^/]+)/?")


class DatasetProvider:
    """Gives the files of a version of a dataset; for the type ``mltable`` with a file that says how they are read."""

    kind = "dataset"

    def resolve(self, workspace: Workspace, actor: Any, type: str, path: str) -> ResolvedInput | None:  # noqa: A002
        reference = _reference(path)
        if type not in TYPES or reference is None:
            return None
        if actor is not None:
            acting(actor, workspace, Action.DATA_READ)
        version = find_version(workspace, reference)
        made = self._mltable(version) if type == "mltable" else None
        single = ""
        if type == "uri_file":
            if version.file_count != 1:
                message = _("“%(name)s” has %(count)d files: write “type: uri_folder”.")
                raise UserError(message % {"name": version.reference, "count": version.file_count})
            single = version.files.values_list("path", flat=True).get()
        return ResolvedInput(
            self.kind,
            version.pk,
            version.reference,
            sha256=_with(version.sha256, made),
            files=version.file_count + bool(made),
            bytes=version.size + len(made or b""),
            single=single,
        )

    def files(self, workspace: Workspace, given: dict[str, Any], after: str, limit: int) -> list[InputFile]:
        version = self._version(workspace, given)
        rows = version.files.filter(path__gt=after).order_by("path").values_list("path", "size", "sha256")
        found = [InputFile(path, size, sha256) for path, size, sha256 in rows[:limit]]
        made = self._mltable(version) if given["type"] == "mltable" and not after else None
        return [InputFile(MLTABLE, len(made), hashlib.sha256(made).hexdigest()), *found] if made else found

    def open(
        self, workspace: Workspace, given: dict[str, Any], path: str, start: int
    ) -> tuple[Iterator[bytes], int | None]:
        version = self._version(workspace, given)
        if path == MLTABLE and given["type"] == "mltable" and (made := self._mltable(version)):
            return iter([made[start:]]), len(made)
        row = DatasetFile.objects.filter(version=version, path=path).first()
        if row is None:
            raise NotFound(_("“%(name)s” has no file “%(path)s”.") % {"name": given["reference"], "path": path[:200]})
        return files_of(version.datastore).open(f"{version.folder}/{row.path}", start), row.size

    def page_of(self, workspace: Workspace, asset_id: UUID) -> str:
        version = DatasetVersion.objects.filter(pk=asset_id).select_related("dataset").defer("columns").first()
        if version is None:
            return ""
        version.dataset.workspace = workspace
        return version.get_absolute_url()

    def _version(self, workspace: Workspace, given: dict[str, Any]) -> DatasetVersion:
        rows = DatasetVersion.objects.filter(pk=given["id"], dataset__workspace=workspace)
        version = rows.select_related("dataset", "datastore").first()
        if version is None:
            raise NotFound(_("The data “%(name)s” was deleted.") % {"name": given["reference"]})
        return version

    def _mltable(self, version: DatasetVersion) -> bytes | None:
        """Return the MLTable file to add; None where the version has one."""
        if version.files.filter(path=MLTABLE).exists():
            return None
        if version.dataset.kind != DatasetKind.TABULAR:
            message = _(
                "“%(name)s” is no table, and has no file “MLTable”: write “type: uri_folder”, or “uri_file” for a single file."
            )
            raise UserError(message % {"name": version.reference})
        return mltable_of(version)


def _reference(path: str) -> str | None:
    """Return the name and version that a path means; None where it means no dataset."""
    if match := _LONG.fullmatch(path):
        return f"{match['name']}:{match['version']}"
    rest = path.removeprefix("azureml:")
    return rest if rest != path and not rest.startswith("/") else None


def _with(sha256: str, made: bytes | None) -> str:
    return hashlib.sha256(sha256.encode() + made).hexdigest() if made else sha256

"""Paths of datastores and web addresses as inputs: data without a name, read as it is when the run begins."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.utils.translation import gettext as _

from apps.core.errors import NotFound, UserError
from apps.core.outgoing import open_stream
from apps.core.storage import FileMissing
from apps.data.models import Datastore
from apps.data.services import find_datastore
from apps.data.stores import MOST_COUNTED, files_of
from apps.experiments.hooks import InputFile, ResolvedInput
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

FOLDER_TYPES: Final = ("uri_folder", "mltable")
LARGEST_FETCH: Final = 50 * 2**30
LONGEST_FETCH_S: Final = 3 * 3600.0

PLACE = re.compile(r"azureml://(?:.+?/)?datastores/(?P<store>[^/]+)(?:/paths)?(?:/(?P<path>.*))?")


class DatastoreProvider:
    """Gives files that lie in a datastore, whether or not they belong to a dataset."""

    kind = "datastore"

    def resolve(self, workspace: Workspace, actor: Any, type: str, path: str) -> ResolvedInput | None:  # noqa: A002
        match = PLACE.fullmatch(path)
        if match is None:
            return None
        if actor is not None:
            acting(actor, workspace, Action.DATA_READ)
        datastore = find_datastore(workspace, match["store"])
        if datastore is None:
            names = ", ".join(
                Datastore.objects.filter(workspace=workspace).order_by("name").values_list("name", flat=True)
            )
            message = _("There is no datastore “%(name)s” here. There are: %(names)s.")
            raise NotFound(message % {"name": match["store"][:100], "names": names})
        below = (match["path"] or "").strip("/")
        reference = f"azureml://datastores/{datastore.name}/paths/{below}"
        size = _size_of(datastore, below)
        if size is not None:
            if type in FOLDER_TYPES:
                raise UserError(_("“%(path)s” is a file: write “type: uri_file”.") % {"path": below})
            name = below.rpartition("/")[2]
            return ResolvedInput(self.kind, datastore.pk, reference, files=1, bytes=size, single=name)
        found = [entry.size for entry in islice(files_of(datastore).list(below), MOST_COUNTED)]
        if not found:
            message = _("There is nothing at “%(path)s” in the datastore %(name)s.")
            raise NotFound(message % {"path": below[:200], "name": datastore.name})
        if type == "uri_file":
            raise UserError(_("“%(path)s” is a folder: write “type: uri_folder”.") % {"path": below[:200]})
        if len(found) == MOST_COUNTED:  # nobody waits at submit until all of them are counted
            return ResolvedInput(self.kind, datastore.pk, reference)
        return ResolvedInput(self.kind, datastore.pk, reference, files=len(found), bytes=sum(found))

    def files(self, workspace: Workspace, given: dict[str, Any], after: str, limit: int) -> list[InputFile]:
        datastore, below = self._of(workspace, given)
        size = _size_of(datastore, below)
        if size is not None:
            name = below.rpartition("/")[2]
            return [InputFile(name, size)] if name > after else []
        stem = f"{below}/" if below else ""
        entries = ((entry.key.removeprefix(stem), entry.size) for entry in files_of(datastore).list(below))
        found = [InputFile(path, size) for path, size in islice((each for each in entries if each[0] > after), limit)]
        if not found and not after:
            raise NotFound(_("There is nothing at “%(path)s” any more.") % {"path": given["reference"]})
        return found

    def open(
        self, workspace: Workspace, given: dict[str, Any], path: str, start: int
    ) -> tuple[Iterator[bytes], int | None]:
        datastore, below = self._of(workspace, given)
        files = files_of(datastore)
        place = below if _size_of(datastore, below) is not None else f"{below}/{path}" if below else path
        return files.open(place, start), files.size(place)

    def page_of(self, workspace: Workspace, asset_id: UUID) -> str:
        datastore = Datastore.objects.filter(pk=asset_id, workspace=workspace).select_related("workspace").first()
        return datastore.get_absolute_url() if datastore else ""

    def _of(self, workspace: Workspace, given: dict[str, Any]) -> tuple[Datastore, str]:
        datastore = Datastore.objects.filter(pk=given["id"], workspace=workspace).first()
        if datastore is None:
            raise NotFound(_("The datastore of “%(path)s” was deleted.") % {"path": given["reference"]})
        match = PLACE.fullmatch(given["reference"])
        return datastore, (match["path"] or "").strip("/") if match else ""


class AddressProvider:
    """Gives a file from the web, fetched by the studio's one guarded client."""

    kind = "url"

    def resolve(self, workspace: Workspace, actor: Any, type: str, path: str) -> ResolvedInput | None:  # noqa: A002
        if not path.lower().startswith(("https://", "http://")):
            return None
        if type in FOLDER_TYPES:
            raise UserError(_("An address is one file: write “type: uri_file”."))
        return ResolvedInput(self.kind, None, path, files=1, single=_name_in(path))

    def files(self, workspace: Workspace, given: dict[str, Any], after: str, limit: int) -> list[InputFile]:
        return [] if after else [InputFile(given["single"], None)]

    def open(
        self, workspace: Workspace, given: dict[str, Any], path: str, start: int
    ) -> tuple[Iterator[bytes], int | None]:
        chunks, size = open_stream(given["path"].strip(), max_bytes=LARGEST_FETCH, timeout_s=LONGEST_FETCH_S)
        return _from(chunks, start), size

    def page_of(self, workspace: Workspace, asset_id: UUID) -> str:
        return ""


def _size_of(datastore: Datastore, path: str) -> int | None:
    """Return the size of a file; None where there is none of that name, but perhaps a folder."""
    try:
        return files_of(datastore).size(path) if path else None
    except FileMissing:
        return None


def _name_in(address: str) -> str:
    name = unquote(urlsplit(address).path).rpartition("/")[2]
    return (
        name
        if name and name.isprintable() and "\\" not in name and name not in {".", ".."} and len(name) < 200
        else "data"
    )


def _from(chunks: Iterator[bytes], start: int) -> Iterator[bytes]:
    """Pass over the first bytes: whether a server can begin in the middle is not known."""
    for chunk in chunks:
        if len(chunk) > start:
            yield chunk[start:]
        start = max(0, start - len(chunk))

"""Data that schedules look at: files of a datastore, and versions of a dataset."""

from itertools import islice
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import InvalidInput, NotFound
from apps.core.storage.keys import fault_in_path
from apps.data.inputs.places import PLACE
from apps.data.models import Dataset, Datastore
from apps.data.services import find_dataset, find_datastore
from apps.data.stores import LONGEST_PATH_BYTES, browse
from apps.schedules.hooks import Look
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action

MOST_FILES: Final = 5000


class DatastoreWatcher:
    """The files directly in a folder of a datastore, by their sizes and times; not those of folders below."""

    kind = "datastore"
    label = gettext_lazy("Files in a datastore")
    example = "azureml://datastores/workspaceblobstore/paths/incoming"
    action = Action.DATA_READ

    def check(self, workspace: Workspace, path: str) -> str:
        datastore, folder = self._of(workspace, path)
        return f"azureml://datastores/{datastore.name}/paths/{folder}"

    def look(self, workspace: Workspace, path: str, seen: Any) -> Look:
        datastore, folder = self._of(workspace, path)
        listing = browse(datastore, folder)
        if len(listing.files) > MOST_FILES or listing.is_cut:
            message = _("There are more than %(most)d files at “%(path)s”; let another folder be watched.")
            raise InvalidInput({"path": [message % {"most": MOST_FILES, "path": path}]})
        stem = f"{folder}/" if folder else ""
        newest_first = sorted(listing.files, key=lambda entry: (entry.modified, entry.key), reverse=True)
        now = {entry.key.removeprefix(stem): f"{entry.size} {entry.modified}" for entry in newest_first}
        before = seen or {}
        changes = [name for name, state in now.items() if before.get(name) != state]
        # What is gone is no news, but what comes back is.
        return Look(now, changes, f"azureml://datastores/{datastore.name}/paths/{stem}{changes[0]}" if changes else "")

    def page_of(self, workspace: Workspace, path: str) -> str:
        match = PLACE.fullmatch(path)
        datastore = find_datastore(workspace, match["store"]) if match else None
        return datastore.get_absolute_url() if datastore else ""

    def _of(self, workspace: Workspace, path: str) -> tuple[Datastore, str]:
        match = PLACE.fullmatch(path)
        if match is None:
            message = _("Write it as %(example)s.")
            raise InvalidInput({"trigger.path": [message % {"example": self.example}]})
        datastore = find_datastore(workspace, match["store"])
        if datastore is None:
            raise NotFound(
                _("There is no datastore “%(name)s” here.") % {"name": match["store"][:100]}, field="trigger.path"
            )
        folder = (match["path"] or "").strip("/")
        fault = fault_in_path(folder, max_bytes=LONGEST_PATH_BYTES) if folder else None
        if fault is not None:
            raise InvalidInput({"trigger.path": [f"“{folder[:100]}”: {fault}."]})
        return datastore, folder


class DatasetWatcher:
    """New versions of a dataset."""

    kind = "dataset"
    label = gettext_lazy("New versions of a dataset")
    example = "azureml:iris"
    action = Action.DATA_READ

    def check(self, workspace: Workspace, path: str) -> str:
        return f"azureml:{self._of(workspace, path).name}"

    def look(self, workspace: Workspace, path: str, seen: Any) -> Look:
        dataset = self._of(workspace, path)
        numbers = dataset.versions.filter(number__gt=seen or 0).order_by("-number").values_list("number", flat=True)
        found = [f"{dataset.name}:{number}" for number in islice(numbers, MOST_FILES)]
        latest = int(found[0].rpartition(":")[2]) if found else seen or 0
        return Look(latest, found, f"azureml:{found[0]}" if found else "")

    def page_of(self, workspace: Workspace, path: str) -> str:
        dataset = find_dataset(workspace, path.removeprefix("azureml:"))
        if dataset is None:
            return ""
        dataset.workspace = workspace
        return dataset.get_absolute_url()

    def _of(self, workspace: Workspace, path: str) -> Dataset:
        name = path.removeprefix("azureml:").replace("@", ":").partition(":")[0]
        dataset = find_dataset(workspace, name)
        if dataset is None:
            raise NotFound(_("There is no dataset “%(name)s” here.") % {"name": name[:100]}, field="trigger.path")
        return dataset

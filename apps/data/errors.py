"""What can go wrong with datasets and uploads. What can be wrong with a file's content stands in ``tabular/faults.py``."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.errors import Conflict, NotFound, TooLarge, UserError
from apps.core.storage.keys import shown
from apps.data.hooks import DatasetUse

MOST_NAMES = 8


class DatasetUnknown(NotFound):
    """A reference names no dataset of the workspace."""

    code = "dataset_unknown"

    def __init__(self, reference: str, names: Sequence[str]) -> None:
        if names:
            more = " …" if len(names) > MOST_NAMES else ""
            message = _("There is no dataset “%(reference)s” here. There are: %(names)s.")
            values = {"reference": shown(reference), "names": f"{', '.join(names[:MOST_NAMES])}{more}"}
        else:
            message = _("There is no dataset “%(reference)s” here, nor any other. Create one on the data page.")
            values = {"reference": shown(reference)}
        super().__init__(message % values)


class VersionUnknown(NotFound):
    """The dataset is there, but not in this version."""

    code = "dataset_version_unknown"

    def __init__(self, name: str, version: str, latest: int) -> None:
        message = _("The dataset “%(name)s” has no version %(version)s; the latest is %(name)s:%(latest)d.")
        super().__init__(message % {"name": name, "version": shown(version), "latest": latest})


class NotAReference(UserError):
    """What a job names as its data is no reference."""

    code = "dataset_reference_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, reference: str) -> None:
        message = _(
            "“%(reference)s” is no name of a dataset. Write azureml:name:1, azureml:name@latest, or the same without azureml:."
        )
        super().__init__(message % {"reference": shown(reference)})


class DatasetExists(Conflict):
    """The name is taken, and nobody said that the next version is meant."""

    code = "dataset_exists"

    def __init__(self, name: str, latest: int) -> None:
        message = _(
            "There is a dataset “%(name)s” already (version %(latest)d). Choose another name, or make this its next version."
        )
        super().__init__(message % {"name": name, "latest": latest}, field="name")


class KindDiffers(Conflict):
    """All versions of a dataset are of one kind."""

    code = "dataset_kind_differs"

    def __init__(self, name: str, kind: str) -> None:
        message = _("“%(name)s” is of the type “%(kind)s”, and so are all its versions. Choose another name for this.")
        super().__init__(message % {"name": name, "kind": kind}, field="name")


class DatasetInUse(Conflict):
    """Something used the dataset. Deleting it nevertheless must be confirmed with its name."""

    code = "dataset_in_use"

    def __init__(self, name: str, uses: Sequence[DatasetUse]) -> None:
        self.uses = uses
        named = ", ".join(f"{use.kind} {use.label}" for use in uses[:MOST_NAMES])
        more = " …" if len(uses) > MOST_NAMES else ""
        message = _(
            "“%(name)s” is used by %(uses)s. Without it, that cannot be done again. Archive it instead, or confirm with its name."
        )
        super().__init__(message % {"name": name, "uses": f"{named}{more}"})

    def problem(self) -> dict[str, Any]:
        uses = [{"kind": use.kind, "label": use.label, "url": use.url} for use in self.uses]
        return {**super().problem(), "uses": uses}


class UploadRefused(UserError):
    """What is to be uploaded cannot be stored as it is named."""

    code = "upload_refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class UploadTooLarge(TooLarge):
    """More at once than an upload takes."""

    code = "upload_too_large"


class UploadOffset(Conflict):
    """A part does not begin where the studio's copy ends; ``received`` says where that is."""

    code = "upload_offset"

    def __init__(self, path: str, received: int) -> None:
        message = _("The studio has %(received)d bytes of “%(path)s”. Send what follows them.")
        super().__init__(message % {"received": received, "path": shown(path)})
        self.received = received

    def problem(self) -> dict[str, Any]:
        return {**super().problem(), "received": self.received}


class UploadBusy(Conflict):
    """Another part of the same file is on its way."""

    code = "upload_busy"

    def __init__(self, path: str) -> None:
        message = _(
            "Another part of “%(path)s” is being received. Wait a moment, or close the other window that sends it."
        )
        super().__init__(message % {"path": shown(path)})


class UploadMismatch(UserError):
    """What arrived is not what was sent."""

    code = "upload_mismatch"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, path: str) -> None:
        message = _(
            "“%(path)s” arrived different from what was sent (its SHA-256 differs). Send it again from its start."
        )
        super().__init__(message % {"path": shown(path)})


class PartMismatch(UserError):
    """A part arrived different from what was sent; nothing of it was kept."""

    code = "upload_part_mismatch"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, path: str) -> None:
        super().__init__(_("A part of “%(path)s” arrived damaged. Send it again.") % {"path": shown(path)})


class UploadIncomplete(Conflict):
    """Files are still missing."""

    code = "upload_incomplete"

    def __init__(self, path: str, missing: int) -> None:
        message = ngettext(
            "“%(path)s” has not arrived completely yet.",
            "%(missing)d files have not arrived completely yet, “%(path)s” among them.",
            missing,
        )
        super().__init__(message % {"path": shown(path), "missing": missing})


class UploadOver(Conflict):
    """The upload has ended; nothing can be added to it."""

    code = "upload_over"

    def __init__(self) -> None:
        super().__init__(_("This upload is complete; start another one for further files."))

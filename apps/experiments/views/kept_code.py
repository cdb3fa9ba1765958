"""Code on its way from a form to a run: stored at once, and named by a signed proof until the run is submitted."""

import io
import zipfile
from typing import Any, BinaryIO, cast

from django.core import signing
from django.http import QueryDict

from apps.core.errors import UserError
from apps.experiments import services
from apps.experiments.errors import SnapshotGone
from apps.experiments.models import Snapshot
from apps.experiments.views.code_form import CodeForm
from apps.workspaces.access import WorkspaceRequest
from apps.workspaces.models import Workspace

KEPT_SALT = "studio.kept-code"
# Code that no run uses is freed after some hours; a form may stay open for a while longer, and then says so.
KEPT_FOR_S = 24 * 3600


def keep_upload(request: WorkspaceRequest) -> tuple[QueryDict, str]:
    """Store an uploaded zip at once, so that it need not be sent again if something else of the form is wrong.

    Returns: what was posted, with the stored code in place of the upload; and why the upload was refused, if it was.
    """
    data = request.POST.copy()
    file = request.FILES.get("upload")
    if data.get("code_from") == "upload" and file is not None:
        try:
            data["kept"] = sign_kept(services.store_snapshot(request.workspace, cast(BinaryIO, file)))
        except UserError as error:
            return data, str(error.message)
        data["code_from"] = "kept"
    return data, ""


def sign_kept(snapshot: Snapshot) -> str:
    """Return a proof that somebody in the snapshot's workspace may use it."""
    return signing.dumps([str(snapshot.workspace_id), str(snapshot.pk)], salt=KEPT_SALT)


def find_kept(workspace: Workspace, token: str) -> Snapshot | None:
    """Return the code that a proof is of; None where it is forged, too old, or freed since."""
    try:
        workspace_id, snapshot_id = signing.loads(token, salt=KEPT_SALT, max_age=KEPT_FOR_S)
    except signing.BadSignature:
        return None
    return (
        Snapshot.objects.filter(pk=snapshot_id, workspace=workspace).first()
        if workspace_id == str(workspace.pk)
        else None
    )


def code_of(workspace: Workspace, form: CodeForm) -> Snapshot | None:
    """Return the code of a valid form, stored.

    Raises:
        UserError: it cannot be kept, or is no longer there.
    """
    way = form.cleaned_data["code_from"]
    if way == "none":
        return None
    if way == "kept":
        snapshot = find_kept(workspace, form.cleaned_data["kept"])
        if snapshot is None:
            raise SnapshotGone
        return snapshot
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(form.cleaned_data["script_name"], form.cleaned_data["script"].replace("\r\n", "\n"))
    packed.seek(0)
    return services.store_snapshot(workspace, packed)


def kept_context(workspace: Workspace, form: CodeForm) -> dict[str, Any]:
    """Return what the form shows of code that is there already."""
    kept = find_kept(workspace, str(form["kept"].value() or ""))
    return {"kept": kept, "kept_size": sum(file["size"] for file in kept.files) if kept else 0}

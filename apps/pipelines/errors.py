"""What can go wrong with components and pipelines; each message says what to do."""

from collections.abc import Sequence
from http import HTTPStatus

from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound, UserError
from apps.core.storage.keys import shown

MOST_NAMES = 8


class ComponentUnknown(NotFound):
    """A name is that of no component of the workspace."""

    code = "component_unknown"

    def __init__(self, name: str, names: Sequence[str]) -> None:
        if names:
            more = " …" if len(names) > MOST_NAMES else ""
            message = _("There is no component “%(name)s” here. There are: %(names)s.")
            values = {"name": shown(name), "names": f"{', '.join(names[:MOST_NAMES])}{more}"}
        else:
            message = _("There is no component “%(name)s” here, nor any other. Register one on the components page.")
            values = {"name": shown(name)}
        super().__init__(message % values)


class ComponentVersionUnknown(NotFound):
    """The component is there, but not in this version."""

    code = "component_version_unknown"

    def __init__(self, name: str, version: str, known: Sequence[str]) -> None:
        message = _("The component “%(name)s” has no version %(version)s. It has: %(known)s.")
        super().__init__(message % {"name": name, "version": shown(version), "known": ", ".join(known[:MOST_NAMES])})


class NotAComponentReference(UserError):
    """What names a component is no reference."""

    code = "component_reference_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, reference: str) -> None:
        message = _("“%(reference)s” names no component. Write azureml:name:1 or azureml:name@latest.")
        super().__init__(message % {"reference": shown(reference)})


class ComponentArchived(Conflict):
    """An archived version is not for new use."""

    code = "component_archived"

    def __init__(self, reference: str, other: str = "") -> None:
        if other:
            message = _("%(reference)s is archived. Use %(other)s, or restore it on its page.")
        else:
            message = _("%(reference)s is archived. Restore it on its page, or register another version.")
        super().__init__(message % {"reference": reference, "other": other})


class ComponentVersionTaken(Conflict):
    """Versions never change."""

    code = "component_version_taken"

    def __init__(self, reference: str) -> None:
        message = _(
            "%(reference)s is there already and does something else; versions never change. Choose another one."
        )
        super().__init__(message % {"reference": reference}, field="version")


class PublishedUnknown(NotFound):
    """There is no published pipeline of this id."""

    code = "published_pipeline_unknown"

    def __init__(self) -> None:
        super().__init__(_("There is no such published pipeline in this workspace."))


class PublishedDisabled(Conflict):
    """It was switched off."""

    code = "published_pipeline_disabled"

    def __init__(self, name: str) -> None:
        super().__init__(_("“%(name)s” is disabled. Enable it on its page to run it.") % {"name": name})


class PipelineEndpointUnknown(NotFound):
    """There is no pipeline endpoint of this name or id."""

    code = "pipeline_endpoint_unknown"

    def __init__(self, name: str = "") -> None:
        named = _("There is no pipeline endpoint “%(name)s” in this workspace.") % {"name": shown(name)}
        super().__init__(named if name else _("There is no such pipeline endpoint in this workspace."))


class PipelineEndpointExists(Conflict):
    """The name is taken."""

    code = "pipeline_endpoint_exists"

    def __init__(self, name: str) -> None:
        message = _("There is a pipeline endpoint “%(name)s” already. Add a version to it, or choose another name.")
        super().__init__(message % {"name": name}, field="name")


class PipelineEndpointDisabled(Conflict):
    """It was switched off."""

    code = "pipeline_endpoint_disabled"

    def __init__(self, name: str) -> None:
        message = _("The pipeline endpoint “%(name)s” is disabled. Enable it on its page to call it.")
        super().__init__(message % {"name": name})


class EndpointVersionUnknown(NotFound):
    """The endpoint has no such version."""

    code = "pipeline_endpoint_version_unknown"

    def __init__(self, name: str, version: str, latest: int) -> None:
        if latest < 0:
            message = _("The pipeline endpoint “%(name)s” has no version yet. Publish a pipeline to it.")
        else:
            message = _("The pipeline endpoint “%(name)s” has no version %(version)s; it has 0 to %(latest)d.")
        values = {"name": name, "version": shown(version), "latest": latest}
        super().__init__(message % values, field="PipelineVersion")


class NothingToPublish(UserError):
    """The run is of no pipeline."""

    code = "nothing_to_publish"

    def __init__(self) -> None:
        super().__init__(_("Only runs of pipelines can be published; this is another kind of run."), field="run")


class NoPipeline(NotFound):
    """A run is of no pipeline."""

    code = "no_pipeline"

    def __init__(self) -> None:
        super().__init__(_("This run is no pipeline."))


class NotResumable(Conflict):
    """Nothing of the pipeline is left to do, or it is being done."""

    code = "not_resumable"

    def __init__(self, status: str) -> None:
        message = _("Only a pipeline that failed or was canceled can be resumed; this one is “%(status)s”.")
        super().__init__(message % {"status": status})

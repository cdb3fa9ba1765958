"""What can go wrong with environments."""

from collections.abc import Sequence
from http import HTTPStatus

from django.utils.translation import gettext as _

from apps.core.errors import Conflict, InvalidInput, NotFound, UserError

MOST_NAMES = 8


class RecipeInvalid(InvalidInput):
    """What was given cannot be read as an environment; one sentence for each place that is wrong."""

    code = "recipe_invalid"

    def __init__(self, problems: Sequence[str], *, field: str = "source") -> None:
        super().__init__({field: [*problems]})


class EnvironmentUnknown(NotFound):
    """A reference names no environment of the workspace."""

    code = "environment_unknown"

    def __init__(self, reference: str, names: Sequence[str]) -> None:
        message = _(
            "There is no environment “%(reference)s” here. There are: %(names)s. Create one of that name, or an alias for it "
            "in the workspace's settings."
        )
        more = " …" if len(names) > MOST_NAMES else ""
        shown = f"{', '.join(names[:MOST_NAMES])}{more}"
        super().__init__(message % {"reference": reference, "names": shown}, field="environment")


class VersionUnknown(NotFound):
    """The environment is there, but not in this version."""

    code = "environment_version_unknown"

    def __init__(self, name: str, version: str, latest: int) -> None:
        message = _("The environment “%(name)s” has no version %(version)s; the latest is %(name)s:%(latest)d.")
        super().__init__(message % {"name": name, "version": version, "latest": latest}, field="environment")


class NotAReference(UserError):
    """What a job names as its environment is neither a reference nor a definition."""

    code = "environment_reference_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        message = _(
            "An environment is a name such as sklearn, sklearn:1 or sklearn@latest, or a mapping with conda_file."
        )
        super().__init__(message, field="environment")


class NameReserved(Conflict):
    """Names that the cloud keeps for its own environments, which files refer to; and what stands in addresses."""

    code = "environment_name_reserved"

    def __init__(self, name: str) -> None:
        message = _(
            "“%(name)s” is kept: AzureML-… and Microsoft-… are names of the cloud's own, and “new” is an address."
        )
        super().__init__(message % {"name": name[:60]}, field="name")


class CuratedReadOnly(Conflict):
    """Curated environments come with the studio."""

    code = "environment_curated"

    def __init__(self, name: str) -> None:
        message = _("“%(name)s” comes with the studio and stays as it is. Create an environment of another name.")
        super().__init__(message % {"name": name}, field="name")


class RebuildUnderWay(Conflict):
    """The version is being built already."""

    code = "rebuild_under_way"

    def __init__(self) -> None:
        super().__init__(_("It is being built already. Wait for the end of that, or cancel it on the compute page."))

"""What can go wrong with drafts and with looking at outputs; each message says what to do."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.errors import Conflict, NotFound, TooLarge, UserError
from apps.core.storage.keys import shown


class DraftUnknown(NotFound):
    """There is no draft of this id."""

    code = "draft_unknown"

    def __init__(self) -> None:
        super().__init__(_("There is no such draft in this workspace. It may have been deleted."))


class RevisionUnknown(NotFound):
    """The draft was never changed so often."""

    code = "draft_revision_unknown"

    def __init__(self, number: int, latest: int) -> None:
        message = _("The draft has no revision %(number)d; it has 0 to %(latest)d.")
        super().__init__(message % {"number": number, "latest": latest}, field="revision")


class DraftArchived(Conflict):
    """An archived draft stays as it is."""

    code = "draft_archived"

    def __init__(self) -> None:
        super().__init__(_("This draft is archived. Restore it to change or submit it."))


class DraftTooLarge(TooLarge):
    """The document takes too much room."""

    code = "draft_too_large"

    def __init__(self, limit_mb: int) -> None:
        message = _(
            "The draft would be larger than %(limit)d MB. Keep long texts in datasets or in registered components."
        )
        super().__init__(message % {"limit": limit_mb}, field="patch")


class NotDrawable(Conflict):
    """A pipeline has a step that a canvas has no node for."""

    code = "pipeline_not_drawable"

    def __init__(self, step: str) -> None:
        message = _(
            "The step “%(step)s” has a command of its own. Register it as a component, and use that in the pipeline."
        )
        super().__init__(message % {"step": step})


class SampleUnknown(NotFound):
    """There is no sample of this name."""

    code = "designer_sample_unknown"

    def __init__(self, names: Sequence[str]) -> None:
        message = _("There is no such sample. There are: %(names)s.")
        super().__init__(message % {"names": ", ".join(names)}, field="sample")


@dataclass(frozen=True)
class Clash:
    """Something that two people changed at once. ``by``: who else; ``theirs``: what it is now, None where it was removed."""

    section: str
    key: str
    by: str
    theirs: Any


class DraftConflict(Conflict):
    """Others have changed the same meanwhile; nothing was saved."""

    code = "draft_conflict"

    def __init__(self, revision: int, clashes: Sequence[Clash]) -> None:
        count = len(clashes)
        message = ngettext(
            "%(by)s has changed the same thing meanwhile. Choose which of the two to keep.",
            "%(by)s has changed %(count)d of the same things meanwhile. Choose which to keep.",
            count,
        )
        super().__init__(message % {"by": clashes[0].by, "count": count})
        self.revision, self.clashes = revision, clashes

    def problem(self) -> dict[str, Any]:
        return {**super().problem(), "revision": self.revision, "conflicts": [asdict(clash) for clash in self.clashes]}


class NothingWritten(NotFound):
    """A run has left nothing in an output."""

    code = "designer_output_empty"

    def __init__(self, name: str) -> None:
        message = _("The step has written nothing to “%(name)s” that could be shown here.")
        super().__init__(message % {"name": shown(name)})


class LookFailed(UserError):
    """An output cannot be read; the message says why."""

    code = "designer_output_unreadable"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class LookTooLong(LookFailed):
    """Reading an output was given up."""

    code = "designer_output_slow"

    def __init__(self, name: str) -> None:
        message = _("“%(name)s” takes too long to read just now. Try again in a moment, or download it.")
        super().__init__(message % {"name": shown(name)})


class LookTooMuch(LookFailed):
    """The process that reads an output did not survive it."""

    code = "designer_output_too_much"

    def __init__(self, name: str) -> None:
        message = _("“%(name)s” is too large to be shown, or is damaged. Download it to look at it.")
        super().__init__(message % {"name": shown(name)})

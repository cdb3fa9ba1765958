"""What can go wrong in labeling; each message says what to do."""

from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound, UserError


class ProjectUnknown(NotFound):
    """There is no project of this name."""

    code = "labeling_project_unknown"

    def __init__(self) -> None:
        super().__init__(_("There is no such labeling project in this workspace. It may have been deleted."))


class ItemUnknown(NotFound):
    """The project has no item of this number."""

    code = "labeling_item_unknown"

    def __init__(self, number: int) -> None:
        super().__init__(_("The project has no item %(number)d.") % {"number": number})


class NotRunning(Conflict):
    """Only a running project is labeled."""

    code = "labeling_not_running"

    def __init__(self) -> None:
        super().__init__(_("This project is not running. Ask a team lead to resume it."))


class AnswerConflict(Conflict):
    """The answer was changed elsewhere meanwhile, such as in another tab; nothing was saved."""

    code = "labeling_answer_conflict"

    def __init__(self, answer: Any, version: int) -> None:
        super().__init__(_("You have changed this item in another window. Load it again, or send with its version."))
        self.answer, self.version = answer, version

    def problem(self) -> dict[str, Any]:
        return {**super().problem(), "answer": self.answer, "version": self.version}


class ItemTaken(Conflict):
    """The item is with somebody else, or done."""

    code = "labeling_item_taken"

    def __init__(self, number: int) -> None:
        message = _("Item %(number)d is with somebody else now, or has been labeled. Take the next one.")
        super().__init__(message % {"number": number})


class NotAsCoco(Conflict):
    """COCO has no words for what the project's answers are."""

    code = "labeling_not_as_coco"

    def __init__(self) -> None:
        super().__init__(_("Only boxes can be exported as COCO. Export this project as JSON lines."))


class AnswerRefused(UserError):
    """The answer breaks a rule; the message names the part that does."""

    code = "labeling_answer_refused"


class ItemBroken(UserError):
    """An item cannot be shown; the message says why."""

    code = "labeling_item_broken"
    status = 422

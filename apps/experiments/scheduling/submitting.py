"""From a schedule file and what came with it to a schedule."""

from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.experiments.hooks import JobFile
from apps.experiments.scheduling.file import ReadSchedule, read_schedule_file
from apps.experiments.scheduling.subject import find_run, take_file, take_run
from apps.experiments.services.job_files import check_file
from apps.schedules.hooks import Changes, Taken
from apps.schedules.models import Schedule
from apps.schedules.services import NewSchedule, create_schedule, edit_schedule, find_schedule
from apps.workspaces.models import Workspace


@dataclass(frozen=True)
class SentFile:
    """A schedule file, changes to it such as ``trigger.interval=2``, and the job file that it names, if it came along."""

    schedule: str
    changes: tuple[str, ...]
    job: JobFile


def apply_file(*, actor: User, workspace: Workspace, sent: SentFile) -> tuple[Schedule, bool]:
    """Make the schedule that a file describes, or change the one of its name. Returns it, and whether it is new.

    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line.
    """
    read = read_schedule_file(sent.schedule, timezone.now(), sent.changes)
    taken = _taken(workspace, read, sent)
    schedule = find_schedule(workspace, read.name)
    if schedule is None:
        new = NewSchedule(name=read.name, taken=taken, trigger=read.trigger, **read.said)
        return create_schedule(actor=actor, workspace=workspace, new=new), True
    changes = {**read.said, "trigger": read.trigger}
    return edit_schedule(actor=actor, schedule=schedule, changes=changes, taken=taken), False


def _taken(workspace: Workspace, read: ReadSchedule, sent: SentFile) -> Taken:
    if read.reference:
        return take_run(find_run(workspace, read.reference), Changes(read.inputs, read.tags))
    text = read.text or sent.job.text
    if not text:
        message = _("Send the job file “%(path)s” along; studio schedule create does.")
        raise InvalidInput({"create_job": [message % {"path": read.path[:200]}]})
    own = sent.job.settings
    file = replace(sent.job, text=text, settings=(*own, *(setting for setting in read.settings if setting not in own)))
    check_file(workspace, file)  # what would be refused at each tick is refused now
    return take_file(file, read.path.rpartition("/")[2] or read.name)

"""Why the launcher ends before anybody asked it to."""


class CannotStart(Exception):
    """The studio cannot start or go on; the message is a sentence or two that say what to do."""


class StopRequested(Exception):
    """Ctrl-C, SIGTERM or SIGHUP arrived."""

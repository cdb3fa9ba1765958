"""Why the launcher ends before anybody asked it to."""


class CannotStart(Exception):  # noqa: N818 - a sentence for people, not an error of the program
    """The studio cannot start or go on; the message is a sentence or two that say what to do."""


class StopRequested(Exception):  # noqa: N818 - not an error
    """Ctrl-C, SIGTERM or SIGHUP arrived."""

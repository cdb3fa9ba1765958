"""What can be wrong with what MLflow's clients ask."""

from apps.core.errors import UserError


class Invalid(UserError):
    """What a client asks for cannot be understood, or not done."""

    code = "invalid"


class AlreadyThere(UserError):
    """There is an experiment of this name."""

    code = "already_there"

"""What can go wrong with endpoints; each message says what to do."""

from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound, UserError


class EndpointUnknown(NotFound):
    """There is no endpoint of this name."""

    code = "endpoint_unknown"

    def __init__(self, name: str) -> None:
        super().__init__(_("There is no endpoint “%(name)s” in this workspace.") % {"name": name}, field="endpoint")


class EndpointExists(Conflict):
    """The name is taken."""

    code = "endpoint_exists"

    def __init__(self, name: str) -> None:
        message = _("There is an endpoint “%(name)s” already. Choose another name, or add a deployment to it.")
        super().__init__(message % {"name": name}, field="endpoint")


class DeploymentExists(Conflict):
    """The name is taken."""

    code = "deployment_exists"

    def __init__(self, name: str) -> None:
        message = _("This endpoint has a deployment “%(name)s” already. Choose another name, or update that one.")
        super().__init__(message % {"name": name}, field="name")


class NameNotConfirmed(Conflict):
    """What is deleted must be named."""

    code = "name_not_confirmed"

    def __init__(self, name: str) -> None:
        super().__init__(_("Type %(name)s to delete it.") % {"name": name}, field="confirm")


class TrafficInvalid(UserError):
    """The percents do not fit the deployments."""

    code = "traffic_invalid"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="traffic")


class ReceivesTraffic(Conflict):
    """Without it, requests would be lost."""

    code = "receives_traffic"

    def __init__(self, name: str, percent: int) -> None:
        message = _("“%(name)s” receives %(percent)d %% of the traffic. Give that to other deployments first.")
        super().__init__(message % {"name": name, "percent": percent})


class UpdateUnderWay(Conflict):
    """One revision is rolled out at a time."""

    code = "update_under_way"

    def __init__(self, name: str) -> None:
        message = _("“%(name)s” is being updated. Wait for its end, or give that update up.")
        super().__init__(message % {"name": name})


class ModelNotReady(UserError):
    """Its files are not there."""

    code = "model_not_ready"

    def __init__(self, name: str, reason: str) -> None:
        message = _("The model %(name)s cannot be deployed: %(reason)s")
        super().__init__(message % {"name": name, "reason": reason}, field="model")


class EntryScriptNeeded(UserError):
    """Only MLflow says how its models are called."""

    code = "entry_script_needed"

    def __init__(self, name: str) -> None:
        message = _(
            "%(name)s is no MLflow model, so it needs an entry script: a Python file with the functions init() and run(data)."
        )
        super().__init__(message % {"name": name}, field="entry_script")


class EntryScriptMissing(UserError):
    """The code has no such file."""

    code = "entry_script_missing"

    def __init__(self, path: str) -> None:
        super().__init__(_("There is no file “%(path)s” in the code.") % {"path": path[:200]}, field="entry_script")


class EnvironmentUnusable(UserError):
    """No server can be started with this environment."""

    code = "environment_unusable"

    def __init__(self, name: str, reason: str) -> None:
        message = _("The environment %(name)s cannot be used: %(reason)s")
        super().__init__(message % {"name": name, "reason": reason}, field="environment")

"""What can go wrong when a pipeline is turned, updated or deployed; each message says what to do."""

from django.utils.translation import gettext as _

from apps.core.errors import Conflict, UserError


class NotTurnable(UserError):
    """The pipeline cannot become one that scores."""

    code = "inference_not_possible"

    def __init__(self, message: str, field: str = "scorer") -> None:
        super().__init__(message, field=field)


class NotTrained(Conflict):
    """No run of the pipeline has completed, so there is nothing to score with."""

    code = "inference_not_trained"

    def __init__(self) -> None:
        super().__init__(
            _(
                "An inference pipeline is made of what a run has trained. "
                "Submit this pipeline, and try again when it has completed."
            )
        )


class NotInference(Conflict):
    """The draft was not made of a training pipeline."""

    code = "inference_unknown"

    def __init__(self) -> None:
        super().__init__(_("This draft is no inference pipeline. Create one from the pipeline that trains the model."))


class NotTriedOut(Conflict):
    """What would be deployed has never run, or was changed since."""

    code = "inference_not_tried"

    def __init__(self) -> None:
        super().__init__(
            _(
                "What is deployed has to have run once as it is now. Submit this pipeline, and deploy it when it has completed."
            )
        )


class NotRealtime(Conflict):
    """A batch pipeline is published, not deployed."""

    code = "inference_not_realtime"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This is a batch inference pipeline: submit it, and publish its run as a pipeline endpoint from the run's page."
            )
        )

"""Where requests enter an inference pipeline, and answers leave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import WEB, Component, Port, Schemas, Values, text
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.schema import Schema


class WebServiceInput(Component):
    """The rows of a request."""

    name = "web_service_input"
    title = "Web Service Input"
    category = WEB
    help = (
        "Stands for the rows of a request. While the pipeline is tried out it passes on the dataset that has the "
        "same columns."
    )
    inputs = (Port("sample", "Sample", optional=True),)
    outputs = (Port("data", "Data"),)
    parameters = (text("name", "Name", "WebServiceInput0", help="Its name in requests."),)

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """That of the sample."""
        return {"data": inputs.get("sample")}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Pass it on."""
        if "sample" not in inputs:
            message = "The web service input has no sample to be tried out with."
            raise ComponentError(3, message, "Connect the dataset whose columns requests will have.")
        return {"data": inputs["sample"]}


class WebServiceOutput(Component):
    """The rows of an answer."""

    name = "web_service_output"
    title = "Web Service Output"
    category = WEB
    help = "Stands for the rows of an answer: what comes here is sent back."
    inputs = (Port("data", "Data"),)
    outputs = (Port("answer", "Answer"),)
    parameters = (text("name", "Name", "WebServiceOutput0", help="Its name in answers."),)

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The same."""
        return {"answer": inputs.get("data")}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Pass it on, so that it can be looked at."""
        return {"answer": inputs["data"]}

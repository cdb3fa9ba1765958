"""``azureml.contrib.services.aml_response`` for environments without that package."""

from mlstudio.serving.rawhttp import RawResponse as AMLResponse

__all__ = ["AMLResponse"]

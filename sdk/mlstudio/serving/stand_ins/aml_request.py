"""``azureml.contrib.services.aml_request`` for environments without that package."""

from mlstudio.serving.rawhttp import RawRequest as AMLRequest

__all__ = ["AMLRequest", "rawhttp"]

_rawHttpRequested = False  # noqa: N816 - the name that the original has


def rawhttp(func):
    """Mark ``run()`` as one that takes the request itself."""
    global _rawHttpRequested
    _rawHttpRequested = True
    return func

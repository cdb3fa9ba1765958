"""How jobs name an environment."""

from apps.environments.models import EnvironmentVersion
from apps.workspaces.connect import Snippet


def snippets_of(version: EnvironmentVersion) -> list[Snippet]:
    """Return what to write to use a version, in a job file and in a terminal."""
    reference = version.reference
    return [
        Snippet("job.yml", f"command: python train.py\ncode: .\nenvironment: azureml:{reference}\n"),
        Snippet("Terminal", f"studio environment show {reference}"),
    ]

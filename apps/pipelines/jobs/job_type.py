"""Pipelines among the types of jobs that files can be of."""

from typing import Any

from apps.experiments.hooks import CheckedFile, JobFile, Needs
from apps.experiments.models import Run
from apps.pipelines.jobs.files import read_pipeline_file
from apps.pipelines.jobs.workspace import PipelineSurroundings
from apps.pipelines.services.submitting import submit_pipeline
from apps.workspaces.models import Workspace


class PipelineJobs:
    """Reads and submits pipelines. Fills ``experiments.hooks.job_types``."""

    type = "pipeline"

    def check(self, workspace: Workspace, file: JobFile) -> CheckedFile:
        """Return what must be sent with a file. What it refers to may still be missing.

        Raises:
            InvalidInput: with a sentence for each field that is wrong, with its line.
        """
        around = PipelineSurroundings(workspace, texts=file.texts)
        read = read_pipeline_file(file.text, around, settings=file.settings, only_needs=True)
        codes = {key: (need.code, *need.includes) for key, need in read.codes.items()}
        needs = Needs(files=read.files, codes=codes, uploads=read.data)
        return CheckedFile(needs, read.experiment_name, read.warnings)

    def submit(self, actor: Any, workspace: Workspace, file: JobFile) -> Run:
        """Submit a pipeline.

        Raises:
            InvalidInput: with a sentence for each field that is wrong, with its line where there is one.
        """
        around = PipelineSurroundings(
            workspace, texts=file.texts, codes=file.codes, data=file.uploads, snapshot=file.snapshot
        )
        read = read_pipeline_file(file.text, around, settings=file.settings)
        return submit_pipeline(
            actor=actor,
            workspace=workspace,
            graph=read.graph,
            inputs=read.inputs,
            experiment_name=read.experiment_name,
            display_name=read.display_name,
            description=read.description,
            tags=read.tags,
            properties={**file.properties, **read.properties},
            warnings=read.warnings,
        )

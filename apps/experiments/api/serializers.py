"""What the API shows of experiments and runs, and the commands it takes."""

from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.experiments.jobs.yaml_text import LONGEST_TEXT
from apps.experiments.models import Experiment, Run, RunKind, Snapshot
from apps.experiments.services import CommandJob, Limits, ShownData, data_of
from apps.experiments.services.config import DATA_TYPES, INPUT_MODES, INPUT_TYPES, OUTPUT_MODES
from apps.experiments.states import RunStatus
from apps.experiments.text import warnings_of
from apps.workspaces.api.serializers import PersonSerializer, TagsField

LONGEST_SCRIPT = 1_000_000
OUTPUT_TYPES = [(name, name) for name in DATA_TYPES]


class ExperimentSerializer(serializers.ModelSerializer[Experiment]):
    """An experiment. ``runs_so_far`` counts also those that were deleted."""

    tags = TagsField(read_only=True)
    runs_so_far = serializers.IntegerField(source="last_number", read_only=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Experiment
        fields = (
            "id", "name", "description", "tags", "runs_so_far", "last_run_at", "created_by", "created_at", "updated_at",
            "archived_at",
        )  # fmt: skip
        read_only_fields = fields


class EditExperimentSerializer(serializers.ModelSerializer[Experiment]):
    """Changes to an experiment."""

    tags = TagsField(required=False)

    class Meta:
        model = Experiment
        fields = ("description", "tags")


class StageSerializer(serializers.Serializer[dict[str, Any]]):
    """A part of a run's way."""

    name = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    detail = serializers.CharField(allow_blank=True)


class ErrorSerializer(serializers.Serializer[dict[str, Any]]):
    """Why a run failed: whose fault it was, in words, and what else is known."""

    code = serializers.ChoiceField(choices=["UserError", "SystemError"])
    message = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)


class RunSerializer(serializers.ModelSerializer[Run]):
    """A run as lists show it."""

    kind = serializers.ChoiceField(choices=RunKind.choices, read_only=True)
    status = serializers.ChoiceField(choices=RunStatus.choices, read_only=True)
    experiment = serializers.CharField(source="experiment.name", read_only=True, default=None, allow_null=True)
    parent = serializers.UUIDField(source="parent_id", read_only=True, allow_null=True)  # type: ignore[assignment]
    compute = serializers.CharField(source="target.name", read_only=True, default=None, allow_null=True)
    environment = serializers.SerializerMethodField()
    tags = serializers.SerializerMethodField()
    submitted_by = PersonSerializer(read_only=True, allow_null=True)
    duration_s = serializers.FloatField(read_only=True, allow_null=True)
    is_over = serializers.BooleanField(read_only=True)

    class Meta:
        model = Run
        fields: tuple[str, ...] = (
            "id", "name", "number", "kind", "experiment", "parent", "display_name", "status", "status_reason", "is_over",
            "exit_code", "compute", "environment", "tags", "submitted_by", "created_at", "started_at", "ended_at",
            "duration_s", "archived_at", "output_bytes",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields

    def get_environment(self, run: Run) -> str | None:
        """The version of the environment that it was given."""
        environment = run.config.get("environment")
        has_one = run.kind in {RunKind.COMMAND, RunKind.STEP} and isinstance(environment, dict)
        return environment.get("name") if has_one else None

    def get_tags(self, run: Run) -> dict[str, str]:
        """Texts by name."""
        return {tag.name: tag.value for tag in run.tags.all()}


class RunDataSerializer(serializers.Serializer[ShownData]):
    """Data that a run read or wrote. ``reference`` is what it meant; `problem` says why an output could not be registered."""

    direction = serializers.CharField(source="row.direction")
    name = serializers.CharField(source="row.name", help_text=_("What the job calls it."))
    kind = serializers.CharField(source="row.kind", help_text=_("dataset, model, datastore, run or url."))
    reference = serializers.CharField(source="row.reference")
    problem = serializers.CharField(source="row.problem")
    url = serializers.CharField(help_text=_("Its page, on this site; empty where it has none, or is gone."))


class RunDetailSerializer(RunSerializer):
    """A run with all that was submitted and all that happened."""

    stages = StageSerializer(many=True, read_only=True)
    error = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    properties = serializers.DictField(child=serializers.CharField(), read_only=True)
    parameters = serializers.SerializerMethodField()
    config = serializers.DictField(read_only=True)
    lineage = serializers.SerializerMethodField()
    code = serializers.SerializerMethodField()
    rerun_of = serializers.UUIDField(source="rerun_of_id", read_only=True, allow_null=True)
    url = serializers.SerializerMethodField()

    class Meta(RunSerializer.Meta):
        fields = (
            *RunSerializer.Meta.fields, "description", "stages", "error", "warnings", "properties", "parameters", "config",
            "lineage", "code", "rerun_of", "url",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, run: Run) -> dict[str, Any] | None:
        """Why it failed; null where it did not."""
        return run.error or None

    def get_parameters(self, run: Run) -> dict[str, str]:
        """What its program logged as parameters."""
        return dict(run.parameters.order_by("name").values_list("name", "value"))

    def get_warnings(self, run: Run) -> list[str]:
        """What was read differently from how it was written, and what was not kept."""
        return warnings_of(run)

    @extend_schema_field(RunDataSerializer(many=True))
    def get_lineage(self, run: Run) -> Any:
        """What it read, and what it wrote that was to be registered."""
        return [RunDataSerializer(each).data for each in data_of(run)]

    @extend_schema_field({"type": "object", "nullable": True, "properties": {
        "sha256": {"type": "string"}, "size": {"type": "integer"}, "files": {"type": "integer"},
    }})  # fmt: skip
    def get_code(self, run: Run) -> dict[str, Any] | None:
        """The code that it was given."""
        code = run.snapshot
        return {"sha256": code.sha256, "size": code.size, "files": len(code.files)} if code else None

    def get_url(self, run: Run) -> str:
        """The address of its page, on this site."""
        return run.get_absolute_url()


class EditRunSerializer(serializers.Serializer[dict[str, Any]]):
    """Changes to a run."""

    display_name = serializers.CharField(max_length=255, allow_blank=True, required=False)
    description = serializers.CharField(
        max_length=20_000, allow_blank=True, required=False, trim_whitespace=False, help_text=_("Markdown.")
    )
    # Their rules hold for what changes alone: programs may have logged more and longer ones.
    tags = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False),
        required=False,
        help_text=_("All tags; those that are not named here go."),
    )


class CancelSerializer(serializers.Serializer[dict[str, Any]]):
    """Why a run shall end."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class InputField(serializers.JSONField):
    """A literal (a text, number or boolean, or ``{"type": "integer", "value": 3}``), or data: ``{"type", "path", "mode"}``."""

    def to_internal_value(self, data: Any) -> Any:
        """Return ``{"type", "value"}`` or ``{"type", "path", "mode"}``."""
        if isinstance(data, dict):
            return self._described(data)
        if isinstance(data, list):
            raise serializers.ValidationError(_("A list cannot be an input."))
        kinds: list[tuple[type, str]] = [(bool, "boolean"), (int, "integer"), (float, "number")]
        return {"type": next((name for kind, name in kinds if isinstance(data, kind)), "string"), "value": data}

    def _described(self, data: dict[str, Any]) -> dict[str, Any]:
        kind = data.get("type", "uri_folder" if "path" in data else "string")
        if kind in DATA_TYPES and not set(data) - {"type", "path", "mode"}:
            return {"type": kind, "path": data.get("path"), "mode": data.get("mode") or INPUT_MODES[0]}
        if kind in INPUT_TYPES and not set(data) - {"type", "value"}:
            return {"type": kind, "value": data.get("value")}
        raise serializers.ValidationError(
            _("Write a literal, an object with “type” and “value”, or for data one with “type”, “path” and “mode”.")
        )


class OutputSerializer(serializers.Serializer[dict[str, Any]]):
    """A folder that the run shall fill, or a file that it shall write."""

    type = serializers.ChoiceField(choices=OUTPUT_TYPES, default="uri_folder")
    name = serializers.CharField(
        max_length=255,
        required=False,
        help_text=_("The dataset or model to register it as, once the run is completed."),
    )
    mode = serializers.ChoiceField(choices=[(mode, mode) for mode in OUTPUT_MODES], required=False)


class LimitsSerializer(serializers.Serializer[dict[str, Any]]):
    """What a run may use at most."""

    timeout_s = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    memory_mb = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    processes = serializers.IntegerField(min_value=1, required=False, allow_null=True)


class SubmitSerializer(serializers.Serializer[dict[str, Any]]):
    """A command to run. ``script`` stands in place of a zip where the code is a single file."""

    command = serializers.CharField(max_length=100_000)
    experiment_name = serializers.CharField(max_length=255, required=False, default="")
    environment = serializers.JSONField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("A name such as “sklearn:1” or “sklearn@latest”, or an image with a conda file."),
    )
    compute = serializers.CharField(max_length=255, required=False, default="local")
    inputs = serializers.DictField(child=InputField(), required=False, default=dict)
    outputs = serializers.DictField(child=OutputSerializer(), required=False, default=dict)
    environment_variables = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False), required=False, default=dict
    )
    limits = LimitsSerializer(required=False, default=dict)
    display_name = serializers.CharField(max_length=255, allow_blank=True, required=False, default="")
    description = serializers.CharField(max_length=20_000, allow_blank=True, required=False, default="")
    tags = TagsField(required=False, default=dict)
    properties = TagsField(required=False, default=dict)
    script = serializers.CharField(
        max_length=LONGEST_SCRIPT, required=False, default="", allow_blank=True, trim_whitespace=False
    )
    script_name = serializers.RegexField(
        r"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\Z",
        required=False,
        default="train.py",
        help_text=_("What to call the script."),
    )

    def validate_environment(self, value: Any) -> Any:
        """Refuse what could not be stored."""
        if not isinstance(value, (str, dict, type(None))) or b"\\u0000" in orjson.dumps(value):
            raise serializers.ValidationError(_("Name an environment, or describe one by an image and a conda file."))
        return value

    def to_job(self) -> CommandJob:
        """Return the job that the checked data describe."""
        data = self.validated_data
        return CommandJob(
            command=data["command"],
            environment=data["environment"],
            compute=data["compute"].removeprefix("azureml:"),
            inputs=data["inputs"],
            outputs={name: dict(output) for name, output in data["outputs"].items()},
            variables=data["environment_variables"],
            limits=Limits(**data["limits"]),
            display_name=data["display_name"],
            description=data["description"],
            tags=data["tags"],
            properties=data["properties"],
        )


class JobFileSerializer(serializers.Serializer[dict[str, Any]]):
    """A job file as Azure ML v2 writes it, and what came with it."""

    job = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False, help_text=_("The YAML."))
    files = serializers.DictField(
        child=serializers.CharField(max_length=256 * 1024, allow_blank=True, trim_whitespace=False),
        required=False,
        default=dict,
        help_text=_("Texts of the files it refers to, such as a conda file, by their paths as it writes them."),
    )
    set = serializers.ListField(
        child=serializers.CharField(max_length=30_000),
        required=False,
        default=list,
        help_text=_("Changes made before it is read, such as “limits.timeout=60”."),
    )
    properties = TagsField(required=False, default=dict, help_text=_("Such as the state of the code's git repository."))
    codes = serializers.DictField(
        child=serializers.UUIDField(),
        required=False,
        default=dict,
        help_text=_(
            "Of a job with several folders of code: ids of snapshots that were sent before, by the keys of the check."
        ),
    )
    uploads = serializers.DictField(
        child=serializers.CharField(max_length=300),
        required=False,
        default=dict,
        help_text=_("Datasets that local data was uploaded as, such as “iris-local:1”, by the paths of the check."),
    )


class SnapshotSerializer(serializers.ModelSerializer[Snapshot]):
    """Code that is kept. ``sha256`` is over its paths and contents, ``size`` in bytes."""

    class Meta:
        model = Snapshot
        fields = ("id", "sha256", "size")
        read_only_fields = fields


class NeedsSerializer(serializers.Serializer[dict[str, Any]]):
    """What must be sent with a job file; paths as it writes them."""

    code = serializers.CharField(help_text=_("The folder to send as a zip; empty where there is none."))
    files = serializers.ListField(child=serializers.CharField())
    data = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(),
        help_text=_("Local data by input: to be uploaded as a dataset, which `set` then names."),
    )
    codes = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text=_(
            "Of a job with several folders of code: each with what else shall lie in it, to be sent as snapshots."
        ),
    )
    uploads = serializers.ListField(
        child=serializers.CharField(),
        help_text=_("Local data, to be uploaded as datasets, which `uploads` then names."),
    )


class CheckedJobSerializer(serializers.Serializer[Any]):
    """How a job file would be understood."""

    needs = NeedsSerializer()
    warnings = serializers.ListField(child=serializers.CharField())
    experiment_name = serializers.CharField()


class FolderSerializer(serializers.Serializer[dict[str, Any]]):
    """A folder, with how much is beneath it."""

    path = serializers.CharField()
    files = serializers.IntegerField()
    size = serializers.IntegerField()


class FileSerializer(serializers.Serializer[dict[str, Any]]):
    """A file. Code has no more than path and size."""

    path = serializers.CharField()
    size = serializers.IntegerField()
    media_type = serializers.CharField(required=False)
    sha256 = serializers.CharField(required=False)
    created_at = serializers.DateTimeField(required=False)


class TreeSerializer(serializers.Serializer[dict[str, Any]]):
    """One level of a tree of files. ``next``: give it as ``after`` for more files; null at the end."""

    folders = FolderSerializer(many=True)
    files = FileSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class InputFileSerializer(serializers.Serializer[dict[str, Any]]):
    """A file of a data input. Size and hash are missing where nobody knows them before it is read."""

    path = serializers.CharField()
    size = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_blank=True)


class InputFilesSerializer(serializers.Serializer[dict[str, Any]]):
    """Files of a data input. ``next``: give it as ``after`` for more; null at the end."""

    files = InputFileSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class KeptFileSerializer(serializers.Serializer[dict[str, Any]]):
    """What was kept of a runner's file."""

    path = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()

"""What the API shows of data, and the commands it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.data.models import Dataset, DatasetFile, DatasetVersion, Datastore, Upload, UploadFile
from apps.data.states import DatasetKind
from apps.data.tabular.settings import ColumnType, Format
from apps.workspaces.api.serializers import PersonSerializer, TagsField

SHA256 = r"\A[0-9a-fA-F]{64}\Z"


class DatastoreSerializer(serializers.ModelSerializer[Datastore]):
    """A datastore."""

    class Meta:
        model = Datastore
        fields = ("id", "name", "kind", "is_default", "description", "created_at")
        read_only_fields = fields


class StoredFolderSerializer(serializers.Serializer[Any]):
    """A folder, with what lies beneath it."""

    path = serializers.CharField()
    files = serializers.IntegerField()
    size = serializers.IntegerField()


class StoredFileSerializer(serializers.Serializer[Any]):
    """A file of a datastore. `size` in bytes."""

    path = serializers.CharField(source="key")
    size = serializers.IntegerField()
    modified_at = serializers.DateTimeField(source="modified")


class ListingSerializer(serializers.Serializer[Any]):
    """What lies directly in a folder. `is_cut`: there was too much to look at all of it."""

    folders = StoredFolderSerializer(many=True)
    files = StoredFileSerializer(many=True)
    is_cut = serializers.BooleanField()


class SettingsSerializer(serializers.Serializer[Any]):
    """How text is read as a table. What is left out is guessed."""

    format = serializers.ChoiceField(choices=Format.choices, required=False)
    delimiter = serializers.CharField(max_length=3, required=False, trim_whitespace=False)
    encoding = serializers.CharField(max_length=20, required=False)
    has_header = serializers.BooleanField(required=False)
    decimal_comma = serializers.BooleanField(required=False)
    skip_lines = serializers.IntegerField(required=False)


class ColumnSerializer(serializers.Serializer[Any]):
    """A column; `source` is what the files call it."""

    name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the name of the field, not the argument of one
    type = serializers.ChoiceField(choices=ColumnType.choices)
    included = serializers.BooleanField()


class DatasetVersionSerializer(serializers.ModelSerializer[DatasetVersion]):
    """A version. `row_count` is null, and `is_checked` false, where only the beginning of its files was looked at."""

    name = serializers.CharField(source="dataset.name", read_only=True)
    kind = serializers.CharField(source="dataset.kind", read_only=True)
    version = serializers.IntegerField(source="number", read_only=True)
    datastore = serializers.CharField(source="datastore.name", read_only=True)
    settings = SettingsSerializer(read_only=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = DatasetVersion
        fields = (
            "id", "name", "kind", "version", "datastore", "folder", "sha256", "file_count", "size", "settings", "column_count",
            "row_count", "is_checked", "created_by", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class OneDatasetVersionSerializer(DatasetVersionSerializer):
    """A version with its columns."""

    columns = ColumnSerializer(many=True, read_only=True)

    class Meta(DatasetVersionSerializer.Meta):
        fields = (*DatasetVersionSerializer.Meta.fields, "columns")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    """A dataset with its latest version."""

    tags = TagsField(read_only=True)
    latest = serializers.SerializerMethodField()
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Dataset
        fields = ("id", "name", "kind", "description", "tags", "latest", "created_by", "created_at", "archived_at")
        read_only_fields = fields

    @extend_schema_field(DatasetVersionSerializer(allow_null=True))
    def get_latest(self, dataset: Dataset) -> Any:
        """Return the latest version."""
        if dataset.latest is None:
            return None
        dataset.latest.dataset = dataset
        return DatasetVersionSerializer(dataset.latest).data


class DatasetFileSerializer(serializers.ModelSerializer[DatasetFile]):
    """A file of a version. `size` in bytes."""

    class Meta:
        model = DatasetFile
        fields = ("id", "path", "size", "sha256")
        read_only_fields = fields


class ColumnChangeSerializer(serializers.Serializer[Any]):
    """A change to a column that is found in the files; `column` counts from 0."""

    column = serializers.IntegerField(min_value=0)
    name = serializers.CharField(max_length=300, required=False)
    type = serializers.ChoiceField(choices=ColumnType.choices, required=False)
    included = serializers.BooleanField(required=False)


class CreateDatasetVersionSerializer(serializers.Serializer[Any]):
    """A dataset of a complete upload. With `next_version`, the next one of a dataset that exists."""

    name = serializers.CharField(max_length=255)
    kind = serializers.ChoiceField(choices=DatasetKind.choices)
    upload = serializers.UUIDField()
    settings = SettingsSerializer(required=False)
    schema = ColumnChangeSerializer(many=True, required=False, default=list)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    tags = TagsField(required=False)
    next_version = serializers.BooleanField(required=False, default=False)


class EditDatasetSerializer(serializers.Serializer[Any]):
    """What can be changed of a dataset."""

    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    tags = TagsField(required=False)
    archived = serializers.BooleanField(required=False)


class NewFileSerializer(serializers.Serializer[Any]):
    """A file to send. `modified_ms`, its time of change, helps to know it again."""

    path = serializers.CharField(max_length=4000, trim_whitespace=False)
    size = serializers.IntegerField(min_value=0, max_value=2**40)
    modified_ms = serializers.IntegerField(min_value=0, max_value=2**53, required=False, default=0)


class BeginUploadSerializer(serializers.Serializer[Any]):
    """Files to send together."""

    files = NewFileSerializer(many=True)


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """An upload. Its files are listed at `files/`."""

    created_by = PersonSerializer(read_only=True)
    received = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = ("id", "state", "folder", "file_count", "size", "received", "created_by", "created_at", "active_at")
        read_only_fields = fields

    def get_received(self, upload: Upload) -> int:
        """Return how many bytes have arrived."""
        return int(getattr(upload, "received", None) or 0)


class UploadFileSerializer(serializers.ModelSerializer[UploadFile]):
    """A file of an upload. `received` is where the next part begins; `sha256` is there once the file is whole."""

    class Meta:
        model = UploadFile
        fields = ("id", "path", "size", "received", "sha256")
        read_only_fields = fields


class ReceivedSerializer(serializers.Serializer[Any]):
    """How much of a file has arrived, in bytes."""

    received = serializers.IntegerField()


class FileHashSerializer(serializers.Serializer[Any]):
    """What the sender knows of a file."""

    id = serializers.UUIDField()
    sha256 = serializers.RegexField(SHA256)


class CompleteUploadSerializer(serializers.Serializer[Any]):
    """Hashes of files, of those the sender knows."""

    files = FileHashSerializer(many=True, required=False, default=list)


class PreviewSerializer(serializers.Serializer[Any]):
    """Rows of a table. The cells are of `columns`, those from `first_column` on; null is a missing value."""

    settings = SettingsSerializer()
    columns = serializers.ListField(child=serializers.DictField())
    column_count = serializers.IntegerField()
    first_row = serializers.IntegerField()
    first_column = serializers.IntegerField()
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField(allow_null=True)))
    is_all = serializers.BooleanField()

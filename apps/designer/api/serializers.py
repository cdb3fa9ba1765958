"""What the API shows of drafts, and the commands it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.designer.models import Draft, DraftRevision
from apps.designer.models.draft import LONGEST_SUMMARY
from apps.experiments.models import Run
from apps.workspaces.api.serializers import PersonSerializer, TagsField
from apps.workspaces.text import validate_one_line, validate_text

LONGEST_YAML = 1_000_000


class SubmittedRunSerializer(serializers.ModelSerializer[Run]):
    """The run that was last submitted from a draft."""

    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Run
        fields = ("id", "name", "display_name", "status", "url", "created_at")
        read_only_fields = fields


class DraftSerializer(serializers.ModelSerializer[Draft]):
    """A draft, without what is drawn."""

    run = serializers.SerializerMethodField()
    archived = serializers.SerializerMethodField()
    created_by = PersonSerializer(read_only=True, allow_null=True)
    modified_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Draft
        fields = (
            "id", "name", "description", "revision", "archived", "run", "created_by", "modified_by", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(SubmittedRunSerializer(allow_null=True))
    def get_run(self, draft: Draft) -> Any:
        """Return what was last submitted, unless it was deleted."""
        run = draft.last_run
        return SubmittedRunSerializer(run).data if run is not None and run.deleted_at is None else None

    def get_archived(self, draft: Draft) -> bool:
        """Return whether it stays as it is."""
        return draft.archived_at is not None


class PresentSerializer(serializers.Serializer[Any]):
    """Somebody who has the draft open."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class PermissionsSerializer(serializers.Serializer[Any]):
    """What the caller may do with the draft."""

    write = serializers.BooleanField()
    submit = serializers.BooleanField()


class OneDraftSerializer(DraftSerializer):
    """A draft with what is drawn. `used`: what its nodes name that is not built in, declared as the palette does it."""

    document = serializers.DictField(read_only=True)
    used = serializers.ListField(child=serializers.DictField(), read_only=True)
    people = PresentSerializer(many=True, read_only=True)
    permissions = PermissionsSerializer(read_only=True)

    class Meta(DraftSerializer.Meta):
        fields = (*DraftSerializer.Meta.fields, "document", "used", "people", "permissions")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class CreateDraftSerializer(serializers.Serializer[Any]):
    """What a draft begins with: at most one of a sample, the pipeline of a run, another draft, a document, or a job file; nothing
    where none is given."""

    name = serializers.CharField(max_length=255, required=False, allow_blank=True)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    sample = serializers.CharField(max_length=100, required=False)
    run = serializers.UUIDField(required=False)
    draft = serializers.UUIDField(required=False)
    document = serializers.DictField(required=False)
    yaml = serializers.CharField(max_length=LONGEST_YAML, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take one beginning at most."""
        begun = [name for name in ("sample", "run", "draft", "document", "yaml") if name in attrs]
        if len(begun) > 1:
            raise serializers.ValidationError({begun[1]: [f"Give either “{begun[0]}” or “{begun[1]}”."]})
        return attrs


class ChangeDraftSerializer(serializers.Serializer[Any]):
    """What can be changed of a draft. `patch`: new values by section and key, with the `revision` that they were made on."""

    revision = serializers.IntegerField(min_value=0, max_value=2_000_000_000, required=False)
    patch = serializers.JSONField(required=False)
    summary = serializers.CharField(
        max_length=LONGEST_SUMMARY, required=False, allow_blank=True, validators=[validate_one_line]
    )
    name = serializers.CharField(max_length=255, required=False)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True, validators=[validate_text])
    archived = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A patch is of no use without what it was made on."""
        if "patch" in attrs and "revision" not in attrs:
            raise serializers.ValidationError({"revision": ["Say which revision the patch was made on."]})
        return attrs


class SavedSerializer(serializers.Serializer[Any]):
    """The draft's revision now, and what others changed since the one that the patch was made on, as one patch."""

    revision = serializers.IntegerField()
    merged = serializers.DictField(allow_null=True)


class DraftRevisionSerializer(serializers.ModelSerializer[DraftRevision]):
    """A change of a draft."""

    author = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = DraftRevision
        fields = ("number", "author", "client", "summary", "created_at")
        read_only_fields = fields


class DraftRevisionPatchSerializer(DraftRevisionSerializer):
    """A change of a draft with what it set."""

    patch = serializers.DictField(read_only=True)

    class Meta(DraftRevisionSerializer.Meta):
        fields = (*DraftRevisionSerializer.Meta.fields, "patch")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class ChangesSerializer(serializers.Serializer[Any]):
    """What was changed after a revision, in the order in which it was."""

    revision = serializers.IntegerField()
    patches = DraftRevisionPatchSerializer(many=True)


class HistorySerializer(serializers.Serializer[Any]):
    """Changes, the newest first; `next`: what to ask for `before`, null where there is nothing earlier."""

    revision = serializers.IntegerField()
    revisions = DraftRevisionSerializer(many=True)
    next = serializers.IntegerField(allow_null=True)


class RestoredSerializer(serializers.Serializer[Any]):
    """The revision that a draft has now."""

    revision = serializers.IntegerField()


class FaultSerializer(serializers.Serializer[Any]):
    """Something wrong with a draft: at which node (empty: the pipeline itself) and which field of it."""

    node = serializers.CharField()
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField()
    level = serializers.ChoiceField(choices=("error", "warning"))


class CheckSerializer(serializers.Serializer[Any]):
    """What is wrong with a draft, and what is known of the tables in it: by node and output port, null where nothing is. `reuse`:
    by node what would become of it, where that was asked for and nothing is wrong."""

    revision = serializers.IntegerField()
    faults = FaultSerializer(many=True)
    schemas = serializers.DictField()
    reuse = serializers.DictField(required=False)


class SubmitDraftSerializer(serializers.Serializer[Any]):
    """How a draft is submitted. `inputs`: values of pipeline parameters, or paths of data, in place of their defaults."""

    experiment_name = serializers.CharField(max_length=255, required=False, allow_blank=True)
    display_name = serializers.CharField(max_length=255, required=False, allow_blank=True)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    compute = serializers.CharField(max_length=255, required=False, allow_blank=True)
    continue_on_step_failure = serializers.BooleanField(required=False)
    force_rerun = serializers.BooleanField(required=False)
    inputs = serializers.DictField(required=False)
    tags = TagsField(required=False)


class SubmittedSerializer(serializers.Serializer[Any]):
    """The run that a draft was submitted as, and its page."""

    run = serializers.UUIDField()
    url = serializers.CharField()


class PaletteSerializer(serializers.Serializer[Any]):
    """Built-in components: ports, parameters, and what they are for."""

    categories = serializers.ListField(child=serializers.CharField())
    components = serializers.ListField(child=serializers.DictField())


class FoundSerializer(serializers.Serializer[Any]):
    """Components of the workspace and its data, declared as built-in components are."""

    found = serializers.ListField(child=serializers.DictField())

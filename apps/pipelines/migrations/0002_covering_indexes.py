import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("experiments", "0011_covering_indexes"),
        ("pipelines", "0001_initial"),
        ("workspaces", "0004_offers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="pipelineendpoint",
            name="named_pipeline_endpoints",
        ),
        migrations.RemoveIndex(
            model_name="step",
            name="steps_in_order",
        ),
        migrations.AddField(
            model_name="component",
            name="kind",
            field=models.CharField(
                choices=[
                    ("command", "Command"),
                    ("parallel", "Parallel"),
                    ("pipeline", "Pipeline"),
                    ("builtin", "Built-in"),
                ],
                default="command",
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="component",
            index=models.Index(
                models.F("workspace"),
                models.F("kind"),
                django.db.models.functions.text.Lower("name"),
                models.F("id"),
                name="named_components_by_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="component",
            index=models.Index(
                fields=["workspace", "kind", "-latest_at", "id", "archived_at"], name="components_by_kind"
            ),
        ),
        migrations.AddIndex(
            model_name="pipelineendpoint",
            index=models.Index(
                models.F("workspace"),
                django.db.models.functions.text.Lower("name"),
                models.F("id"),
                models.F("name"),
                models.F("is_enabled"),
                models.F("archived_at"),
                name="named_pipeline_endpoints",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["pipeline", "number", "id", "key"], name="steps_in_order"),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="modelversion",
            index=models.Index(fields=["id", "framework", "type"], name="model_versions_by_kind"),
        ),
        migrations.AddIndex(
            model_name="registeredmodel",
            index=models.Index(
                condition=models.Q(("archived_at", None)),
                fields=["workspace", "-latest_at", "id", "latest"],
                name="live_models_by_change",
            ),
        ),
    ]

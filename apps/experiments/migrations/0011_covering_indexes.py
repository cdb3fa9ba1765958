from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0007_list_search"),
        ("experiments", "0010_scheduled_code"),
        ("workspaces", "0004_offers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="run",
            name="live_runs_by_age",
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("archived_at", None), ("deleted_at", None), ("experiment__isnull", False)),
                fields=[
                    "workspace",
                    "-created_at",
                    "id",
                    "parent",
                    "kind",
                    "status",
                    "display_name",
                    "name",
                    "experiment",
                    "archived_at",
                    "deleted_at",
                    "output_bytes",
                ],
                name="live_runs_by_age",
            ),
        ),
    ]

import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("schedules", "0002_source"),
        ("workspaces", "0004_offers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="schedule",
            name="named_schedules",
        ),
        migrations.AddIndex(
            model_name="schedule",
            index=models.Index(
                models.F("workspace"),
                django.db.models.functions.text.Lower("name"),
                models.F("id"),
                models.F("name"),
                models.F("display_name"),
                models.F("subject_label"),
                models.F("state"),
                models.F("trigger_type"),
                name="named_schedules",
            ),
        ),
        migrations.AddIndex(
            model_name="schedule",
            index=models.Index(
                models.F("workspace"),
                models.F("trigger_type"),
                django.db.models.functions.text.Lower("name"),
                models.F("id"),
                name="named_schedules_by_trigger",
            ),
        ),
        migrations.AddIndex(
            model_name="schedule",
            index=models.Index(fields=["workspace", "state", "next_at", "id"], name="schedules_by_state"),
        ),
    ]

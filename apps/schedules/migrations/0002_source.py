from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("schedules", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="schedule",
            name="subject_source",
            field=models.CharField(blank=True, default="", max_length=100),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="schedule",
            index=models.Index(
                condition=models.Q(("subject_source", ""), _negated=True),
                fields=["workspace", "subject_source", "-created_at", "id"],
                name="schedules_by_source",
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("experiments", "0002_run_marks")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="environment_version",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("environment_version__isnull", False)),
                fields=["environment_version", "-created_at", "id"],
                name="runs_of_environment",
            ),
        ),
    ]

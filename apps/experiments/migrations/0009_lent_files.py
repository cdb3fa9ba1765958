import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("experiments", "0008_pipeline_runs"),
    ]

    operations = [
        migrations.AddField(
            model_name="runfile",
            name="origin",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lent_files",
                to="experiments.run",
            ),
        ),
        migrations.AddIndex(
            model_name="runfile",
            index=models.Index(
                condition=models.Q(("origin__isnull", False)), fields=["origin"], name="files_by_origin"
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compute", "0004_exposure_and_pythons")]

    operations = [
        migrations.AlterField(
            model_name="workorder",
            name="kind",
            field=models.CharField(
                choices=[("run", "Run"), ("build", "Environment build"), ("replica", "Endpoint replica")], max_length=20
            ),
        ),
    ]

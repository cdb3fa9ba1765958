from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("experiments", "0004_run_data")]

    operations = [
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[
                    ("command", "Command"),
                    ("interactive", "Interactive"),
                    ("build", "Environment build"),
                    ("replica", "Endpoint replica"),
                ],
                default="command",
                max_length=20,
            ),
        ),
    ]

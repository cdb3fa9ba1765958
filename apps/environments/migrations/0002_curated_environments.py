"""Workspaces that exist get the environments that come with the studio; new ones get them as they are made."""

from django.db import migrations
from django.utils import timezone


def ask_for_them(apps, schema_editor):
    # What they are, the studio's own code says, which knows it better than a copy here would in a year.
    if apps.get_model("workspaces", "Workspace").objects.exists():
        PendingTask = apps.get_model("core", "PendingTask")
        PendingTask.objects.create(name="environments.ensure_curated", arguments=[], send_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("environments", "0001_initial"),
        ("core", "0001_initial"),
        ("workspaces", "0001_initial"),
    ]

    operations = [migrations.RunPython(ask_for_them, migrations.RunPython.noop)]

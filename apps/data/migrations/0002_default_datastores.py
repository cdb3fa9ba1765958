"""Workspaces that exist get their default datastore; new ones get it as they are made."""

from django.db import migrations


def make_them(apps, schema_editor):
    Datastore = apps.get_model("data", "Datastore")
    for workspace in apps.get_model("workspaces", "Workspace").objects.all():
        Datastore.objects.get_or_create(
            workspace=workspace, is_default=True, defaults={"name": "workspaceblobstore", "kind": "workspace"}
        )


class Migration(migrations.Migration):
    dependencies = [("data", "0001_initial")]

    operations = [migrations.RunPython(make_them, migrations.RunPython.noop)]

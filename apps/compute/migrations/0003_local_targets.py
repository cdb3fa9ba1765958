"""Every workspace has the compute target of this machine; those made before there were targets get it here."""

from django.db import migrations


def add_local_targets(apps, schema_editor):
    workspaces = apps.get_model("workspaces", "Workspace")
    targets = apps.get_model("compute", "ComputeTarget")
    targets.objects.bulk_create(
        targets(workspace_id=pk, name="local", kind="local")
        for pk in workspaces.objects.values_list("pk", flat=True).iterator()
    )


class Migration(migrations.Migration):
    dependencies = [("compute", "0002_work_orders"), ("workspaces", "0001_initial")]

    operations = [migrations.RunPython(add_local_targets, migrations.RunPython.noop)]

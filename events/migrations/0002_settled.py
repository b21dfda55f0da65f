from django.db import migrations

from events.settled import DECLARE, UNDECLARE


def declare(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DECLARE, params=None)


def undeclare(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNDECLARE, params=None)


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [migrations.RunPython(declare, undeclare)]

from django.db import migrations

from core.search import CreateSearchTable


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial")]

    operations = [CreateSearchTable("complaints_search")]

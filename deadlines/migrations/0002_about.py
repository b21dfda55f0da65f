from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deadlines', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='deadline',
            name='about',
            field=models.CharField(blank=True, default='', max_length=80),
        ),
        migrations.RemoveConstraint(
            model_name='deadline',
            name='one_open_deadline_a_kind',
        ),
        migrations.AddConstraint(
            model_name='deadline',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['pending', 'paused', 'breached'])), fields=('subject_type', 'subject_id', 'kind', 'about'), name='one_open_deadline_a_kind'),
        ),
    ]

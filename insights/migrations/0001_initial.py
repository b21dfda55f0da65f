import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0003_service_account'),
    ]

    operations = [
        migrations.CreateModel(
            name='WeekDue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('monday', models.DateField()),
                ('department', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='week_due', to='accounts.department')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['monday'], name='week_due_monday')],
            },
        ),
    ]

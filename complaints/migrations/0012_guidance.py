import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("complaints", "0011_written_report"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GuidanceMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='GuidanceCard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(blank=True, max_length=64, verbose_name='code')),
                ('steps', models.JSONField(blank=True, default=list, verbose_name='steps')),
                ('temperaments', models.JSONField(blank=True, default=list, verbose_name='customer types')),
                ('categories', models.JSONField(blank=True, default=list, verbose_name='categories')),
                ('skills', models.JSONField(blank=True, default=list, verbose_name='skills')),
                ('situations', models.JSONField(blank=True, default=list, verbose_name='situations')),
                ('title_en', models.CharField(blank=True, max_length=120, verbose_name='title in English')),
                ('helps_en', models.TextField(blank=True)),
                ('avoid_en', models.TextField(blank=True)),
                ('say_en', models.TextField(blank=True)),
                ('title_zh', models.CharField(blank=True, max_length=120, verbose_name='title in Chinese')),
                ('helps_zh', models.TextField(blank=True)),
                ('avoid_zh', models.TextField(blank=True)),
                ('say_zh', models.TextField(blank=True)),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('version', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'guidance card',
                'verbose_name_plural': 'guidance cards',
                'ordering': ['position', 'id'],
                'default_permissions': (),
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('code',), name='one_guidance_card_a_code'),
                    models.UniqueConstraint(condition=models.Q(('is_archived', False), models.Q(('title_en', ''), _negated=True)), fields=('title_en',), name='one_guidance_title_en'),
                    models.UniqueConstraint(condition=models.Q(('is_archived', False), models.Q(('title_zh', ''), _negated=True)), fields=('title_zh',), name='one_guidance_title_zh'),
                    models.CheckConstraint(condition=models.Q(models.Q(('title_en', ''), _negated=True), models.Q(('title_zh', ''), _negated=True), _connector='OR'), name='guidance_card_has_a_title'),
                    models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='guidance_card_counts_from_one'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GuidanceVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('content', models.JSONField()),
                ('written_at', models.DateTimeField()),
                ('card', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='complaints.guidancecard')),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['card', '-version'],
                'default_permissions': (),
                'constraints': [
                    models.UniqueConstraint(fields=('card', 'version'), name='one_guidance_version'),
                    models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='guidance_version_counts_from_one'),
                ],
            },
        ),
    ]

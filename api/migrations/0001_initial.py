import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import base.characters


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, validators=[base.characters.validate_storable], verbose_name='logiciel')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='dernier usage')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='révoqué le')),
                ('window_started_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('window_requests', models.PositiveIntegerField(default=0, editable=False)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': "jeton d'API",
                'verbose_name_plural': "jetons d'API",
                'ordering': ['-created_at', '-pk'],
                'permissions': [('manage_apitoken', "Peut gérer les jetons d'API")],
                'default_permissions': (),
            },
        ),
    ]

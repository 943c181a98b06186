import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import base.address_fields
import mailing.models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contacts', '0001_initial'),
        ('members', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('mimetype', models.CharField(max_length=127)),
                ('file', models.FileField(upload_to=mailing.models._stored_name)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=200, verbose_name='objet')),
                ('text', models.TextField(max_length=20000, verbose_name='texte')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='envoyé le')),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('member_ids', models.JSONField(default=list, editable=False)),
                ('prepared_count', models.PositiveIntegerField(default=0, editable=False)),
                ('recipient_count', models.PositiveIntegerField(default=0, editable=False)),
                ('skipped_count', models.PositiveIntegerField(default=0, editable=False)),
                ('prepared_at', models.DateTimeField(editable=False, null=True)),
                ('stopped_at', models.DateTimeField(editable=False, null=True)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'message',
                'ordering': ['-created_at', '-pk'],
                'permissions': [('send_message', 'Peut envoyer un message aux membres')],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', base.address_fields.AddressField(max_length=254)),
                ('state', models.CharField(choices=[('waiting', 'En attente'), ('sent', 'Envoyé'), ('refused', 'Refusé'), ('given_up', 'Abandonné'), ('stopped', 'Arrêté'), ('nobody', 'Sans destinataire')], default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('waits_for_server', models.BooleanField(default=False)),
                ('answer', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('tried_since', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('mail_id', models.CharField(max_length=255)),
                ('sender', models.CharField(max_length=320)),
                ('subject', models.CharField(max_length=200)),
                ('headers', models.JSONField(default=dict)),
                ('text', models.TextField(blank=True)),
                ('html', models.TextField(blank=True)),
                ('attachments', models.ManyToManyField(related_name='deliveries', to='mailing.attachment')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deliveries', to='members.member')),
                ('message', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='mailing.message')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('invoices', 'Factures'), ('orders', 'Commandes'), ('after_sales', 'Service après-vente')], max_length=20, verbose_name='sujet')),
                ('subject', models.CharField(max_length=200, verbose_name='objet')),
                ('body', models.TextField(verbose_name='texte')),
                ('key', models.CharField(max_length=200, null=True)),
                ('sender', models.CharField(blank=True, max_length=100, verbose_name='logiciel')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='envoyée le')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='notifications', to='members.member')),
            ],
            options={
                'verbose_name': 'notification',
                'ordering': ['-created_at', '-pk'],
                'permissions': [('view_notification', 'Peut voir le journal des notifications'), ('send_notification', 'Peut envoyer des notifications')],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='NotificationRecipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contact', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contacts.contact')),
                ('delivery', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to='mailing.delivery')),
                ('notification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recipients', to='mailing.notification')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['next_attempt_at', 'id'], name='delivery_is_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['message', 'state'], name='delivery_by_message'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('message', None), ('state', 'waiting')), fields=['next_attempt_at', 'id'], name='notification_mail_is_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'given_up')), fields=['finished_at'], name='delivery_is_given_up'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('sender', 'key'), name='notification_key_of_sender'),
        ),
    ]

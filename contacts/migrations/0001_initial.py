import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import base.address_fields
import base.authorship
import base.characters
import base.text
from contacts.triggers import CONTACTS


def forget_triggers(apps, schema_editor):
    CONTACTS.remove(schema_editor.connection)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('base', '0001_initial'),
        ('members', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ForgottenStates',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='FormerContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('event', models.PositiveSmallIntegerField(choices=[(1, 'ajouté'), (2, 'modifié'), (3, 'supprimé')])),
                ('at', models.DateTimeField()),
                ('author', base.authorship.AuthorField(max_length=150)),
                ('name', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='dénomination')),
                ('note', models.TextField(blank=True, db_default='', default='', max_length=5000, validators=[base.characters.validate_storable], verbose_name='note')),
                ('job_title', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='fonction')),
                ('email', base.address_fields.AddressField(blank=True, db_default='', default='', max_length=254, verbose_name='mail')),
                ('phones', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='téléphone(s)')),
                ('fax', models.CharField(blank=True, db_default='', default='', max_length=50, validators=[base.characters.validate_storable], verbose_name='fax')),
                ('type', models.PositiveSmallIntegerField(choices=[(1, 'Notifications administratives'), (2, 'Notifications des commandes'), (3, 'Aucune notification'), (4, 'Toutes les notifications'), (5, 'Notifications service après-vente'), (6, 'Réceptionnaire')], verbose_name='type de contact')),
                ('contact_id', models.BigIntegerField()),
                ('member_id', models.BigIntegerField()),
                ('position', models.PositiveIntegerField()),
                ('refused_address', base.address_fields.AddressField(blank=True, db_default='', default='', max_length=254)),
                ('refused_at', models.DateTimeField(null=True)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['contact_id', 'id'], name='former_contact'), models.Index(fields=['member_id', 'id'], name='former_contact_of_member'), models.Index(fields=['at'], name='former_contact_at')],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('name', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='dénomination')),
                ('note', models.TextField(blank=True, db_default='', default='', max_length=5000, validators=[base.characters.validate_storable], verbose_name='note')),
                ('job_title', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='fonction')),
                ('email', base.address_fields.AddressField(blank=True, db_default='', default='', max_length=254, verbose_name='mail')),
                ('phones', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='téléphone(s)')),
                ('fax', models.CharField(blank=True, db_default='', default='', max_length=50, validators=[base.characters.validate_storable], verbose_name='fax')),
                ('type', models.PositiveSmallIntegerField(choices=[(1, 'Notifications administratives'), (2, 'Notifications des commandes'), (3, 'Aucune notification'), (4, 'Toutes les notifications'), (5, 'Notifications service après-vente'), (6, 'Réceptionnaire')], verbose_name='type de contact')),
                ('position', models.PositiveIntegerField(editable=False, verbose_name='position')),
                ('refused_address', base.address_fields.AddressField(blank=True, db_default='', default='', editable=False, max_length=254)),
                ('refused_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('search_text', models.GeneratedField(db_persist=True, expression=base.text.Searchable('name', 'job_title', 'email', 'note', 'phones'), output_field=models.TextField())),
                ('member', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='members.member', verbose_name='membre')),
                ('updated_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='modifié par')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'ordering': ['position', 'pk'],
                'indexes': [models.Index(fields=['created_at'], name='contact_created_at')],
                'constraints': [models.UniqueConstraint(fields=('member', 'position'), name='contact_place_is_free'), models.CheckConstraint(condition=models.Q(('type__in', [1, 2, 3, 4, 5, 6])), name='contact_type_is_known')],
            },
        ),
        # On the way back: the triggers, which each migration installs, name tables that go.
        migrations.RunPython(migrations.RunPython.noop, forget_triggers),
    ]

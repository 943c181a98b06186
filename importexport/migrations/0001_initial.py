import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import base.address_fields
import base.characters
import importexport.models.import_run


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contacts', '0001_initial'),
        ('members', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'permissions': [('import_contacts', 'Peut importer des contacts'), ('export_contacts', 'Peut exporter les contacts')],
                'managed': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ContactExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='exporté le')),
                ('source', models.CharField(choices=[('browser', 'Navigateur'), ('command', 'Ligne de commande')], max_length=10, verbose_name='origine')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='adresse IP')),
                ('format', models.CharField(max_length=3, verbose_name='format')),
                ('contact_count', models.PositiveIntegerField(verbose_name='contacts')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'export',
                'ordering': ['-pk'],
                'permissions': [('view_contactexport', 'Peut voir le journal des exports')],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('received', 'Fichier reçu'), ('checking', 'Vérification en cours'), ('ready', 'À confirmer'), ('refused', 'Refusé'), ('applying', 'Import en cours'), ('done', 'Importé'), ('undoing', 'Annulation en cours'), ('undone', 'Annulé'), ('abandoned', 'Abandonné'), ('failed', 'Interrompu')], default='received', max_length=10, verbose_name='état')),
                ('source', models.CharField(choices=[('browser', 'Navigateur'), ('command', 'Ligne de commande')], max_length=10, verbose_name='origine')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='reçu le')),
                ('checked_at', models.DateTimeField(editable=False, null=True)),
                ('applied_at', models.DateTimeField(editable=False, null=True, verbose_name='importé le')),
                ('undone_at', models.DateTimeField(editable=False, null=True, verbose_name='annulé le')),
                ('file', models.FileField(blank=True, upload_to=importexport.models.import_run._stored_name)),
                ('file_name', models.CharField(max_length=255, verbose_name='fichier')),
                ('file_size', models.PositiveBigIntegerField(verbose_name='octets')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('marked_file', models.FileField(blank=True, upload_to=importexport.models.import_run._stored_name)),
                ('exported_at', models.DateTimeField(editable=False, null=True, verbose_name='export du')),
                ('mode', models.CharField(choices=[('add', 'Ajout'), ('update', 'Mise à jour'), ('sync', 'Synchronisation')], max_length=6, verbose_name='options')),
                ('only_members_in_file', models.BooleanField(default=False)),
                ('merges', models.BooleanField(default=True)),
                ('forgotten_at', models.DateTimeField(editable=False, null=True)),
                ('message', models.TextField(blank=True)),
                ('rows_read', models.PositiveIntegerField(default=0)),
                ('rows_expected', models.PositiveIntegerField(default=0)),
                ('row_count', models.PositiveIntegerField(default=0, verbose_name='lignes')),
                ('member_count', models.PositiveIntegerField(default=0, verbose_name='membres')),
                ('added_count', models.PositiveIntegerField(default=0, verbose_name='ajoutés')),
                ('modified_count', models.PositiveIntegerField(default=0, verbose_name='modifiés')),
                ('removed_count', models.PositiveIntegerField(default=0, verbose_name='supprimés')),
                ('moved_count', models.PositiveIntegerField(default=0, verbose_name='déplacés')),
                ('unchanged_count', models.PositiveIntegerField(default=0, verbose_name='inchangés')),
                ('emptied_member_count', models.PositiveIntegerField(default=0)),
                ('stale_count', models.PositiveIntegerField(default=0)),
                ('is_merged', models.BooleanField(default=False)),
                ('kept_change_count', models.PositiveIntegerField(default=0)),
                ('conflict_count', models.PositiveIntegerField(default=0)),
                ('undecided_count', models.PositiveIntegerField(default=0)),
                ('same_count', models.PositiveIntegerField(default=0)),
                ('alike_count', models.PositiveIntegerField(default=0)),
                ('consequences', models.JSONField(default=dict)),
                ('missing_columns', models.JSONField(default=list)),
                ('site_contact_count', models.PositiveIntegerField(default=0)),
                ('warnings', models.JSONField(default=dict)),
                ('errors', models.JSONField(default=dict)),
                ('outdated', models.JSONField(null=True)),
                ('site_digest', models.CharField(blank=True, max_length=64)),
                ('preview_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('claim', models.UUIDField(editable=False, null=True)),
                ('claimed_until', models.DateTimeField(editable=False, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import',
                'ordering': ['-pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ImportedMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('is_in_file', models.BooleanField()),
                ('added', models.PositiveIntegerField()),
                ('modified', models.PositiveIntegerField()),
                ('removed', models.PositiveIntegerField()),
                ('moved', models.PositiveIntegerField()),
                ('kept', models.PositiveIntegerField()),
                ('last_position', models.PositiveIntegerField()),
                ('effects', models.PositiveSmallIntegerField(default=0)),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='importexport.importrun')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ImportChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='dénomination')),
                ('note', models.TextField(blank=True, db_default='', default='', max_length=5000, validators=[base.characters.validate_storable], verbose_name='note')),
                ('job_title', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='fonction')),
                ('email', base.address_fields.AddressField(blank=True, db_default='', default='', max_length=254, verbose_name='mail')),
                ('phones', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='téléphone(s)')),
                ('fax', models.CharField(blank=True, db_default='', default='', max_length=50, validators=[base.characters.validate_storable], verbose_name='fax')),
                ('kind', models.PositiveSmallIntegerField(choices=[(1, 'Ajout'), (2, 'Suppression'), (3, 'Déplacement'), (4, 'Modification')])),
                ('line', models.PositiveIntegerField(null=True)),
                ('position', models.PositiveIntegerField(null=True)),
                ('previous_position', models.PositiveIntegerField(null=True)),
                ('site_changed_at', models.DateTimeField(null=True)),
                ('type', models.PositiveSmallIntegerField(null=True)),
                ('refused_address', base.address_fields.AddressField(db_default='', max_length=254)),
                ('refused_at', models.DateTimeField(null=True)),
                ('contact_created_at', models.DateTimeField(null=True)),
                ('contact_updated_at', models.DateTimeField(null=True)),
                ('contact', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contacts.contact')),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                ('updated_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='importexport.importrun')),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ComparedContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField(null=True)),
                ('is_conflict', models.BooleanField()),
                ('choice', models.CharField(blank=True, choices=[('site', 'le site'), ('file', 'le fichier')], max_length=4)),
                ('base', models.JSONField(null=True)),
                ('site', models.JSONField(null=True)),
                ('file', models.JSONField(null=True)),
                ('contact', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contacts.contact')),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='compared', to='importexport.importrun')),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PreviousValues',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='dénomination')),
                ('note', models.TextField(blank=True, db_default='', default='', max_length=5000, validators=[base.characters.validate_storable], verbose_name='note')),
                ('job_title', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='fonction')),
                ('email', base.address_fields.AddressField(blank=True, db_default='', default='', max_length=254, verbose_name='mail')),
                ('phones', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[base.characters.validate_storable], verbose_name='téléphone(s)')),
                ('fax', models.CharField(blank=True, db_default='', default='', max_length=50, validators=[base.characters.validate_storable], verbose_name='fax')),
                ('type', models.PositiveSmallIntegerField(choices=[(1, 'Notifications administratives'), (2, 'Notifications des commandes'), (3, 'Aucune notification'), (4, 'Toutes les notifications'), (5, 'Notifications service après-vente'), (6, 'Réceptionnaire')], verbose_name='type de contact')),
                ('contact', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contacts.contact')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='previous_values', to='importexport.importrun')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(fields=['state', 'claimed_until'], name='import_run_by_state'),
        ),
        migrations.AddIndex(
            model_name='importedmember',
            index=models.Index(fields=['run', 'number'], name='imported_member_in_order'),
        ),
        migrations.AddIndex(
            model_name='importchange',
            index=models.Index(fields=['run', 'member'], name='import_change_by_member'),
        ),
        migrations.AddIndex(
            model_name='comparedcontact',
            index=models.Index(fields=['run', 'is_conflict', 'id'], name='compared_in_order'),
        ),
        migrations.AddIndex(
            model_name='previousvalues',
            index=models.Index(fields=['run', 'contact'], name='previous_values_by_contact'),
        ),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import base.address_fields
import base.authorship
import base.characters
import base.text
from members.former import MEMBERS


def forget_triggers(apps, schema_editor):
    MEMBERS.remove(schema_editor.connection)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('base', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('event', models.PositiveSmallIntegerField(choices=[(1, 'ajouté'), (2, 'modifié'), (3, 'supprimé')])),
                ('at', models.DateTimeField()),
                ('author', base.authorship.AuthorField(max_length=150)),
                ('name', models.CharField(max_length=200, validators=[base.characters.validate_storable], verbose_name='dénomination')),
                ('kind', models.CharField(choices=[('individual', 'Particulier'), ('professional', 'Client professionnel'), ('supplier', 'Fournisseur')], max_length=20, verbose_name='catégorie')),
                ('email', base.address_fields.AddressField(blank=True, help_text="Les messages envoyés depuis l'écran des membres partent à cette adresse.", max_length=254, verbose_name='mail principal')),
                ('phone', models.CharField(blank=True, help_text="S'il y a plusieurs numéros, séparez-les par un point-virgule sans espace.", max_length=200, validators=[base.characters.validate_storable], verbose_name='téléphone')),
                ('address', models.TextField(blank=True, max_length=500, validators=[base.characters.validate_storable], verbose_name='adresse')),
                ('postal_code', models.CharField(blank=True, max_length=20, validators=[base.characters.validate_storable], verbose_name='code postal')),
                ('city', models.CharField(blank=True, max_length=100, validators=[base.characters.validate_storable], verbose_name='ville')),
                ('note', models.TextField(blank=True, max_length=5000, validators=[base.characters.validate_storable], verbose_name='note')),
                ('reference', models.CharField(max_length=50, verbose_name='référence')),
                ('member_id', models.BigIntegerField()),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['member_id', 'id'], name='former_member'), models.Index(fields=['at'], name='former_member_at')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('reference', models.CharField(error_messages={'unique': "Cette référence est déjà celle d'un autre membre."}, max_length=50, unique=True, validators=[base.characters.validate_storable], verbose_name='référence')),
                ('name', models.CharField(max_length=200, validators=[base.characters.validate_storable], verbose_name='dénomination')),
                ('kind', models.CharField(choices=[('individual', 'Particulier'), ('professional', 'Client professionnel'), ('supplier', 'Fournisseur')], max_length=20, verbose_name='catégorie')),
                ('email', base.address_fields.AddressField(blank=True, help_text="Les messages envoyés depuis l'écran des membres partent à cette adresse.", max_length=254, verbose_name='mail principal')),
                ('phone', models.CharField(blank=True, help_text="S'il y a plusieurs numéros, séparez-les par un point-virgule sans espace.", max_length=200, validators=[base.characters.validate_storable], verbose_name='téléphone')),
                ('address', models.TextField(blank=True, max_length=500, validators=[base.characters.validate_storable], verbose_name='adresse')),
                ('postal_code', models.CharField(blank=True, max_length=20, validators=[base.characters.validate_storable], verbose_name='code postal')),
                ('city', models.CharField(blank=True, max_length=100, validators=[base.characters.validate_storable], verbose_name='ville')),
                ('note', models.TextField(blank=True, max_length=5000, validators=[base.characters.validate_storable], verbose_name='note')),
                ('refused_address', base.address_fields.AddressField(blank=True, db_default='', default='', editable=False, max_length=254)),
                ('refused_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('sort_reference', models.GeneratedField(db_persist=True, expression=base.text.SortKey('reference'), output_field=base.text.OrderText())),
                ('sort_name', models.GeneratedField(db_persist=True, expression=base.text.SortKey('name'), output_field=base.text.OrderText())),
                ('sort_email', models.GeneratedField(db_persist=True, expression=base.text.SortKey('email'), output_field=base.text.OrderText())),
                ('sort_city', models.GeneratedField(db_persist=True, expression=base.text.SortKey('city'), output_field=base.text.OrderText())),
                ('search_text', models.GeneratedField(db_persist=True, expression=base.text.Searchable('reference', 'name', 'email', 'city', 'postal_code', 'note', 'phone'), output_field=models.TextField())),
                ('updated_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='modifié par')),
            ],
            options={
                'verbose_name': 'membre',
                'verbose_name_plural': 'membres',
                'ordering': ['sort_name', 'sort_reference', 'id'],
                'indexes': [models.Index(fields=['sort_name', 'sort_reference', 'id'], name='member_in_name_order'), models.Index(fields=['kind', 'sort_name', 'sort_reference', 'id'], name='member_in_kind_order'), models.Index(fields=['sort_email', 'sort_reference', 'id'], name='member_in_email_order'), models.Index(fields=['sort_city', 'sort_reference', 'id'], name='member_in_city_order'), models.Index(fields=['sort_reference', 'id'], name='member_in_reference_order')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['individual', 'professional', 'supplier'])), name='member_kind_is_known')],
            },
        ),
        # On the way back: the triggers, which each migration installs, name tables that go.
        migrations.RunPython(migrations.RunPython.noop, forget_triggers),
    ]

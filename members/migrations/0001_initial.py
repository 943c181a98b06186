import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import base.address_fields
import base.characters
import base.text


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('base', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('sort_name', models.GeneratedField(db_persist=True, expression=base.text.Fold('name'), output_field=models.TextField())),
                ('search_text', models.GeneratedField(db_persist=True, expression=base.text.Searchable('reference', 'name', 'email', 'phone'), output_field=models.TextField())),
                ('updated_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='modifié par')),
            ],
            options={
                'verbose_name': 'membre',
                'verbose_name_plural': 'membres',
                'ordering': ['sort_name', 'reference'],
                'indexes': [models.Index(fields=['sort_name', 'reference', 'id'], name='member_in_name_order'), models.Index(fields=['kind', 'sort_name', 'reference', 'id'], name='member_in_kind_order'), models.Index(fields=['email', 'reference', 'id'], name='member_in_email_order'), models.Index(base.text.Fold('city'), models.F('reference'), models.F('id'), name='member_in_city_order'), models.Index(fields=['reference', 'id'], name='member_in_reference_order')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['individual', 'professional', 'supplier'])), name='member_kind_is_known')],
            },
        ),
    ]

"""The addresses of import and export."""

from django.urls import path

from importexport import views

app_name = "importexport"
urlpatterns = [
    path("importer/", views.import_file, name="import"),
    path("importer/confirmer/", views.import_confirm, name="confirm"),
    path("importer/abandonner/", views.import_abandon, name="abandon"),
    path("importer/resultat/", views.import_result, name="result"),
    path("importer/modele/", views.template_file, name="template"),
    path("exporter/ods/", views.export_file, {"format": "ods"}, name="export_ods"),
    path("exporter/csv/", views.export_file, {"format": "csv"}, name="export_csv"),
]

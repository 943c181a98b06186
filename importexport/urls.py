"""The addresses of import and export."""

from django.urls import path

from importexport import run_views, views

app_name = "importexport"
urlpatterns = [
    path("importer/", views.import_file, name="import"),
    path("importer/modele/", views.template_file, name="template"),
    path("importer/historique/", run_views.history, name="history"),
    path("importer/<int:pk>/", run_views.run_detail, name="run"),
    path("importer/<int:pk>/membres/<int:member_pk>/", run_views.run_member, name="run_member"),
    path("importer/<int:pk>/confirmer/", run_views.run_confirm, name="confirm"),
    path("importer/<int:pk>/conflits/", run_views.run_conflicts, name="conflicts"),
    path("importer/<int:pk>/remplacer/", run_views.run_merge, {"merges": False}, name="replace"),
    path("importer/<int:pk>/fusionner/", run_views.run_merge, {"merges": True}, name="merge"),
    path("importer/<int:pk>/abandonner/", run_views.run_abandon, name="abandon"),
    path("importer/<int:pk>/reprendre/", run_views.run_resume, name="resume"),
    path("importer/<int:pk>/annuler/", run_views.run_undo, name="undo"),
    path("importer/<int:pk>/fichier/", run_views.original_file, name="file"),
    path("importer/<int:pk>/fichier-marque/", run_views.marked_file, name="marked_file"),
    path("exporter/ods/", views.export_file, {"format": "ods"}, name="export_ods"),
    path("exporter/csv/", views.export_file, {"format": "csv"}, name="export_csv"),
    path("exporter/journal/", views.export_journal, name="export_journal"),
]

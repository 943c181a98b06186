"""The addresses of the second factor's pages."""

from django.urls import path

from accounts.second_factor import views

app_name = "second_factor"
urlpatterns = [
    path("", views.state, name="state"),
    path("commencer/", views.begin, name="begin"),
    path("activer/", views.set_up, name="set_up"),
    path("code/", views.code, name="code"),
    path("codes-de-secours/", views.backup_codes, name="backup_codes"),
    path("desactiver/", views.remove, name="remove"),
]

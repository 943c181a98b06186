"""The addresses of the tokens' pages."""

from django.urls import path

from api import token_views

app_name = "tokens"
urlpatterns = [
    path("", token_views.token_list, name="list"),
    path("ajouter/", token_views.token_add, name="add"),
    path("<int:pk>/revoquer/", token_views.token_revoke, name="revoke"),
]

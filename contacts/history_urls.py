"""The addresses of the history of a member and its contacts, below the member's own address."""

from django.urls import path

from contacts import history_views

app_name = "contact_history"
urlpatterns = [
    path("", history_views.member_page, name="member"),
    path("supprimes/", history_views.deleted_page, name="deleted"),
    path("contacts/<int:pk>/", history_views.contact_page, name="contact"),
    path("etats/<int:number>/retablir/", history_views.restoration_page, name="restore"),
]

"""The addresses of a member's contacts, below the member's own address."""

from django.urls import path

from contacts import views

app_name = "contacts"
urlpatterns = [
    path("", views.contact_page, name="page"),
    path("ajouter/", views.contact_add, name="add"),
    path("ordre/", views.contact_order, name="order"),
    path("<int:pk>/modifier/", views.contact_edit, name="edit"),
    path("<int:pk>/supprimer/", views.contact_delete, name="delete"),
    path("<int:pk>/retablir/", views.contact_restore, name="restore"),
]

"""The addresses of a member's pages."""

from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("ajouter/", views.member_add, name="add"),
    path("<int:pk>/", views.member_detail, name="detail"),
    path("<int:pk>/modifier/", views.member_edit, name="edit"),
    path("<int:pk>/supprimer/", views.member_delete, name="delete"),
]

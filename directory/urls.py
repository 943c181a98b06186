"""The addresses of the lists."""

from django.urls import path

from directory import views

app_name = "directory"
urlpatterns = [
    path("", views.member_list, name="members"),
    path("a-verifier/", views.filter_counts, name="filter_counts"),
]

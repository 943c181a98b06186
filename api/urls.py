"""The addresses of the API."""

from django.urls import path, re_path

from api import views

app_name = "api"
urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/<int:pk>/", views.notification, name="notification"),
    path("openapi.json", views.openapi, name="openapi"),
    # Also keeps Django from redirecting an address that lacks its slash.
    re_path(r"", views.nothing, name="nothing"),
]

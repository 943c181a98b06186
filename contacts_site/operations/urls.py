"""The addresses for load balancers and monitoring."""

from django.urls import path

from contacts_site.operations import views

app_name = "operations"
urlpatterns = [
    path("health/", views.health, name="health"),
    path("health/live/", views.live, name="live"),
    path("health/workers/", views.workers, name="workers"),
    path("metrics/", views.metrics, name="metrics"),
]

"""The addresses of the journal of notifications."""

from django.urls import path

from mailing.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.notification_list, name="list"),
    path("<int:pk>/", views.notification_detail, name="detail"),
    path("<int:pk>/renvoyer/", views.notification_resend, name="resend"),
]

"""The addresses of the pages of messages to members."""

from django.urls import path

from members import message_views

app_name = "messages"
urlpatterns = [
    path("", message_views.journal, name="list"),
    path("nouveau/", message_views.write, name="write"),
    path("<int:pk>/", message_views.detail, name="detail"),
    path("<int:pk>/renvoyer/", message_views.resend, name="resend"),
]

"""The addresses of what concerns all mail."""

from django.urls import path

from mailing.outbox import views

app_name = "outbox"
urlpatterns = [path("abandonnes/renvoyer/", views.resend_given_up, name="resend_given_up")]

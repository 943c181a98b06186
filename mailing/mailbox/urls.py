"""The addresses of the mailbox for trying the site."""

from django.urls import path

from mailing.mailbox import views

app_name = "mailbox"
urlpatterns = [
    path("", views.letter_list, name="list"),
    path("<str:name>/", views.letter_detail, name="detail"),
]

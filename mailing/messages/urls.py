"""The addresses of the pages of messages to members."""

from django.urls import path

from mailing.messages import views

app_name = "messages"
urlpatterns = [
    path("", views.journal, name="list"),
    path("nouveau/", views.write, name="write"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/arreter/", views.stop, name="stop"),
    path("<int:pk>/reprendre/", views.resume, name="resume"),
    path("<int:pk>/renvoyer/", views.resend, name="resend"),
]

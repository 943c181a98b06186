"""The addresses of the site's pages."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.views import ChangePasswordView, SignInView, session

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="directory:members"), name="home"),
    path("connexion/", SignInView.as_view(), name="login"),
    path("deconnexion/", login_not_required(LogoutView.as_view()), name="logout"),
    path("mot-de-passe/", ChangePasswordView.as_view(), name="password_change"),
    path("deux-etapes/", include("accounts.second_factor.urls")),
    path("session/", session, name="session"),
    path("membres/", include("directory.urls")),
    path("membres/", include("members.urls")),
    path("messages/", include("mailing.messages.urls")),
    path("courrier/", include("mailing.outbox.urls")),
    path("membres/<int:member_pk>/contacts/", include("contacts.urls")),
    path("membres/<int:member_pk>/historique/", include("contacts.history_urls")),
    path("contacts/", include("importexport.urls")),
    path("notifications/", include("mailing.notifications.urls")),
    path("jetons/", include("api.token_urls")),
    path("api/", include("api.urls")),
    path("boite-aux-lettres/", include("mailing.mailbox.urls")),
    path("admin/", admin.site.urls),
    path("", include("contacts_site.operations.urls")),
]

handler400 = "contacts_site.errors.bad_request"
handler500 = "contacts_site.errors.server_error"

"""Accounts in Django's admin, with actions for people who can no longer sign in."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_tasks_db.models import DBTaskResult

from accounts.lockout import forget_failures
from accounts.models import User
from accounts.second_factor import devices as second_factor

# The admin is for accounts only. The pages that libraries register would show the keys of
# telephones.
admin.site.unregister([TOTPDevice, StaticDevice, DBTaskResult])


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    """Accounts, with two actions of our own."""

    actions = ("remove_second_factor", "allow_sign_in")

    @admin.action(
        description="Désactiver la validation en deux étapes (téléphone perdu)",
        permissions=["change"],
    )
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = 0
        for user in queryset:
            if second_factor.remove(user):
                count += 1
                self.log_change(request, user, "Validation en deux étapes désactivée.")
        self.message_user(request, f"Validation en deux étapes désactivée\u00a0: {count}.")

    @admin.action(description="Débloquer la connexion (trop d'essais)", permissions=["change"])
    def allow_sign_in(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            if forget_failures(request, user.get_username()):
                self.log_change(request, user, "Connexion débloquée.")
        self.message_user(request, "Ces comptes peuvent se connecter.", messages.SUCCESS)

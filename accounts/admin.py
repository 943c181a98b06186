"""Accounts in Django's admin, with actions for people who can no longer sign in."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_tasks_db.models import DBTaskResult

from accounts import rank
from accounts.identity import person
from accounts.lockout import forget_failures
from accounts.models import User
from accounts.second_factor import devices as second_factor

# The admin is for accounts only. The pages that libraries register would show the keys of
# telephones.
admin.site.unregister([TOTPDevice, StaticDevice, DBTaskResult, Group])


class _WithinRank(admin.ModelAdmin[Any]):
    """Nobody changes or deletes what may more than they, or gives a right that they lack."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or rank.is_within(obj, person(request)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or rank.is_within(obj, person(request)))

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        return rank.with_own_rights(field, person(request))


@admin.register(Group)
class RoleAdmin(_WithinRank, GroupAdmin):
    """Groups, which are the roles of accounts."""


@admin.register(User)
class AccountAdmin(_WithinRank, UserAdmin[User]):
    """Accounts, with two actions of our own."""

    actions = ("remove_second_factor", "allow_sign_in")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if person(request).is_superuser else (*fields, "is_superuser")

    def _changeable(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        return [user for user in queryset if self.has_change_permission(request, user)]

    @admin.action(
        description="Désactiver la validation en deux étapes (téléphone perdu)",
        permissions=["change"],
    )
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = 0
        for user in self._changeable(request, queryset):
            if second_factor.remove(user):
                count += 1
                self.log_change(request, user, "Validation en deux étapes désactivée.")
        self.message_user(request, f"Validation en deux étapes désactivée\u00a0: {count}.")

    @admin.action(description="Débloquer la connexion (trop d'essais)", permissions=["change"])
    def allow_sign_in(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in self._changeable(request, queryset):
            if forget_failures(request, user.get_username()):
                self.log_change(request, user, "Connexion débloquée.")
        self.message_user(request, "Ces comptes peuvent se connecter.", messages.SUCCESS)

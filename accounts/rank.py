"""Who may change which account: nobody gives a right that they lack, or takes a higher account."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from accounts.models import User


def is_within(kept: User | Group, keeper: User) -> bool:
    """Return whether an account or group has no right that its keeper lacks."""
    if keeper.is_superuser:
        return True
    if isinstance(kept, User):
        return not kept.is_superuser and _rights(kept) <= _rights(keeper)
    return set(kept.permissions.values_list("pk", flat=True)) <= _rights(keeper)


def with_own_rights(field: Any, keeper: User) -> Any:
    """Leave in a field of the admin only the groups or rights that the keeper may give."""
    if field is None or keeper.is_superuser:
        return field
    own = _rights(keeper)
    if field.queryset.model is Permission:
        field.queryset = field.queryset.filter(pk__in=own)
    elif field.queryset.model is Group:
        higher = Permission.objects.exclude(pk__in=own)
        field.queryset = field.queryset.exclude(permissions__in=higher)
    return field


def _rights(account: User) -> set[int]:
    """Return the keys of an account's rights, also of one that is switched off."""
    found = Permission.objects.filter(Q(user=account) | Q(group__user=account))
    return set(found.values_list("pk", flat=True))

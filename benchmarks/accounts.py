"""Accounts for the people of the benchmark."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import User


def add_accounts(count: int, password: str) -> None:
    """Make person1, person2…, all of whom may do everything."""
    # Hashed once: each sign-in still pays for its own check.
    encoded = make_password(password)
    role = Group.objects.get(name="Administrateurs")
    for number in range(1, count + 1):
        User.objects.create(username=f"person{number}", password=encoded).groups.add(role)

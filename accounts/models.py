"""The accounts of the people who work with the site."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An account."""

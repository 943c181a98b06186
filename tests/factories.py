"""Makers of the things that tests need, each with only what makes it valid."""

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from factory.django import DjangoModelFactory

from accounts.models import User
from contacts.models import Contact, ContactType
from members.models import Member, MemberKind

BACK_OFFICE = "Back-office"
ADMINISTRATOR = "Administrateurs"
PASSWORD = "un mot de passe pour les essais"


class UserFactory(DjangoModelFactory[User]):
    """An account; `role="Back-office"` puts it into that group.

    `permissions=["contacts.change_contact"]` gives it just these.
    """

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"compte{n}")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def role(self, create, extracted, **kwargs):
        if extracted:
            self.groups.add(Group.objects.get(name=extracted))

    @factory.post_generation
    def permissions(self, create, extracted, **kwargs):
        for permission in extracted or ():
            app, codename = permission.split(".")
            self.user_permissions.add(
                Permission.objects.get(content_type__app_label=app, codename=codename)
            )


class MemberFactory(DjangoModelFactory[Member]):
    """A professional client, unless `kind` says otherwise."""

    class Meta:
        model = Member

    reference = factory.Sequence(lambda n: f"C{n:05}")
    name = factory.Sequence(lambda n: f"Cantine {n}")
    kind = MemberKind.PROFESSIONAL


class ContactFactory(DjangoModelFactory[Contact]):
    """A contact at the end of its member's list."""

    class Meta:
        model = Contact

    member = factory.SubFactory(MemberFactory)
    name = factory.Sequence(lambda n: f"Contact {n}")
    type = ContactType.ALL

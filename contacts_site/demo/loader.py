"""Store the small demo in an empty database, with accounts to sign in with."""

from collections import Counter

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from contacts.models import Contact
from contacts_site.demo.roster import build
from members.models import Member

PASSWORD = "demo"  # noqa: S105  not secret: the data are invented
BACK_OFFICE_ACCOUNT = "bureau"
ADMINISTRATOR_ACCOUNT = "admin"


class NotEmpty(Exception):
    """The database has members or accounts; nothing was changed."""


def fill() -> Counter[str]:
    """Store the demo in one transaction; return the number of contacts and of each kind of member.

    Raise NotEmpty, and change nothing, if the database has members or accounts.
    """
    with transaction.atomic():
        if Member.objects.exists() or User.objects.exists():
            raise NotEmpty
        entries = build()
        # bulk_create skips save() and its checks; a test asserts that all values are valid.
        members = Member.objects.bulk_create(entry.member for entry in entries)
        contacts = Contact.objects.bulk_create(
            contact for entry in entries for contact in entry.contacts
        )
        add_accounts()
    counts = Counter(str(member.kind) for member in members)
    counts["contacts"] = len(contacts)
    return counts


def demo_accounts_are_open() -> bool:
    accounts = User.objects.filter(
        username__in=(BACK_OFFICE_ACCOUNT, ADMINISTRATOR_ACCOUNT), is_active=True
    )
    return len(accounts) == 2 and all(account.check_password(PASSWORD) for account in accounts)


def add_accounts() -> None:
    back_office = User.objects.create_user(BACK_OFFICE_ACCOUNT, password=PASSWORD)
    back_office.groups.add(Group.objects.get(name="Back-office"))
    # A superuser too, so that accounts can be managed in Django's admin.
    administrator = User.objects.create_superuser(ADMINISTRATOR_ACCOUNT, password=PASSWORD)
    administrator.groups.add(Group.objects.get(name="Administrateurs"))

"""Adds, changes, moves, deletes and restores a member's contacts; prints each answer's status.

`python -m tests.contacts.contact_editor MEMBER NAME`, started by tests/concurrency.py.
"""

from tests.person_process import work, write

ROUNDS = 5


def change_contacts(client, member_pk, name):
    from base.conflicts import sealed_version
    from contacts.models import CONTACT_FIELDS
    from members.models import Member

    member = Member.objects.get(pk=member_pk)

    def post(rest, values=None):
        answer = client.post(f"{member.get_absolute_url()}contacts/{rest}/", values)
        write(answer.status_code)

    for _ in range(ROUNDS):
        post("ajouter", {"name": "neuf", "note": name, "type": 1})
        contact = member.contacts.get(note=name)
        version = sealed_version(contact, CONTACT_FIELDS)
        values = {"name": name, "note": name, "type": 1, "version": version}
        post(f"{contact.pk}/modifier", values)
        order = list(member.contacts.values_list("pk", flat=True))
        post("ordre", {"contact": order, "up": contact.pk})
        post(f"{contact.pk}/supprimer")
    post(f"{contact.pk}/retablir")


if __name__ == "__main__":
    work(change_contacts)

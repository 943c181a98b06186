"""Adds lines to a member's note, beginning anew wherever another was faster.

`python -m tests.members.note_writer MEMBER NAME`, started by tests/concurrency.py; it prints each
answer's status.
"""

from tests.pages import form_values
from tests.person_process import work, write

ROUNDS = 5


def write_notes(client, member_pk, name):
    url = f"/membres/{member_pk}/modifier/"
    for number in range(ROUNDS):
        status = 0
        while status != 302:
            values = form_values(client.get(url))
            note = f"{values['note']}\n{name}.{number}"
            status = client.post(url, values | {"note": note}).status_code
            write(status)


if __name__ == "__main__":
    work(write_notes)

"""Someone who adds lines to a member's note, beginning anew wherever another was faster.

`python -m tests.members.busy_person MEMBER NAME`, see tests/busy.py; it says each answer's status.
"""

from tests.busy import say, work
from tests.pages import form_values

ROUNDS = 5


def write_notes(client, member_pk, name):
    url = f"/membres/{member_pk}/modifier/"
    for number in range(ROUNDS):
        status = 0
        while status != 302:
            values = form_values(client.get(url))
            note = f"{values['note']}\n{name}.{number}"
            status = client.post(url, values | {"note": note}).status_code
            say(status)


if __name__ == "__main__":
    work(write_notes)

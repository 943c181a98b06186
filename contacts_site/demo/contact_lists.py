"""Draw the contacts of one member at random."""

from random import Random

from contacts.models import Contact
from contacts_site.demo.mailboxes import draw_domain, local_part
from contacts_site.demo.notes import draw_note
from contacts_site.demo.numbers import draw_landline, draw_list
from contacts_site.demo.organisations import Organisation
from contacts_site.demo.people import Person, draw_person
from contacts_site.demo.posts import Post
from members.models import Member

# How many phone numbers a contact has; one of these, by chance.
_PHONES = (0, 1, 1, 1, 1, 1, 2, 2, 2, 3)


def draw_contacts(rng: Random, member: Member, organisation: Organisation) -> list[Contact]:
    domain = member.email.partition("@")[2] or draw_domain(rng, member.name)
    colleagues: set[str] = set()
    contacts = []
    for position, post in enumerate(_draw_posts(rng, organisation), start=1):
        person = draw_person(rng)
        while person.name in colleagues:
            person = draw_person(rng)
        colleagues.add(person.name)
        contact = _draw_contact(rng, member, post, person, domain)
        contact.position = position
        contacts.append(contact)
    return contacts


def _draw_posts(rng: Random, organisation: Organisation) -> list[Post]:
    """Draw posts: always the first of the list, and others from near its beginning."""
    size = rng.choice(organisation.sizes)
    if not size:
        return []
    first, *others = organisation.posts
    within_reach = others[: size + 2]
    places = sorted(rng.sample(range(len(within_reach)), size - 1))
    return [first, *(within_reach[place] for place in places)]


def _draw_contact(rng: Random, member: Member, post: Post, person: Person, domain: str) -> Contact:
    title = post.woman if person.is_woman else post.man
    mailbox = post.mailbox
    sort = rng.random()
    if sort < 0.12:
        name, title = post.desk, ""
    elif sort < 0.16:
        name = ""
    else:
        name = person.name
        title = title if rng.random() < 0.93 else ""
        mailbox = local_part(person) if rng.random() < 0.75 else mailbox
    return Contact(
        member=member,
        name=name,
        job_title=title,
        email=f"{mailbox}@{domain}" if rng.random() < 0.84 else "",
        phones=draw_list(rng, member.postal_code, rng.choice(_PHONES)),
        fax=draw_landline(rng, member.postal_code) if rng.random() < 0.12 else "",
        type=rng.choice(post.types),
        note=draw_note(rng, post.topic) if rng.random() < 0.32 else "",
    )

import io
import sys

import pytest
from django.core.management import CommandError, call_command

from mailing.models import Delivery, Notification
from tests.factories import MemberFactory
from tests.importexport.commands import POOR_TERMINAL, manage


@pytest.fixture
def body(tmp_path):
    path = tmp_path / "texte.txt"
    path.write_text("\ufeffVoilà.\r\nMerci.\r\n", encoding="utf-8")
    return path


def said(body, *arguments, reference="C1", topic="invoices", subject="Facture 7"):
    """Run the command and return its lines, with plain spaces."""
    output = io.StringIO()
    options = ["--subject", subject, "--body-file", str(body), *map(str, arguments)]
    call_command("notify", reference, topic, *options, stdout=output)
    return output.getvalue().replace("\u00a0", " ").splitlines()


def refusal(*arguments, **values):
    """Return the lines with which the command ends, which must have sent nothing."""
    with pytest.raises(CommandError) as refused:
        said(*arguments, **values)
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()
    return str(refused.value).replace("\u00a0", " ").splitlines()


def test_a_member_is_told_and_the_addresses_are_listed(member, body):
    lines = said(body)
    told = Notification.objects.get()
    assert lines == [f"Notification {told.pk}, mails en attente : 2.", "a@x.fr", "b@x.fr"]
    assert (told.subject, told.body, told.sender) == ("Facture 7", "Voilà.\nMerci.", "")
    addresses = Delivery.objects.order_by("pk").values_list("address", flat=True)
    assert list(addresses) == ["a@x.fr", "b@x.fr"]


def test_files_go_along(member, body, tmp_path):
    files = {"facture.pdf": "application/pdf", "é.inconnu": "application/octet-stream"}
    options = []
    for name in files:
        (tmp_path / name).write_bytes(name.encode())
        options += ["--attach", tmp_path / name]
    said(body, *options)
    mails = list(Delivery.objects.all())
    assert len(mails) == 2
    for mail in mails:
        found = mail.attachments.order_by("pk")
        assert {one.name: one.mimetype for one in found} == files
        for one in found:
            with one.file.open() as stored:
                assert stored.read() == one.name.encode()


def test_the_text_may_come_from_standard_input(member, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Voilà.".encode())))
    said("-")
    assert Notification.objects.get().body == "Voilà."


def test_the_same_key_sends_once_and_says_so(member, body):
    _, *addresses = said(body, "--key", "facture-7")
    lines = said(body, "--key", "facture-7", subject="Autre")
    told = Notification.objects.get()
    again = f"Notification {told.pk} : cette clé a déjà servi, rien de plus n'est envoyé."
    assert lines == [again, *addresses]
    assert Delivery.objects.count() == 2


def test_the_same_key_of_another_software_is_another(member, body):
    said(body, "--key", "facture-7")
    said(body, "--key", "facture-7", "--sender", "Factures")
    said(body, "--key", "facture-7", "--sender", "Factures")
    told = Notification.objects.order_by("pk").values_list("sender", "key")
    assert list(told) == [("", "facture-7"), ("Factures", "facture-7")]
    assert Delivery.objects.count() == 4


def test_a_key_that_reached_nobody_is_used_again(db, body):
    member = MemberFactory(reference="C1")
    said(body, "--key", "facture-7")
    member.email = "a@x.fr"
    member.save()
    lines = said(body, "--key", "facture-7")
    told = Notification.objects.get()
    assert lines == [f"Notification {told.pk}, mails en attente : 1.", "a@x.fr"]


def test_a_topic_that_reaches_nobody_is_said_to(db, body):
    MemberFactory(reference="C1")
    (line,) = said(body)
    assert line.endswith("personne n'est concerné, rien n'est envoyé.")


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"reference": "C2"}, "REFERENCE : Aucun membre n'a cette référence."),
        ({"topic": "x"}, "TOPIC : Ce sujet est inconnu ; choisissez parmi : invoices, orders, "),
        ({"subject": "a\nBcc: z@x.fr"}, "--subject : L'objet doit tenir sur une ligne"),
        ({"subject": "a\udce9"}, "--subject : Le texte contient un caractère invisible"),
        ({"reference": "a\udce9"}, "REFERENCE : Le texte contient un caractère invisible"),
    ],
)
def test_what_is_wrong_is_told(member, body, values, line):
    (found,) = refusal(body, **values)
    assert found.startswith(line)


def test_each_error_has_its_line(member, body):
    lines = refusal(body, "--key", "x" * 201, reference="C2", topic="x")
    assert [line.split(" :")[0] for line in lines] == ["REFERENCE", "TOPIC", "--key"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "--body-file : Ce champ est obligatoire."),
        (b"Voil\xe0", "--body-file : ce n'est pas un texte en UTF-8."),
        (b"a\0b", "--body-file : Le texte contient un caractère invisible"),
        (b"x" * 300_000, "--body-file : 50000 caractères au plus."),
        (b"x" * 50_001, "--body-file : Assurez-vous"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused(member, body, content, line):
    body.write_bytes(content)
    assert refusal(body)[0].startswith(line)


@pytest.mark.parametrize(("size", "count"), [(10 * 1024**2 + 1, 1), (2 * 1024**2, 6), (1, 11)])
def test_too_much_to_attach_is_refused(member, body, tmp_path, size, count):
    (tmp_path / "x.bin").write_bytes(b"x" * size)
    (line,) = refusal(body, *["--attach", tmp_path / "x.bin"] * count)
    assert line.startswith("--attach : ")
    assert "au plus" in line


def test_a_file_that_cannot_be_read_is_named_with_the_reason(member, body, tmp_path):
    missing = tmp_path / "absent.pdf"
    reason = "ne peut pas être lu"
    assert refusal(missing) == [f"Le fichier {missing} {reason} : il n'existe pas."]
    assert refusal(body, "--attach", tmp_path) == [
        f"Le fichier {tmp_path} {reason} : c'est un dossier."
    ]


@pytest.mark.django_db(transaction=True)
def test_at_a_terminal_it_ends_with_0_or_with_1_and_the_errors(body):
    MemberFactory(reference="C1", email="a@x.fr")
    options = ["--subject", "Reçu é", "--body-file", str(body)]
    done = manage("notify", "C1", "invoices", *options, **POOR_TERMINAL)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b"mails en attente : 1.\na@x.fr\n")
    failed = manage("notify", "C2", "x", *options, **POOR_TERMINAL)
    assert (failed.returncode, failed.stdout) == (1, b"")
    assert failed.stderr.startswith(b"REFERENCE : Aucun membre n'a cette reference.\nTOPIC : ")
    assert [one.subject for one in Notification.objects.all()] == ["Reçu é"]

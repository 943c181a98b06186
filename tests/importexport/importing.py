"""Imports for tests: directly, as a program does, or by the steps of a person and a worker."""

from django.core.files import File
from django.db import connection
from django_tasks_db.models import DBTaskResult

from importexport.models import ImportMode, ImportRun, RunSource
from importexport.runs import direct
from importexport.runs.check import check_run, preview_file
from importexport.runs.intake import Options, receive
from importexport.runs.steps import ask_for_work, work_on, work_on_import
from tests.pages import page

ADDRESS = "/contacts/importer/"


def options(sync=False, only_members_in_file=False, update=False):
    mode = ImportMode.SYNCHRONISATION if sync else ImportMode.ADDITION
    return Options(ImportMode.UPDATE if update else mode, only_members_in_file)


def import_contacts(file, *, sync=False, only_members_in_file=False, **hooks):
    """Import at once, and return what it did."""
    return run_import(file, sync=sync, only_members_in_file=only_members_in_file, **hooks)[1]


def run_import(file, *, sync=False, only_members_in_file=False, update=False, **hooks):
    """Import at once, and return the run and what it did."""
    chosen = options(sync, only_members_in_file, update)
    return direct.import_contacts(File(file, getattr(file, "name", "contacts")), chosen, **hooks)


def preview_import(file, *, sync=False, only_members_in_file=False):
    """Return what an import would do."""
    return preview_file(file, options(sync, only_members_in_file), lambda *_: None)


def send(client, file, **values):
    """Send a file in a browser, and return the page on which its import is followed."""
    return client.post(ADDRESS, {"file": file, **values}, follow=True)


def received(file, *, sync=False, update=False) -> ImportRun:
    """Send a file as a browser does; its import then waits to be checked."""
    run = _received(file, options(sync, update=update))
    ask_for_work(run.pk)
    return run


def ready(file, *, sync=False, update=False) -> ImportRun:
    """Send a file, check it, and return its import, which waits for its confirmation."""
    run = _received(file, options(sync, update=update))
    check_run(run.pk)
    run.refresh_from_db()
    return run


def _received(file, chosen) -> ImportRun:
    sent = File(file, getattr(file, "name", "contacts"))
    return receive(sent, chosen, source=RunSource.BROWSER)


def work():
    """Do the work on imports that is enqueued, until none is left; nothing else is done."""
    while keys := take_tasks():
        for key in keys:
            work_on(key)


def take_tasks() -> list[int]:
    """Empty the queue of work on imports, and return the keys of their runs."""
    # Where a test runs in a transaction, nothing is committed: what waits for that is done here.
    waiting, connection.run_on_commit = connection.run_on_commit, []
    for _, enqueue, _ in waiting:
        enqueue()
    tasks = DBTaskResult.objects.ready().filter(task_path=work_on_import.module_path)
    keys = [task.args_kwargs["args"][0] for task in tasks.order_by("enqueued_at")]
    tasks.delete()
    return keys


def checked(client, file, **values):
    """Send a file, let the worker check it, and return the page of its import."""
    response = send(client, file, **values)
    work()
    return client.get(response.request["PATH_INFO"])


def press(client, response, label, **values):
    """Press the button with this start of its label; return the page after the work."""
    (form,) = page(response).xpath(f"//form[.//button[starts-with(normalize-space(), '{label}')]]")
    return submit(client, form, **values)


def confirmed(client, response, **values):
    """Press the button that applies a previewed import; return the page after the work."""
    (form,) = page(response).xpath("//form[contains(@action, '/confirmer/')]")
    return submit(client, form, **values)


def submit(client, form, **values):
    """Send a form with these values in place of its own; return the page after the work."""
    pressed = client.post(form.get("action"), {**dict(form.form_values()), **values}, follow=True)
    if not any(run.is_moving for run in ImportRun.objects.all()):
        return pressed
    work()
    return client.get(pressed.request["PATH_INFO"])


def imported(client, file, **values):
    """Send a file, have it checked, confirm it, and return the page after the work."""
    return confirmed(client, checked(client, file, **values))


def numbers(response) -> dict[str, int]:
    """Return the numbers of the page by their labels."""
    return {
        "".join(pair.xpath("dt/text()")).strip(): int(pair.xpath("string(dd)"))
        for pair in page(response).xpath("//dl[@class='numbers']/div")
    }


def last_run() -> ImportRun:
    """Return the newest import."""
    return ImportRun.objects.order_by("pk").last()

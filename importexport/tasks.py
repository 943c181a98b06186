"""The parts of an import that a worker does outside the requests.

A task is only asked to look at a run: what is to be done, the run itself says. So a task that is
asked for twice does no harm.
"""

from django.db import transaction
from django_tasks import task

from importexport.claiming import take_overdue
from importexport.models import ImportRun


@task()
def work_on_import(pk: int) -> None:
    """Check, apply or undo an import, whichever it waits for."""
    from importexport.working import work_on

    work_on(pk)


def ask_for_work(run: ImportRun) -> None:
    """Have a worker look at the run once the caller's transaction is committed."""
    transaction.on_commit(lambda: work_on_import.enqueue(run.pk))


def ask_for_overdue_work() -> None:
    """Give runs whose worker died, or whose task was lost, to a worker again."""
    for run in take_overdue():
        ask_for_work(run)

"""Mail to many members: the site with one worker and with two, beside Django's send_mass_mail."""

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.cases import CaseFailed, run_case
from benchmarks.stores import Store, fresh_copy
from benchmarks.tables import Cost, MailLine

_ROOT = Path(__file__).resolve().parent.parent
_REPEATS = 3
# For two workers to start before they begin together.
_START = 3.0
Tell = Callable[[str], None]
Way = Callable[[str, Path, int], Cost]


def measure_mail(store: Store, folder: Path, count: int, tell: Tell) -> list[MailLine]:
    """Measure each way to send the mails, in turns; raise CaseFailed where one is missing."""
    costs: defaultdict[str, list[Cost]] = defaultdict(list)
    run_case("mails.add_addressees", store.create("members"), folder, count=count)
    with _mail_server(count * len(_WAYS) * _REPEATS) as port:
        for _ in range(_REPEATS):
            for title, way in _WAYS.items():
                tell(f"{title}, {count:,} mails")
                with fresh_copy(store, "members") as url:
                    costs[title].append(way(url, folder, port))
    store.drop("members")
    return [MailLine(title, count, _middle(runs)) for title, runs in costs.items()]


def _middle(runs: list[Cost]) -> Cost:
    return Cost(median(run.seconds for run in runs), max(run.mebibytes for run in runs))


@contextmanager
def _mail_server(expected: int) -> Iterator[int]:
    """Yield the port of a mail server; raise unless it took that number of mails."""
    command = [sys.executable, "-m", "benchmarks.mail_sink"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=_ROOT, stdin=pipe, stdout=pipe, text=True) as server:
        port = server.stdout.readline()
        yield int(port)
        taken, _ = server.communicate()
    if int(taken) != expected:
        raise CaseFailed(f"{taken.strip()} of {expected} mails came")


def _by_mass_mail(url: str, folder: Path, port: int) -> Cost:
    return _cost_of("mails.deliver_with_django", url, folder, port)


def _by_django_with_html(url: str, folder: Path, port: int) -> Cost:
    return _cost_of("mails.deliver_with_django_and_html", url, folder, port)


def _by_one_worker(url: str, folder: Path, port: int) -> Cost:
    return _cost_of("mails.queue_and_deliver", url, folder, port)


def _by_two_workers(url: str, folder: Path, port: int) -> Cost:
    queued = run_case("mails.queue_all", url, folder)
    moment = time.time() + _START
    with ThreadPoolExecutor() as threads:
        running = [
            threads.submit(run_case, "mails.deliver_from", url, folder, moment=moment, port=port)
            for _ in range(2)
        ]
    done = [each.result() for each in running]
    seconds = queued.seconds + max(measure.outcome for measure in done)
    return Cost(seconds, max(measure.mebibytes for measure in done))


def _cost_of(work: str, url: str, folder: Path, port: int) -> Cost:
    measure = run_case(work, url, folder, port=port)
    return Cost(measure.seconds, measure.mebibytes)


_WAYS: dict[str, Way] = {
    "send_mass_mail, plain text": _by_mass_mail,
    "Django, plain text and HTML": _by_django_with_html,
    "ours, one worker": _by_one_worker,
    "ours, two workers": _by_two_workers,
}

"""The regular work of workers, which apps register when they start.

Several workers may do the same work at once: it must be safe then.
"""

from collections.abc import Callable

Work = Callable[[], object]
_frequent: list[Work] = []
_daily: list[Work] = []


def look_after(work: Work) -> None:
    """Register work to do every few seconds; it must be quick if there is nothing to do."""
    _frequent.append(work)


def do_daily(work: Work) -> None:
    _daily.append(work)


def frequent_work() -> list[Work]:
    return list(_frequent)


def daily_work() -> list[Work]:
    return list(_daily)

"""What a worker looks after besides its tasks, brought along by each app.

Work of either kind may be done by several workers at once, and must do no harm then.
"""

from collections.abc import Callable

Work = Callable[[], object]
_often: list[Work] = []
_daily: list[Work] = []


def look_after(work: Work) -> None:
    """Have this done every few seconds; it should be quick where there is nothing to do."""
    _often.append(work)


def do_daily(work: Work) -> None:
    """Have this done once a day."""
    _daily.append(work)


def frequent_work() -> list[Work]:
    """Return what is to be done every few seconds."""
    return list(_often)


def daily_work() -> list[Work]:
    """Return what is to be done once a day."""
    return list(_daily)

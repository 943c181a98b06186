"""Print what a run of people cost, as a table."""

from dataclasses import dataclass
from statistics import median, quantiles

BARE = "bare page"
# No bare page is asked for after them.
_APART = ("sign-in page", "sign in", "export", "import, from file to end")
# The median and the 95th percentile of all pages, in times of the bare page's.
_GOALS = (3, 5)


@dataclass(frozen=True)
class Run:
    """A run: seconds of each answer by kind, failures by kind, MiB of site and bare over time."""

    database: str
    people: int
    seconds: int
    times: dict[str, list[float]]
    failures: dict[str, int]
    memory: list[tuple[float, float]]


def print_run(run: Run) -> None:
    """Print the times beside the bare page's, the errors, and the memory."""
    bare = run.times.get(BARE, [])
    paged = [name for name in run.times if name not in (BARE, *_APART)]
    print(f"\n{run.database}, {run.people} people, {run.seconds} s\n")
    print(f"| {'':<14} | answers | median ms | p95 ms | median : bare | p95 : bare |")
    print(f"| {'-' * 14} | ------: | --------: | -----: | ------------: | ---------: |")
    for name in sorted(paged):
        print(_line(name, run.times[name], bare))
    print(_line("all pages", [each for name in paged for each in run.times[name]], bare))
    print(_line(BARE, bare, bare))
    for name in (name for name in _APART if name in run.times):
        print(_line(name, run.times[name], []))
    print(f"\nGoal for all pages: median ≤ {_GOALS[0]} ×, p95 ≤ {_GOALS[1]} ×.")
    print(f"Errors: {sum(run.failures.values())}{_listed(run.failures)}")
    start, middle, end = run.memory[1:2], run.memory[len(run.memory) // 2], run.memory[-2:-1]
    print("Memory (MiB, gunicorn with its workers) at start, middle and end:")
    for index, title in enumerate(("site", "bare")):
        moments = [*start, middle, *end]
        print(f"  {title}: {', '.join(f'{moment[index]:.0f}' for moment in moments)}")


def _line(name: str, times: list[float], bare: list[float]) -> str:
    if not times:
        return f"| {name:<14} | {0:>7} | {'':>9} | {'':>6} | {'':>13} | {'':>10} |"
    middle, high = _figures(times)
    ratios = ("", "")
    if bare and times is not bare:
        bare_middle, bare_high = _figures(bare)
        ratios = (f"{middle / bare_middle:.1f}", f"{high / bare_high:.1f}")
    return (
        f"| {name:<14} | {len(times):>7} | {middle * 1000:>9.0f} | {high * 1000:>6.0f} "
        f"| {ratios[0]:>13} | {ratios[1]:>10} |"
    )


def _figures(times: list[float]) -> tuple[float, float]:
    return median(times), quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def _listed(failures: dict[str, int]) -> str:
    return "".join(f"\n  {name}: {number}" for name, number in failures.items())

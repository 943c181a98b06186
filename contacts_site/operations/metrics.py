"""Figures for Prometheus: what the whole site has, whichever of its processes is asked.

What a process counts of itself (requests by status) would differ from one to the next behind one
address; the web server in front counts that.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from contacts_site import __version__
from contacts_site.operations import health, queues


class Gauge(NamedTuple):
    """A figure: by the values of its label, or one alone where it has no label."""

    name: str
    explanation: str
    measure: Callable[[], float | Mapping[str, float]]
    label: str = ""


def _seconds(age: timedelta | None) -> float:
    return age.total_seconds() if age else 0


GAUGES = (
    Gauge(
        "contacts_site_info",
        "The version of the site that answers; always 1.",
        lambda: {__version__: 1},
        "version",
    ),
    Gauge("contacts_mails_waiting", "Mails not sent yet.", queues.waiting_mails),
    Gauge(
        "contacts_oldest_mail_seconds",
        "Since when the longest due mail is due; 0 when none is.",
        lambda: _seconds(queues.age_of_oldest_mail()),
    ),
    Gauge("contacts_tasks", "Tasks by state.", queues.tasks_by_state, "state"),
    Gauge(
        "contacts_oldest_task_seconds",
        "How long the longest waiting task has waited for a worker; 0 when none does.",
        lambda: _seconds(queues.age_of_oldest_task()),
    ),
    Gauge("contacts_imports", "Imports by state.", queues.imports_by_state, "state"),
    Gauge("contacts_disk_free_bytes", "Free room on the disk of DATA_DIR.", health.free_bytes),
)


class _Figures(Collector):
    def collect(self) -> Iterator[Metric]:
        for gauge in GAUGES:
            yield _measured(gauge)


def _measured(gauge: Gauge) -> Metric:
    found = gauge.measure()
    if isinstance(found, Mapping):
        family = GaugeMetricFamily(gauge.name, gauge.explanation, labels=[gauge.label])
        for value, number in found.items():
            family.add_metric([value], number)
        return family
    return GaugeMetricFamily(gauge.name, gauge.explanation, value=found)


def exposition() -> bytes:
    """Return all figures in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return generate_latest(registry)

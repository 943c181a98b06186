"""What balancers and watchers ask; nobody signs in, and nothing names anybody."""

from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from contacts_site import __version__
from contacts_site.operations.health import Health, Status, examine
from contacts_site.operations.metrics import exposition


@require_safe
@login_not_required
@never_cache
def live(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers, whatever its database does."""
    return JsonResponse({"status": Status.OK})


@require_safe
@login_not_required
@never_cache
def health(_request: HttpRequest) -> HttpResponse:
    """Tell a balancer whether people can be sent here: late workers are no reason against it."""
    return _answer(examine(), failing={Status.FAILING})


@require_safe
@login_not_required
@never_cache
def workers(_request: HttpRequest) -> HttpResponse:
    """Tell a watcher whether the workers keep up, and which version of the site runs."""
    return _answer(examine(), failing={Status.FAILING, Status.LATE}, version=__version__)


def _answer(found: Health, failing: set[Status], **more: str) -> HttpResponse:
    told = {
        **more,
        "status": found.status,
        "database": found.is_database_reachable,
        "oldest_mail_seconds": _seconds(found.oldest_mail),
        "oldest_task_seconds": _seconds(found.oldest_task),
        "free_disk_mib": found.free_mebibytes,
    }
    is_failing = found.status in failing
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_failing else HTTPStatus.OK
    return JsonResponse(told, status=status)


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())


@require_safe
@login_not_required
@never_cache
@sensitive_variables("token")
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus its figures; without a token in the settings there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(
        token.strip(), settings.METRICS_TOKEN
    ):
        return HttpResponse(
            "A token is needed: Authorization: Bearer …\n",
            status=HTTPStatus.UNAUTHORIZED,
            content_type="text/plain; charset=utf-8",
            headers={"WWW-Authenticate": 'Bearer realm="metrics"'},
        )
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_PLAIN_0_0_4)

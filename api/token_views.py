"""The pages on which administrators make and revoke the tokens of other software."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from api.models import ApiToken
from api.token_forms import ApiTokenForm
from api.tokens import has_right, make_token, revoke
from base.requests import HttpRequest
from base.typed import typed

_PAGE_SIZE = 50
_may_manage = permission_required("api.manage_apitoken", raise_exception=True)


@require_safe
@_may_manage
def token_list(request: HttpRequest) -> HttpResponse:
    """Show the tokens, the newest first."""
    tokens = ApiToken.objects.select_related("created_by")
    page = Paginator(tokens, _PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(token, has_right(token)) for token in page.object_list],
        "page_address": "?page=",
        "most_requests": settings.API_REQUESTS_PER_MINUTE,
    }
    return render(request, "api/tokens/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_may_manage
@never_cache
@sensitive_variables("secret", "context")
def token_add(request: HttpRequest) -> HttpResponse:
    """Make a token, and show it in the answer: so no address, session or cache ever holds it."""
    form = ApiTokenForm(typed(request))
    if form.is_valid() and request.method == "POST" and isinstance(request.user, User):
        token, secret = make_token(form.cleaned_data["name"], request.user)
        context = {"token": token, "secret": secret, "has_right": has_right(token)}
        return render(request, "api/tokens/made.html", context)
    form.focus()
    return render(request, "api/tokens/form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@_may_manage
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then revoke a token."""
    token = get_object_or_404(ApiToken, pk=pk)
    if token.revoked_at:
        messages.info(request, f"Le jeton « {token} » est déjà révoqué.")
        return redirect("tokens:list")
    if request.method == "POST":
        revoke(token)
        messages.success(request, f"Le jeton « {token} » est révoqué.")
        return redirect("tokens:list")
    return render(request, "api/tokens/confirm_revoke.html", {"token": token})

"""The path of a request as logs show it: only words of the site's own addresses, and short numbers.

What somebody types behind the site's name may be a name, a mail address or a telephone number.
"""

import re
from collections.abc import Iterator
from functools import cache

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver

_HIDDEN = "…"
# No telephone number is that short, and no row of the site has a longer number.
_MOST_DIGITS = 8
_MOST_PARTS = 12
# What a route takes from the path: <int:pk>, or a group of a regular expression.
_PARAMETER = re.compile(r"<[^<>]*>|\(\?P[^()]*\)")


def shown_path(request: HttpRequest) -> str:
    """Return the path of the request, each unknown part of it as « … »."""
    parts = request.path.split("/", _MOST_PARTS)
    return "/".join(part if _is_harmless(part) else _HIDDEN for part in parts)


def _is_harmless(part: str) -> bool:
    is_short_number = part.isascii() and part.isdigit() and len(part) <= _MOST_DIGITS
    return not part or is_short_number or part in _own_words()


@cache
def _own_words() -> frozenset[str]:
    """Return the fixed parts of all addresses of the site."""
    return frozenset(
        word for route in _routes(get_resolver()) for word in _PARAMETER.sub("", route).split("/")
    )


def _routes(resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        yield str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from _routes(pattern)

"""On PostgreSQL, end a statement of a web request that runs too long: somebody else's wait for it.

Workers and commands are not limited: an import's statements may take minutes.
"""

from typing import Any

from django.conf import settings
from django.db.backends.signals import connection_created


def limit_statements() -> None:
    """Limit the statements of all connections that this process opens from now on."""
    connection_created.connect(set_limit, dispatch_uid="statements")


def set_limit(connection: Any, **_signal: Any) -> None:
    if connection.vendor == "postgresql" and settings.STATEMENT_TIMEOUT_SECONDS:
        with connection.cursor() as cursor:
            limit = f"{settings.STATEMENT_TIMEOUT_SECONDS}s"
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [limit])

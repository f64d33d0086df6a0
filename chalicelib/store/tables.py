"""What every stored record shares: its table's name from the settings, and one connection for all of them."""

from typing import Any, ClassVar

from pynamodb.connection import Connection
from pynamodb.connection.table import TableConnection
from pynamodb.models import Model

from chalicelib.config import settings

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
ATTEMPTS = 4
POOL_CONNECTIONS = 32


class Record(Model):
    """A PynamoDB model whose `table` names the setting that holds its table's name.

    PynamoDB makes one botocore session for every model, 60-100 ms each; these share the first one's client.
    """

    table: ClassVar[str] = ""
    _shared: ClassVar[Connection | None] = None

    class Meta:
        table_name = ""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        if cls._connection is None:
            named = {**_timeouts(), "table_name": getattr(settings(), cls.table)}
            cls.Meta = type("Meta", (cls.Meta,), named)  # type: ignore[misc, assignment]
            made = super()._get_connection()
            made.connection._client = connection().client
            return made
        return super()._get_connection()


def connection() -> Connection:
    """The connection that all records and transactions go through."""
    if Record._shared is None:
        Record._shared = Connection(**_timeouts())
    return Record._shared


def _timeouts() -> dict[str, Any]:
    return {
        "connect_timeout_seconds": CONNECT_SECONDS,
        "read_timeout_seconds": READ_SECONDS,
        "max_retry_attempts": ATTEMPTS - 1,
        "max_pool_connections": POOL_CONNECTIONS,
    }

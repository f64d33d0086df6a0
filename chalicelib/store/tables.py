"""What every stored record shares: its table's name from the settings, and one connection for all of them."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from threading import Lock
from typing import Any, ClassVar, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable
from pynamodb.connection.table import TableConnection
from pynamodb.constants import GLOBAL_SECONDARY_INDEXES
from pynamodb.exceptions import PynamoDBException
from pynamodb.models import Model

from chalicelib import logs
from chalicelib.config import settings
from chalicelib.errors import Unavailable

T = TypeVar("T")
Of = TypeVar("Of")

CONNECT_SECONDS: Final = 1.0
READ_SECONDS: Final = 3.0
ATTEMPTS: Final = 3
POOL_CONNECTIONS: Final = 32

# What DynamoDB says when the same request may succeed a little later.
TRANSIENT: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


# What it says of a request that it took, and refused for what is in it.
REFUSALS: Final = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException", "ValidationException"})

_CONDITION_FAILED: Final = "ConditionalCheckFailedException"

_connecting = Lock()  # threads may be the first to use a record


class SharedConnection(Connection):
    """The one connection. Refusals are raised as PynamoDB has them; all else, as Unavailable.

    A missing permission or table is as good as an outage: no scan is to blame for it. It is in the log.
    """

    def know(self, table: MetaTable) -> None:
        """Learn of a table from a record of it: from the first one, and from one that has an index."""
        if table.table_name not in self._tables or table.data.get(GLOBAL_SECONDARY_INDEXES):
            self._tables[table.table_name] = table

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = super().dispatch(operation_name, operation_kwargs)
        except BotoCoreError as error:
            raise Unavailable.storage() from error
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in REFUSALS:
                raise
            if code not in TRANSIENT:
                logs.report("storage refuses", error=code)
            raise Unavailable.storage() from error
        return answer


def whole(number: float | None) -> int | None:
    """A stored number that may be missing, as an integer."""
    return None if number is None else int(number)


def refused(write: Callable[[], object]) -> bool:
    """Do a conditional write; tell whether its condition failed."""
    try:
        write()
    except PynamoDBException as error:
        if error.cause_response_code != _CONDITION_FAILED:
            raise
        return True
    return False


def passing_over(found: Iterable[Of], read: Callable[[Of], T]) -> Iterator[T]:
    """What can be read. An item whose key makes no sense is nobody's: it is passed over, with a line in the log."""
    for item in found:
        try:
            yield read(item)
        except (TypeError, ValueError):
            logs.report("an item of nobody's")


class Record(Model):
    """A PynamoDB model whose `table` names the setting that holds its table's name.

    PynamoDB makes one botocore session for every model, 60-100 ms each; these share one.
    """

    table: ClassVar[str] = ""

    class Meta:
        table_name = ""

    @classmethod
    def table_name(cls) -> str:
        """The name of its table."""
        name: str = getattr(settings(), cls.table)
        return name

    @classmethod
    def _get_connection(cls) -> TableConnection:
        if cls._connection is None:
            with _connecting:
                return cls._connect()
        return super()._get_connection()

    @classmethod
    def _connect(cls) -> TableConnection:
        cls.Meta = type("Meta", (cls.Meta,), {"table_name": cls.table_name()})  # type: ignore[misc, assignment]
        made, shared = super()._get_connection(), connection()
        shared.know(made.get_meta_table())
        made.connection = shared
        return made


@cache
def connection() -> SharedConnection:
    """The connection that all records and transactions go through."""
    return SharedConnection(
        connect_timeout_seconds=CONNECT_SECONDS,
        read_timeout_seconds=READ_SECONDS,
        max_retry_attempts=ATTEMPTS - 1,
        max_pool_connections=POOL_CONNECTIONS,
    )

"""A DynamoDB transaction whose refusals are told by what they were about.

PynamoDB lists the reasons of a cancelled transaction in the order condition checks, deletes, puts, updates, each
in the order called, not in call order; here every action carries a subject, and a refusal names it.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.store.tables import Record, connection

MAX_ACTIONS = 100
CONDITION_FAILED = "ConditionalCheckFailed"

_CANCELLED = "TransactionCanceledException"
_INVALID = "ValidationException"
_INVALID_REASON = "ValidationError"


class Refusal(NamedTuple):
    """Why one action stopped the transaction. `condition` tells a failed condition from a conflict or throttling."""

    subject: Hashable
    code: str

    @property
    def condition(self) -> bool:
        return self.code == CONDITION_FAILED


class Oversized(Exception):
    """DynamoDB refuses the transaction as invalid: too many actions or bytes. Nothing was written."""


class Transaction:
    """Collects actions and commits them all or none.

    `token` is for those that must not happen twice and have no condition that would stop the second time.
    """

    def __init__(self, token: str | None = None) -> None:
        self._write = TransactWrite(client_request_token=token, connection=connection())
        self._checks: list[Hashable] = []
        self._deletes: list[Hashable] = []
        self._puts: list[Hashable] = []
        self._updates: list[Hashable] = []

    def __len__(self) -> int:
        return len(self._checks) + len(self._deletes) + len(self._puts) + len(self._updates)

    def check(self, model: type[Record], address: tuple[str, str], condition: Condition, subject: Hashable) -> None:
        """Let an item that is not written be what it must be."""
        self._write.condition_check(model, *address, condition=condition)
        self._checks.append(subject)

    def put(self, record: Record, condition: Condition | None, subject: Hashable) -> None:
        self._write.save(record, condition=condition)
        self._puts.append(subject)

    def update(self, record: Record, actions: Sequence[Action], condition: Condition | None, subject: Hashable) -> None:
        self._write.update(record, actions=list(actions), condition=condition)
        self._updates.append(subject)

    def become(
        self,
        model: type[Record],
        address: tuple[str, str],
        attributes: Mapping[str, Any],
        condition: Condition,
        subject: Hashable,
    ) -> None:
        """Let attributes of an item be what is given; None removes one. As `update`, for a fifth of the CPU: PynamoDB
        makes and writes out an object for each, and the fold writes eighteen of every scan."""
        self._write._update_items.append(_becoming(model, address, attributes, condition))
        self._updates.append(subject)

    def delete(self, record: Record, condition: Condition | None, subject: Hashable) -> None:
        self._write.delete(record, condition=condition)
        self._deletes.append(subject)

    def commit(self) -> list[Refusal]:
        """Commit. Nothing refused means that all is written; otherwise nothing is.

        Raises Oversized, or Unavailable when DynamoDB fails or throttles the whole request.
        """
        if len(self) > MAX_ACTIONS:
            raise Oversized
        try:
            self._write._commit()
        except TransactWriteError as error:
            return self._refusals(error)
        return []

    def _refusals(self, error: TransactWriteError) -> list[Refusal]:
        code: Any = error.cause_response_code
        if code == _INVALID:
            raise Oversized from error
        if code != _CANCELLED:
            raise error
        subjects = [*self._checks, *self._deletes, *self._puts, *self._updates]
        reasons = zip(subjects, error.cancellation_reasons, strict=True)
        refusals = [Refusal(subject, reason.code) for subject, reason in reasons if reason is not None]
        if any(refusal.code == _INVALID_REASON for refusal in refusals):
            raise Oversized from error
        return refusals


def _becoming(
    model: type[Record], address: tuple[str, str], attributes: Mapping[str, Any], condition: Condition
) -> dict[str, Any]:
    """An update as the SDK wants it."""
    placeholders: dict[str, str] = {}
    values: dict[str, Any] = {}
    expected = condition.serialize(placeholders, values)
    values |= {f":{name}": _spelled(model, name, value) for name, value in attributes.items() if value is not None}
    put = ",".join(f"#{name}=:{name}" for name, value in attributes.items() if value is not None)
    gone = ",".join(f"#{name}" for name, value in attributes.items() if value is None)
    return {
        "TableName": model._get_connection().table_name,
        "Key": {"pk": {"S": address[0]}, "sk": {"S": address[1]}},
        "ConditionExpression": expected,
        "UpdateExpression": " ".join(f"{verb} {what}" for verb, what in (("SET", put), ("REMOVE", gone)) if what),
        "ExpressionAttributeNames": {
            **{placeholder: name for name, placeholder in placeholders.items()},
            **{f"#{name}": name for name in attributes},
        },
        "ExpressionAttributeValues": values,
    }


def _spelled(model: type[Record], name: str, value: Any) -> dict[str, Any]:
    attribute = getattr(model, name)
    return {attribute.attr_type: attribute.serialize(value)}

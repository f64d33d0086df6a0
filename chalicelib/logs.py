"""The log: a line of JSON for whatever is said, by Powertools.

Nothing in it tells who asked or what for. A message is a constant, and so are its facts' names, which
`tests/test_logs.py` knows all of. An error is its type and the places that it came through: its words may repeat a
table's name, an address or a body. CloudWatch keeps each line's time, so it is not in the line.
"""

import logging
import os
from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools import Logger

from chalicelib import lines


class _Printed(logging.Handler):
    """Lines go wherever `print` goes, which is where Lambda looks."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record))


class _Wordless(logging.Filter):
    """Takes from a record what is not a constant: values within its message, and an error's own words."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.args = None
        if isinstance(record.exc_info, tuple) and record.exc_info[1]:
            vars(record).update(lines.described(record.exc_info[1]))
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def _type_of(value: object) -> str:
    """What stands for a value that is none of JSON's: its text might hold anything."""
    return type(value).__name__


_printed: Final = _Printed()
_printed.addFilter(_Wordless())
_logger: Final = Logger(
    logger_handler=_printed, location=None, timestamp=None, serialize_stacktrace=False, json_default=_type_of
)


def begin(event: Mapping[str, Any], context: object) -> None:
    """What is said from here on is of this invocation: by Lambda's id of it, and for a request by API Gateway's, which
    the client is told as well (`x-amzn-RequestId`). `context` is Lambda's; elsewhere there is none."""
    _logger.append_keys(
        service=os.environ.get("POWERTOOLS_SERVICE_NAME", "service_undefined"),
        function_request_id=getattr(context, "aws_request_id", None),
        request_id=event.get("requestContext", {}).get("requestId"),
    )


def info(message: str, **facts: object) -> None:
    """Say something, with facts that are nobody's secret."""
    _logger.info(message, extra=facts)


def report(message: str, failure: BaseException | None = None, **facts: object) -> None:
    """An error's line: its type and its places (`lines.described`) beside the facts, never its words."""
    _logger.error(message, extra=(lines.described(failure) if failure else {}) | facts)


def adopt(other: logging.Logger) -> None:
    """Have a library's own lines written like ours, and without what they tell."""
    other.handlers = [_printed]
    other.propagate = False

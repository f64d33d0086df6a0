"""Mails, by SES."""

from functools import cache
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import logs
from chalicelib.config import settings
from chalicelib.errors import Unavailable
from chalicelib.store.aws_clients import client

# What SES says of a mail that it will not send, however often it is asked.
_REFUSALS: Final = frozenset(
    {"AccountSuspendedException", "BadRequestException", "MailFromDomainNotVerifiedException", "MessageRejected"}
)


def send(to: str, subject: str, text: str) -> bool:
    """Send a plain mail; False when SES refuses it, for a reason that is in the log. Raises Unavailable.

    SES has nothing that would tell a mail that is sent twice: whoever calls this again sends another.
    """
    content = {"Simple": {"Subject": _utf8(subject), "Body": {"Text": _utf8(text)}}}
    destination = {"ToAddresses": [to]}
    try:
        _client().send_email(FromEmailAddress=settings().mail_from, Destination=destination, Content=content)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in _REFUSALS:
            raise Unavailable.storage() from error
        logs.report("a mail was refused", error=code)
        return False
    except BotoCoreError as error:
        raise Unavailable.storage() from error
    return True


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


@cache
def _client() -> Any:
    return client("sesv2", connect_seconds=2, read_seconds=10)

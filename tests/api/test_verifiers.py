"""Receivers take what is posted, and nothing else: those that docs/webhooks-formats.md shows, in both languages. For
`standard` they are the official packages of Standard Webhooks."""

import base64
import json
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from standardwebhooks.webhooks import Webhook

from chalicelib.api.event_bodies import body
from chalicelib.core.endpoints import FORMATS, QPR, QR, QRCODES, STANDARD
from chalicelib.core.events import SCAN_CREATED
from chalicelib.core.signatures import signed
from tests.api.occurrences import BASE, about, event
from tests.qr.programs import need

ROOT: Final = Path(__file__).parent.parent.parent
PAGE: Final = (ROOT / "docs" / "webhooks-formats.md").read_text()
RECEIVER: Final = ROOT / "tests" / "vendor" / "receive.js"

SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER: Final = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
UNPADDED: Final = "whsec_aGVsbG8"
OWN: Final = "correct horse battery staple"
TOO_OLD_MS: Final = 301_000

HEADINGS: Final = {STANDARD: "`standard` and `qrcodes`", QRCODES: "`standard` and `qrcodes`", QPR: "`qpr`", QR: "`qr`"}
RAW: Final = {
    "python": "from standardwebhooks.webhooks import Webhook\n"
    "def receive(headers, body, secret):\n"
    "    return Webhook(secret.encode()).verify(body, headers)",
    "js": 'const { Webhook } = require("standardwebhooks");\n'
    "function receive(headers, body, secret) {\n"
    '  return new Webhook(secret, { format: "raw" }).verify(body, headers);\n'
    "}",
}


@dataclass(frozen=True)
class Delivery:
    """What a receiver sees, and the secret that it knows."""

    headers: Mapping[str, str]
    body: bytes
    secret: str = SECRET

    def having(self, **headers: str) -> "Delivery":
        """The same with other headers."""
        return replace(self, headers={**self.headers, **{name.replace("_", "-"): it for name, it in headers.items()}})


Receiver = Callable[[str, Delivery], Any]  # of a snippet and a delivery; raises Refused


class Refused(Exception):
    """A receiver did not take a delivery."""


def snippet(format: str, language: str) -> str:
    """The receiver of a format that the page shows."""
    signatures = PAGE.split("\n## Signatures\n")[1]
    section = next(part for part in signatures.split("\n### ") if part.startswith(HEADINGS[format] + "\n"))
    found = re.search(rf"^```{language}\n(.*?)^```", section, re.M | re.S)
    assert found
    return found[1]


def in_python(source: str, delivery: Delivery) -> Any:
    names: dict[str, Any] = {}
    exec(compile(source, "snippet", "exec"), names)  # noqa: S102 - our own page's
    try:
        return names["receive"](dict(delivery.headers), delivery.body, delivery.secret)
    except Exception as error:
        raise Refused(str(error)) from error


def in_javascript(source: str, delivery: Delivery) -> Any:
    """Headers have small letters in node."""
    need("node")
    asked = {
        "receiver": source,
        "headers": {name.lower(): value for name, value in delivery.headers.items()},
        "body": base64.b64encode(delivery.body).decode(),
        "secret": delivery.secret,
    }
    ran = subprocess.run(["node", RECEIVER], input=json.dumps([asked]).encode(), capture_output=True, check=True)
    (outcome,) = json.loads(ran.stdout)
    if "refused" in outcome:
        raise Refused(outcome["refused"])
    return outcome["event"]


LANGUAGES: Final[Mapping[str, Receiver]] = {"python": in_python, "js": in_javascript}
every_receiver = pytest.mark.parametrize(
    ("format", "language"), [(format, language) for format in FORMATS for language in LANGUAGES]
)


def delivered(format: str, *secrets: str, late_ms: int = 0) -> Delivery:
    """A delivery as it is posted now, or was a while ago. Its texts are not ASCII: their bytes are what is signed."""
    happened = event(SCAN_CREATED)
    subject: Any = happened.subject
    text = body(about(happened, replace(subject.link, slug="grüße-東京-\U0001f600\u2028")), format, BASE).encode()
    ms = time.time_ns() // 1_000_000 - late_ms
    return Delivery(signed(format, secrets or (SECRET,), happened.id, happened.type, text, ms), text)


@every_receiver
def test_the_receiver_takes_what_is_posted(format: str, language: str) -> None:
    delivery = delivered(format)
    assert LANGUAGES[language](snippet(format, language), delivery) == json.loads(delivery.body)


def _other_body(delivery: Delivery) -> Delivery:
    return replace(delivery, body=delivery.body.replace(b"San Francisco", b"San Francisca").replace(b"US", b"UK"))


def _other_secret(delivery: Delivery) -> Delivery:
    return replace(delivery, secret=OTHER)


@every_receiver
@pytest.mark.parametrize("change", [_other_body, _other_secret])
def test_the_receiver_refuses_another_body_and_another_secret(
    format: str, language: str, change: Callable[[Delivery], Delivery]
) -> None:
    with pytest.raises(Refused, match=r"(?i)signature"):
        LANGUAGES[language](snippet(format, language), change(delivered(format)))


@pytest.mark.parametrize("format", [STANDARD, QRCODES, QR])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receiver_refuses_what_is_old(format: str, language: str) -> None:
    with pytest.raises(Refused, match="too old"):
        LANGUAGES[language](snippet(format, language), delivered(format, late_ms=TOO_OLD_MS))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_old_delivery_is_not_taken_for_a_new_one(language: str) -> None:
    now = str(int(time.time()))
    old = delivered(QR, late_ms=TOO_OLD_MS)
    for format, renewed in ((STANDARD, old.having(webhook_timestamp=now)), (QR, old.having(X_Shortnd_Timestamp=now))):
        with pytest.raises(Refused, match=r"(?i)signature"):
            LANGUAGES[language](snippet(format, language), renewed)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
def test_the_official_verifiers_take_every_format_and_refuse_another_id(format: str, language: str) -> None:
    delivery, receive = delivered(format), LANGUAGES[language]
    assert receive(snippet(STANDARD, language), delivery) == json.loads(delivery.body)
    with pytest.raises(Refused, match="No matching signature"):
        receive(snippet(STANDARD, language), delivery.having(webhook_id="evt_another"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_an_overlap_both_secrets_are_good_and_no_third(language: str) -> None:
    delivery, receive = delivered(STANDARD, OTHER, SECRET), LANGUAGES[language]
    for secret in (SECRET, OTHER):
        assert receive(snippet(STANDARD, language), replace(delivery, secret=secret))
    with pytest.raises(Refused):
        receive(snippet(STANDARD, language), replace(delivery, secret=UNPADDED))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_secret_without_padding_is_good(language: str) -> None:
    delivery = replace(delivered(STANDARD, UNPADDED), secret=UNPADDED)
    assert LANGUAGES[language](snippet(STANDARD, language), delivery)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_secret_from_elsewhere_is_verified_as_a_raw_key(language: str) -> None:
    delivery = replace(delivered(STANDARD, OWN), secret=OWN)
    assert LANGUAGES[language](RAW[language], delivery)
    with pytest.raises(Refused):
        LANGUAGES[language](RAW[language], replace(delivery, secret=f"{OWN}s"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", [QPR, QR])
def test_the_older_services_receivers_go_on_with_their_own_secret(format: str, language: str) -> None:
    delivery = replace(delivered(format, OWN), secret=OWN)
    assert LANGUAGES[language](snippet(format, language), delivery)


def test_the_official_package_signs_the_same() -> None:
    """Its `sign` needs a text, and a time in UTC: it takes any other for one."""
    delivery = delivered(STANDARD)
    moment = datetime.fromtimestamp(int(delivery.headers["webhook-timestamp"]), UTC)
    expected = Webhook(SECRET).sign(delivery.headers["webhook-id"], moment, delivery.body.decode())
    assert delivery.headers["webhook-signature"] == expected

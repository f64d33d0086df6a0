"""Mails instead of sending them, and the links to sign in with that are in them."""

import re
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.config import settings
from chalicelib.core.sign_ins import address_digest
from chalicelib.functions import jobs
from chalicelib.functions.invocations import Records
from chalicelib.services import signing_in
from chalicelib.store import mail
from tests.world import World

FROM = "quietzone@example.com"


class Mailbox:
    """SES in this process: what was sent, to whom."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    def send_email(self, **given: Any) -> dict[str, str]:
        simple = given["Content"]["Simple"]
        assert given["FromEmailAddress"] == FROM
        (to,) = given["Destination"]["ToAddresses"]
        self.sent.append((to, simple["Subject"]["Data"], simple["Body"]["Text"]["Data"]))
        return {"MessageId": str(len(self.sent))}

    @property
    def tokens(self) -> list[str]:
        """Those of the links in the mails, in order."""
        return [token for _, _, text in self.sent for token in re.findall(r"/sign-in/(\S+)", text)]


def mailing(monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """From here on mails are on, and go here."""
    changed, box = replace(settings(), mail_from=FROM), Mailbox()
    for module in (signing_in, mail):
        monkeypatch.setattr(module, "settings", lambda: changed)
    monkeypatch.setattr(mail, "_client", lambda: box)
    return box


def work_off(world: World, now_ms: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what waits in the jobs queue, as the jobs function does."""
    records: Records = [{"body": body} for body in world.raw_messages("JOBS_QUEUE_URL")]
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "now_ms", lambda: now_ms)
        jobs.work(records, None)


def link(box: Mailbox, email: str, now_ms: int) -> str:
    """The token of a link that was mailed just now."""
    signing_in.send_link(address_digest(email), now_ms, now_ms)
    return box.tokens[-1]

"""QR codes of a link share its scans out among them."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import redirect
from chalicelib.core.days import day_of
from chalicelib.core.windows import Window
from chalicelib.errors import NotFound
from chalicelib.services import analytics, links, qr_codes
from chalicelib.services.qr_codes import NewQrCode
from tests.e2e.agents import GOOGLEBOT, IPHONE_SAFARI
from tests.services.account import Account, new_account
from tests.world import World, now_ms, world

MARKERS = ("", ".", ".0", ".1", ".2", ".3", ".4", ".9", ".x", ".\u0662", ".1.2")
STEPS = st.one_of(
    st.tuples(st.just("make"), st.just("")),
    st.tuples(st.just("delete"), st.sampled_from("0123")),
    st.tuples(st.just("edit"), st.sampled_from(["spring", "summer"])),
    *[st.tuples(st.sampled_from(["scan", "scan", "bot"]), st.sampled_from(MARKERS))] * 4,
)


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    redirect._cache.clear()
    yield
    redirect._cache.clear()


class History:
    """What happened to a link, and how many scans it had while it had no QR code."""

    def __init__(self, account: Account) -> None:
        self.account, self.made, self.unmarked = account, list[int](), 0

    def step(self, what: str, detail: str) -> None:
        getattr(self, what)(detail)
        redirect._cache.clear()

    def make(self, _: str) -> None:
        new = NewQrCode("https://qz.example", (), link=str(self.account.link.number))
        answer = qr_codes.create(self.account.caller, new, now_ms(), lambda code: json.dumps(code.number)).answer
        self.made.append(int(answer))

    def delete(self, which: str) -> None:
        if (n := int(which)) < len(self.made):
            code = qr_codes.get(self.account.caller, str(self.made[n]))
            if code.deleted_ms is None:
                qr_codes.delete(self.account.caller, str(code.number), now_ms())

    def edit(self, label: str) -> None:
        change = links.Edit(frozenset({"label"}), label=label)
        links.edit(self.account.caller, str(self.account.link.number), change, now_ms())

    def scan(self, marker: str, agent: str = IPHONE_SAFARI) -> None:
        event = {
            "httpMethod": "GET",
            "pathParameters": {"slug": self.account.link.slug + marker},
            "headers": {"User-Agent": agent},
            "requestContext": {"identity": {"sourceIp": "198.51.100.9"}},
        }
        assert redirect.handler(event, None)["statusCode"] == 302
        self.unmarked += agent == IPHONE_SAFARI and not self.made

    def bot(self, marker: str) -> None:
        self.scan(marker, GOOGLEBOT)


@given(st.lists(STEPS, max_size=25))
def test_a_links_total_is_what_came_before_its_first_qr_code_and_the_sum_over_all(steps: list[tuple[str, str]]) -> None:
    with world():
        history = History(new_account())
        for step in steps:
            history.step(*step)
        account, now = history.account, now_ms()
        window = Window.ending(day_of(now), 2)
        total = analytics.link_report(account.organization, account.link.number, window, now)
        codes = [qr_codes.get(account.caller, str(number)) for number in history.made]
        assert [code.marker for code in codes] == list(range(1, len(codes) + 1))
        reports = [qr_codes.report(code, window, now) for code in codes]
        assert total.total == history.unmarked + sum(report.total for report in reports)
        assert total.scans(window) == history.unmarked + sum(report.scans(window) for report in reports)
        assert qr_codes.scan_counts(account.caller, codes) == {
            code.number: report.total for code, report in zip(codes, reports, strict=True)
        }


def test_those_of_a_deleted_link_stay_and_no_more_are_made(world: World) -> None:
    history = History(new_account())
    history.make("")
    history.scan("")
    account = history.account
    links.delete(account.caller, str(account.link.number), now_ms())
    assert [code.number for code in qr_codes.page(account.caller, 9, 0, None).codes] == history.made
    code = qr_codes.get(account.caller, str(history.made[0]))
    assert qr_codes.scan_count(code, now_ms()) == 1
    with pytest.raises(NotFound):
        history.make("")

"""Messages for Slack: what they say, that nobody gets a mention in, and that no text is over a limit."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import slack
from chalicelib.core.days import parse_day
from chalicelib.core.events import QR_SCAN_THRESHOLD, URL_CLICK_THRESHOLD, URL_CREATED, Event, Made, Reached
from chalicelib.core.letters import Ended
from chalicelib.core.links import Link
from chalicelib.core.slack import About
from chalicelib.core.summaries import CAMPAIGN, LINK, ORGANIZATION, WEEKLY, Schedule, Subscription
from chalicelib.core.weeks import Figures
from chalicelib.core.windows import Top

MONDAY = parse_day("2026-03-09")
SUBSCRIPTION = Subscription(1, 2, LINK, 5, Schedule(time_zone="Europe/London"), (), "", "", 0, 0)
FIGURES = Figures((18, 27, 9, 41, 63, 55, 42), 227, 4_812, Top("United Kingdom", 120), Top("Direct", 1_250), bots=17)
DIRECT = "Top referrer: Direct (1,250)"
MENU = About("Spring menu", "https://qz.example/menu")
LINKED = Link(1, 5, "menu", "https://example.com/", 0, label="Spring menu")


def _texts(found: Any) -> Iterator[str]:
    """Every text that is in a message."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for value in found.values():
            yield from _texts(value)
    elif isinstance(found, list):
        for value in found:
            yield from _texts(value)


def _check_limits(message: slack.Message) -> None:
    """Those of the Block Kit reference, in the units of JavaScript."""

    def units(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    assert len(message["blocks"]) <= 50
    for block in message["blocks"]:
        if block["type"] == "header":
            assert 0 < units(block["text"]["text"]) <= 150
        elif "text" in block:
            assert 0 < units(block["text"]["text"]) <= 3_000
        assert len(block.get("fields", [])) <= 10
        assert len(block.get("elements", [])) <= 10
        assert all(0 < units(each["text"]) <= 2_000 for each in block.get("fields", []) + block.get("elements", []))
    assert 0 < units(message["text"]) <= 3_000


def test_a_daily_summary_says_all_of_it_in_its_text() -> None:
    message = slack.summary(MENU, FIGURES, SUBSCRIPTION, MONDAY)
    assert message["text"] == "\n".join(
        (
            "Spring menu",
            "*42 scans* yesterday, Sunday 8 March 2026",
            "<https://qz.example/menu|qz.example/menu>",
            f"Last 7 days: 255 (+12 %) · Lifetime: 4,812 · Top country: United Kingdom (120) · {DIRECT}",
            "▃▄▂▅█▇▅  2 to 8 March 2026",
            "Daily summary of a link, days in Europe/London · 17 bots left out",
        )
    )
    assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)


def test_the_docs_show_this_very_text() -> None:
    page = Path(__file__).parents[2] / "docs" / "api-summaries.md"
    assert f"```\n{slack.summary(MENU, FIGURES, SUBSCRIPTION, MONDAY)['text']}\n```" in page.read_text()


def test_the_blocks_say_the_same() -> None:
    message = slack.summary(MENU, FIGURES, SUBSCRIPTION, MONDAY)
    kinds = [block["type"] for block in message["blocks"]]
    assert kinds == ["header", "section", "section", "section", "context"]
    header, headline, fields, line, _ = message["blocks"]
    assert header["text"] == {"type": "plain_text", "text": "Spring menu", "emoji": False}
    assert headline["text"]["text"].startswith("*42 scans* yesterday")
    assert [each["text"] for each in fields["fields"]] == [
        "*Last 7 days*\n255 (+12 %)",
        "*Lifetime*\n4,812",
        "*Top country*\nUnited Kingdom (120)",
        "*Top referrer*\nDirect (1,250)",
    ]
    assert line["text"]["text"] == "▃▄▂▅█▇▅  2 to 8 March 2026"


def test_a_weekly_summary_says_the_week() -> None:
    weekly = replace(SUBSCRIPTION, scope=ORGANIZATION, schedule=Schedule(WEEKLY))
    lines = slack.summary(About("Acme"), FIGURES, weekly, MONDAY)["text"].split("\n")
    assert lines[1] == "*255 scans* in the week 2 to 8 March 2026 (+12 % against the 7 days before)"
    assert lines[2].startswith("Yesterday: 42 · Lifetime")
    assert lines[-1].startswith("Weekly summary of the organization")


def test_nothing_at_all_is_said_plainly() -> None:
    campaign = replace(SUBSCRIPTION, scope=CAMPAIGN)
    message = slack.summary(About("Empty"), Figures((0,) * 7, 0, 0), campaign, MONDAY)
    assert "*0 scans* yesterday" in message["text"]
    assert "Last 7 days: 0 (no change) · Lifetime: 0 · Top country: none · Top referrer: none" in message["text"]
    assert "▁▁▁▁▁▁▁" in message["text"]
    _check_limits(message)


def test_what_is_missing_is_told() -> None:
    figures = Figures((0,) * 6 + (1,), 0, 1, bots=1, pending=1, recounting=True)
    text = slack.summary(MENU, figures, SUBSCRIPTION, MONDAY)["text"]
    assert "*1 scan* yesterday" in text
    assert "1 bot left out · 1 scan not counted yet · stored scans are being judged again" in text


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (0, 0, "no change"),
        (5, 0, "new"),
        (0, 5, "-100 %"),
        (5, 5, "±0 %"),
        (1_000, 1_001, "±0 %"),
        (112, 100, "+12 %"),
        (100_000, 1, "+9,999,900 %"),
    ],
)
def test_a_change_is_in_percent(now: int, before: int, said: str) -> None:
    assert slack.change(now, before) == said


@pytest.mark.parametrize(
    ("numbers", "bars"),
    [
        ((), ""),
        ((0, 0, 0), "▁▁▁"),
        ((0, 1, 7), "▁▂█"),
        ((5, 5), "██"),
        ((0, 1, 1_000_000), "▁▂█"),
        (tuple(range(8)), "▁▂▃▄▅▆▇█"),
    ],
)
def test_bars_rise_with_their_numbers_and_any_scan_is_above_none(numbers: tuple[int, ...], bars: str) -> None:
    assert slack.sparkline(numbers) == bars


@pytest.mark.parametrize(
    ("today", "week"),
    [
        ("2026-03-09", "2 to 8 March 2026"),
        ("2026-03-04", "25 February to 3 March 2026"),
        ("2026-01-05", "29 December 2025 to 4 January 2026"),
    ],
)
def test_a_week_is_spelled_as_short_as_can_be(today: str, week: str) -> None:
    assert week in slack.summary(MENU, FIGURES, SUBSCRIPTION, parse_day(today))["text"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("<!channel>", "&lt;!channel&gt;", id="everybody"),
        pytest.param(
            "<@U012> & <https://evil.example|us>", "&lt;@U012&gt; &amp; &lt;https://evil.example|us&gt;", id="all"
        ),
        pytest.param("&lt;", "&amp;lt;", id="what looks escaped already"),
        pytest.param("a\n> quoted\u2028b\r\nc\x00d", "a &gt; quoted b c d", id="line breaks and controls"),
        pytest.param("a\ud800b", "a b", id="a lone surrogate"),
        pytest.param("Frühling 春 🌸", "Frühling 春 🌸", id="any script"),
    ],
)
def test_what_somebody_wrote_is_escaped(text: str, said: str) -> None:
    assert slack.escaped(text) == said
    message = slack.summary(About(text), replace(FIGURES, referrer=Top(text, 3)), SUBSCRIPTION, MONDAY)
    assert all(each not in text for text in _texts(message) for each in ("<!", "<@", "|us>"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a" * 10, "a" * 10),
        ("a" * 11, "a" * 9 + "…"),
        ("&" * 3, "&amp;…"),
        ("🌸" * 5, "🌸" * 5),
        ("🌸" * 6, "🌸" * 4 + "…"),
    ],
)
def test_a_text_is_cut_between_its_characters(text: str, said: str) -> None:
    assert slack.escaped(text, 10) == said


@given(name=st.text(min_size=1), country=st.text(), referrer=st.text(), n=st.integers(0, 10**15))
def test_no_text_is_over_a_limit(name: str, country: str, referrer: str, n: int) -> None:
    figures = Figures((n,) * 7, 1, n, Top(country * 99, n), Top(referrer * 99, n), n, n, recounting=True)
    about = About(f"x{name * 999}", f"https://qz.example/{name * 999}")
    for schedule in (Schedule(), Schedule(WEEKLY)):
        _check_limits(slack.summary(about, figures, replace(SUBSCRIPTION, schedule=schedule), MONDAY))


@pytest.mark.parametrize("character", ["&", "<", "🌸", "a", "\n"])
def test_no_text_of_one_character_is_over_a_limit_either(character: str) -> None:
    long = character * 10_000
    figures = replace(FIGURES, country=Top(long, 1), referrer=Top(long, 1))
    _check_limits(slack.summary(About(f"x{long}", f"https://{long}"), figures, SUBSCRIPTION, MONDAY))
    reached = Event("evt_a", URL_CLICK_THRESHOLD, 0, 1, Reached(replace(LINKED, label=f"x{long}"), 10, 12))
    _check_limits(slack.announcement(reached, "https://qz.example"))
    _check_limits(slack.notice(f"x{long}", [f"x{long}"] * 5))


@pytest.mark.parametrize(
    ("code", "type", "headline"),
    [
        pytest.param(0, URL_CLICK_THRESHOLD, "This link reached *1,000 scans*", id="a link"),
        pytest.param(7, QR_SCAN_THRESHOLD, "QR code qr_7 reached *1,000 scans*", id="a QR code"),
    ],
)
def test_an_announcement_says_what_was_reached(code: int, type: str, headline: str) -> None:
    message = slack.announcement(Event("evt_a", type, 0, 1, Reached(LINKED, 1_000, 1_003, code)), "https://qz.example")
    assert message["text"].split("\n") == [
        "Spring menu",
        headline,
        "<https://qz.example/menu|qz.example/menu>",
        "Scans so far: 1,003",
        "A threshold was reached",
    ]
    _check_limits(message)


def test_a_link_without_a_label_is_called_by_its_slug() -> None:
    event = Event("evt_a", URL_CLICK_THRESHOLD, 0, 1, Reached(replace(LINKED, label=None), 1, 1))
    message = slack.announcement(event, "https://qz.example")
    assert message["blocks"][0]["text"]["text"] == "menu"
    assert "reached *1 scan*" in message["text"]


def test_only_thresholds_are_announced() -> None:
    with pytest.raises(TypeError):
        slack.announcement(Event("evt_a", URL_CREATED, 0, 1, Made(LINKED)), "https://qz.example")


def test_what_was_disabled_is_told_in_plain_lines_and_breaks_no_header() -> None:
    ended = Ended(
        "Acme\r\nBcc: x", "webhook", "wh_7", "hooks.example", "It answered 410\nGone", 0, "PATCH /v1/webhooks/wh_7"
    )
    assert ended.subject == "A webhook to hooks.example was disabled"
    assert replace(ended, host="a\r\nBcc: everybody@example.com" + "b" * 500).subject.isprintable()
    assert len(replace(ended, host="b" * 500).subject) <= 150
    text = ended.text("evt_wh_7_disabled_0")
    for said in (
        "Acme Bcc: x",
        "1970-01-01T00:00:00Z",
        "It answered 410 Gone",
        "PATCH /v1/webhooks/wh_7",
        "evt_wh_7_disabled_0",
    ):
        assert said in text
    assert "\r" not in text
    message = slack.notice(ended.title, ended.lines())
    assert "hooks.example" in message["text"]
    _check_limits(message)

"""Messages for Slack's incoming webhooks: Block Kit, and a text that says the same for whoever shows no blocks.

What people and scans put in is escaped as Slack's page "Formatting text for app surfaces" has it (&, < and > are all
that can make a mention or a link), and cut, so that no text is over Block Kit's limits.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from chalicelib import ids
from chalicelib.core.days import date_of
from chalicelib.core.events import Event, Reached
from chalicelib.core.summaries import CAMPAIGN, DAILY, LINK, ORGANIZATION, Subscription
from chalicelib.core.weeks import WEEK, Figures
from chalicelib.core.windows import Top

Message = dict[str, Any]

MOST_HEADER: Final = 150  # characters (Block Kit reference)
# Of what is put into a text beside others: a name, a host, a reason. Fields take 2,000 in all, other texts 3,000.
MOST_WORD: Final = 300

DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_OF: Final = {ORGANIZATION: "the organization", LINK: "a link", CAMPAIGN: "a campaign"}
_NONE: Final = "none"
_BARS: Final = "▁▂▃▄▅▆▇█"
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CUT: Final = "…"
_ONE_UNIT: Final = "\uffff"  # what comes behind is two characters to whoever counts as JavaScript does
# Line breaks would begin a quote or a list; controls and lone surrogates are no text.
_BLANK: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


class About(NamedTuple):
    """What a message is about: its name, and the short URL of a link, '' for all else."""

    name: str
    url: str = ""


def summary(about: About, figures: Figures, subscription: Subscription, today: int) -> Message:
    """What the days before `today`, a local day, came to."""
    daily = subscription.schedule.frequency == DAILY
    headline, fields = _daily(figures, today) if daily else _weekly(figures, today)
    fields += [
        ("Lifetime", _number(figures.lifetime)),
        ("Top country", _top(figures.country)),
        ("Top referrer", _top(figures.referrer)),
    ]
    line = f"{sparkline(figures.days)}  {_week(today)}"
    return _message(about, headline, fields, line, _notes(figures, subscription))


def announcement(event: Event, base: str) -> Message:
    """That a link, or one of its QR codes, came to a number of scans. Raises TypeError for an event of another kind."""
    reached = event.subject
    if not isinstance(reached, Reached):
        raise TypeError(event.type)
    link = reached.link
    about = About(link.name, f"{base}/{link.slug}")
    what = f"QR code {ids.spell('qr', reached.code)}" if reached.code else "This link"
    headline = f"{what} reached *{_scans(reached.threshold)}*"
    return _message(about, headline, [("Scans so far", _number(reached.total))], "", ["A threshold was reached"])


def notice(title: str, lines: Sequence[str]) -> Message:
    """Something that is not about scans, in some lines."""
    return _message(About(title), "\n".join(escaped(line) for line in lines), [], "", [])


def sparkline(numbers: Sequence[int]) -> str:
    """Numbers as bars, the largest as the highest; the lowest is for nothing alone."""
    top = max(numbers, default=0)
    return "".join(_BARS[max(n * (len(_BARS) - 1) // top, 1) if n else 0] for n in numbers)


def change(now: int, before: int) -> str:
    """How a number differs from the one before, in percent; `new` where there was nothing before."""
    if not before:
        return "new" if now else "no change"
    percent = round(100 * (now - before) / before)
    return f"{percent:+,} %" if percent else "±0 %"


def escaped(text: str, most: int = MOST_WORD) -> str:
    """A text of somebody's as part of one of ours, in one line, with at most so many characters, entities included."""
    spelled = [_ENTITIES.get(character, character) for character in _BLANK.sub(" ", text).strip()]
    lengths = list(accumulate(len(each) + (each > _ONE_UNIT) for each in spelled))
    if not lengths or lengths[-1] <= most:
        return "".join(spelled)
    return "".join(spelled[: bisect_right(lengths, most - len(_CUT))]) + _CUT


def _daily(figures: Figures, today: int) -> tuple[str, list[tuple[str, str]]]:
    headline = f"*{_scans(figures.yesterday)}* yesterday, {_day(today - 1)}"
    return headline, [("Last 7 days", f"{_number(figures.week)} ({change(figures.week, figures.before)})")]


def _weekly(figures: Figures, today: int) -> tuple[str, list[tuple[str, str]]]:
    compared = f"{change(figures.week, figures.before)} against the 7 days before"
    headline = f"*{_scans(figures.week)}* in the week {_week(today)} ({compared})"
    return headline, [("Yesterday", _number(figures.yesterday))]


def _notes(figures: Figures, subscription: Subscription) -> list[str]:
    schedule = subscription.schedule
    kind = f"{schedule.frequency.capitalize()} summary of {_OF[subscription.scope]}, days in {schedule.time_zone}"
    notes = [kind, f"{_counted(figures.bots, 'bot')} left out"]
    if figures.pending:
        notes.append(f"{_scans(figures.pending)} not counted yet")
    if figures.recounting:
        notes.append("stored scans are being judged again")
    return notes


def _message(about: About, headline: str, fields: list[tuple[str, str]], line: str, notes: list[str]) -> Message:
    link = _link(about.url) if about.url else ""
    said = "\n".join(filter(None, (headline, link)))
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": escaped(about.name, MOST_HEADER), "emoji": False}},
        {"type": "section", "text": _mrkdwn(said)},
    ]
    if fields:
        blocks.append({"type": "section", "fields": [_mrkdwn(f"*{name}*\n{value}") for name, value in fields]})
    if line:
        blocks.append({"type": "section", "text": _mrkdwn(line)})
    if notes:
        blocks.append({"type": "context", "elements": [_mrkdwn(" · ".join(notes))]})
    listed = " · ".join(f"{name}: {value}" for name, value in fields)
    text = "\n".join(filter(None, (escaped(about.name), said, listed, line, " · ".join(notes))))
    # Unfurled, a short URL would be fetched, and be one more bot to leave out.
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _mrkdwn(text: str) -> dict[str, Any]:
    """`verbatim`, or Slack would look for channels and people to mention in it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _link(url: str) -> str:
    shown = url.split("://")[-1]
    return f"<{escaped(url)}|{escaped(shown)}>"


def _top(top: Top | None) -> str:
    return f"{escaped(top.value)} ({_number(top.scans)})" if top else _NONE


def _number(n: int) -> str:
    return f"{n:,}"


def _counted(n: int, what: str) -> str:
    return f"{_number(n)} {what}{'' if n == 1 else 's'}"


def _scans(n: int) -> str:
    return _counted(n, "scan")


def _day(day: int) -> str:
    date = date_of(day)
    return f"{DAY_NAMES[date.weekday()]} {date.day} {MONTH_NAMES[date.month - 1]} {date.year}"


def _week(today: int) -> str:
    """The seven days before one: `2 to 8 March 2026`."""
    first, last = (date_of(day) for day in (today - WEEK, today - 1))
    begins = [str(first.day)]
    if first.month != last.month:
        begins.append(MONTH_NAMES[first.month - 1])
    if first.year != last.year:
        begins.append(str(first.year))
    return f"{' '.join(begins)} to {last.day} {MONTH_NAMES[last.month - 1]} {last.year}"

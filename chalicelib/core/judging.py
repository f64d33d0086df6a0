"""What a scan turned out to be: device, system, browser, app, scan method, human or bot.

Verdicts are kept with the version of the rules that made them and the signs that these go by. A verdict stays as it
is until somebody asks for it anew; what its organization left out as a test of its own is in no total either way.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from chalicelib.core import agents
from chalicelib.core.days import DAY_MS
from chalicelib.core.scans import Facts, Scan

# Beside the reasons of `agents.bot_reason`: a scan by the organization itself, trying out its link; and one of which
# nothing is known any more.
OWN_TEST: Final = "own_test"
UNJUDGED: Final = "unjudged"

# The spill queue keeps a scan for 14 days; a late copy must find its scan there, or it would be counted again.
LEAST_KEPT_DAYS: Final = 15

Span = tuple[int, int]  # from a time to just before another, in milliseconds


class Terms(NamedTuple):
    """What their owner decided about a link's scans: which spans are tests, how long raw scans are kept, and since when
    those without a marker are its first QR code's."""

    left_out: tuple[Span, ...] = ()
    keep_days: int | None = None
    marked_ms: int | None = None

    def leaves_out(self, ms: int) -> bool:
        return any(first <= ms < end for first, end in self.left_out)

    def marks(self, ms: int) -> bool:
        """Whether a scan of a time that carries no marker is the first QR code's."""
        return self.marked_ms is not None and ms >= self.marked_ms

    def expires(self, ms: int) -> int | None:
        """When a scan of a time may be deleted, in Unix seconds; None for never."""
        if self.keep_days is None:
            return None
        return (ms + max(self.keep_days, LEAST_KEPT_DAYS) * DAY_MS) // 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """A scan's facts with all that was judged. `signs` and `rules` are what a bot's verdict was made of and by."""

    facts: Facts
    signs: str
    rules: int


class Damaged(Exception):
    """What is stored of a scan cannot be read."""


def judged(scan: Scan, terms: Terms, anew: bool = False) -> Verdict:
    """The verdict over a scan; `anew` judges by today's rules what was judged before. Raises Damaged."""
    if scan.damaged:
        raise Damaged
    verdict = _first_verdict(scan) or _next_verdict(scan, anew)
    if terms.marks(scan.key.ms) and not scan.facts.marker:
        verdict = replace(verdict, facts=verdict.facts._replace(marker=1))
    if terms.leaves_out(scan.key.ms):
        return replace(verdict, facts=verdict.facts._replace(bot=OWN_TEST))
    return verdict


def judged_by_signs(scan: Scan) -> Verdict | None:
    """Whether a scan that was never judged is of a bot, and no more: for when judging fails. None without signs."""
    if scan.unjudged is None:
        return None
    signs = agents.signs(scan.unjudged.user_agent)
    return Verdict(scan.facts._replace(bot=agents.bot_reason(signs)), _spelled(signs), agents.RULES)


def _first_verdict(scan: Scan) -> Verdict | None:
    raw = scan.unjudged
    if raw is None:
        return None
    agent = agents.judge(raw.user_agent, raw.device_hint)
    method, app = agents.scan_method(raw.via, scan.facts.referrer, agent)
    facts = scan.facts._replace(
        device=agent.device,
        os=agent.os,
        browser=agent.browser,
        method=method,
        app=app,
        bot=agent.bot,
    )
    return Verdict(facts, _spelled(agent.signs), agents.RULES)


def _next_verdict(scan: Scan, anew: bool) -> Verdict:
    """As it was judged before, or by its signs. A scan without rules was set aside before it could be judged, and has
    lost its user agent: nobody can tell who that was."""
    known = scan.facts.bot
    if not scan.rules:
        return Verdict(scan.facts._replace(bot=UNJUDGED), "", 0)
    if anew or known == OWN_TEST:
        bot = agents.bot_reason(scan.signs.split())
        return Verdict(scan.facts._replace(bot=bot), scan.signs, agents.RULES)
    return Verdict(scan.facts, scan.signs, scan.rules)


def _spelled(signs: Iterable[str]) -> str:
    return " ".join(sorted(signs))

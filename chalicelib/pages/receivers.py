"""How posting to a receiver goes, in plain words: of webhooks and of summaries."""

from typing import NamedTuple

from chalicelib.core.breaker import Health
from chalicelib.core.endpoints import DISABLED, PAUSED
from chalicelib.pages.rendering import moment


class Fares(NamedTuple):
    """How a receiver fares: in a word, how good that is (good, warn or bad), and in a sentence.

    `since_ms` is since when it fails, None while it does not.
    """

    word: str
    kind: str
    sentence: str
    since_ms: int | None = None


def fares(status: str, disabled_for: str, disabled_ms: int | None, health: Health, now_ms: int) -> Fares:
    """How a receiver fares now, by its status and what is known of its health."""
    if status == DISABLED:
        since = f" on {_time(disabled_ms)}" if disabled_ms else ""
        return Fares(
            "Disabled", "bad", f"We stopped posting to it{since}. {disabled_for}. Resume it when it is mended."
        )
    if status == PAUSED:
        sentence = (
            "Nothing is posted to it. What happens meanwhile is kept for 30 days, and sent again by a replay only."
        )
        return Fares("Paused", "warn", sentence)
    return _active(health, now_ms)


def _active(health: Health, now_ms: int) -> Fares:
    breaker = health.breaker(now_ms)
    if breaker == "open":
        sentence = f"Too much failed, so nothing is sent until {_time(health.open_until_ms)}. Nothing is lost by it."
        return Fares("Resting", "bad", sentence, health.failing_since_ms)
    if breaker == "half-open":
        sentence = "It was left alone for a while. The next delivery is a trial: if it succeeds, all others follow."
        return Fares("On trial", "warn", sentence, health.failing_since_ms)
    if health.failures:
        times = "attempt" if health.failures == 1 else f"{health.failures} attempts"
        sentence = f"The last {times} failed. Each delivery is tried ten times, over three days."
        return Fares("Failing", "warn", sentence, health.failing_since_ms)
    if health.is_slow(now_ms):
        return Fares("Slow", "warn", "It took long to answer lately, so what it gets comes later; nobody else waits.")
    return Fares("Well", "good", "Nothing that was due failed lately. What is tried by hand does not count here.")


def _time(ms: int | None) -> str:
    return "" if ms is None else f"{moment(ms)} UTC"

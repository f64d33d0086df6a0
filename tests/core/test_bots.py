"""Bots: the quick look decides as isbot's one expression does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from is_bot import Bots

from chalicelib.core.bots import quick
from infra import people
from tests.e2e import agents

SLOW = Bots()
QUICK = quick(SLOW)
PEOPLE = [agent for module in (agents, people) for agent in vars(module).values() if isinstance(agent, str)]
# What patterns are made of: so texts that are made of these fit them often, and nearly fit them more often.
PIECES = sorted({*SLOW.patterns, *PEOPLE, *" /;.|()[]-_@19aZ\n", "Mozilla/5.0", "compatible", "K", "ſ", "é"})


def test_what_it_goes_by_is_of_lower_case_and_plain_letters() -> None:
    """A text's lower case is held against the patterns: one with a capital letter would never fit."""
    assert {pattern for pattern in SLOW.patterns if pattern != pattern.lower() or not pattern.isascii()} == set()


@pytest.mark.parametrize("user_agent", sorted({*PEOPLE, *SLOW.patterns}))
def test_every_agent_and_every_pattern_as_a_text_is_judged_the_same(user_agent: str) -> None:
    for text in (user_agent, user_agent.upper(), f"x {user_agent}", user_agent.replace("\\", "").replace("b", "")):
        assert QUICK.is_bot(text) == SLOW.is_bot(text), text


@given(st.lists(st.sampled_from(PIECES), max_size=6), st.sampled_from(["", " ", "/"]))
def test_whatever_is_put_together_is_judged_the_same(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    assert QUICK.is_bot(text) == SLOW.is_bot(text)


@pytest.mark.parametrize(
    ("pattern", "text", "bot"),
    [
        pytest.param("^a|b", "xb", True, id="an alternative need not stand at the beginning"),
        pytest.param("^(?:a|b)", "xb", False, id="one within a group must"),
        pytest.param("^[|a]", "xa", False, id="nor is one within a class any"),
        pytest.param("word", "a WORD of it", True, id="a word anywhere, in capitals"),
        pytest.param(r"\bword\b", "swords", False, id="a word by itself"),
    ],
)
def test_patterns_are_looked_for_where_they_may_stand(pattern: str, text: str, bot: bool) -> None:
    only = Bots([pattern])
    assert (quick(only).is_bot(text), only.is_bot(text)) == (bot, bot)

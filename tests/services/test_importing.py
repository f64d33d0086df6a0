"""Importing: which rows become links, what a repeat does, and who hears of it."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from chalicelib.core.foreign_links import ForeignLink
from chalicelib.errors import Unavailable
from chalicelib.services import accounts, analytics, importing, links, reports
from chalicelib.services.importing import Plan, Refused
from chalicelib.services.links import Edit
from chalicelib.store import links as stored
from tests.services.account import Account, new_account
from tests.world import World, now_ms

OWN = {"qz.example"}


def row(slug: str, destination: str = "https://example.com/a", line: int = 2, visits: int = 5) -> ForeignLink:
    return ForeignLink(f"line {line}", slug, destination, visits=visits, created_ms=1_400_000_000_000 + line)


def brought(account: Account, rows: Iterable[ForeignLink | Refused]) -> Plan:
    plan = importing.plan(account.caller.organization, list(rows), OWN, now_ms())
    list(importing.write(account.caller.organization, plan.new, now_ms()))
    importing.credit(plan.credited, now_ms())
    return plan


def test_a_link_keeps_its_slug_its_time_and_its_visits(world: World) -> None:
    account = new_account()
    given = replace(row("Menu_1"), label="Menu", tags=("print",), expires_ms=1_500_000_000_000)
    [made] = brought(account, [given]).new
    [found] = [link for link in stored.newest_first(account.organization, None) if link.slug == "menu_1"]
    assert (found.label, found.details.tags, found.imported) == ("Menu", ("print",), 5)
    assert (found.created_ms, found.expires_ms, found.state(now_ms())) == (
        given.created_ms,
        given.expires_ms,
        "expired",
    )
    assert found.counted_from_ms > made.created_ms


def test_it_is_checked_as_every_new_link_is(world: World) -> None:
    account = new_account()
    account_slug = account.link.slug
    refused = brought(
        account,
        [
            row("loop", "https://qz.example/x", 2),
            row("bad", "javascript:alert(1)", 3),
            row("docs", line=4),
            row("deep/path", line=5),
            row("x" * 51, line=6),
            row(account_slug, "https://example.com/other", 7),
            Refused("line 8", "visits: many is no number of visits"),
        ],
    ).refused
    assert [one.place for one in refused] == [f"line {n}" for n in range(2, 9)]
    said = [one.problem for one in refused]
    assert said[0] == "destination: leads back to this service"
    assert said[1] == "destination: must be an absolute http or https URL"
    assert said[2] == "slug: docs is reserved"
    assert said[3].startswith("slug: must be 1 to 50 letters, digits, hyphens and underscores") and said[4] == said[3]
    assert said[5] == f"slug: {account_slug} is there already, and leads to https://example.com/"


def test_capitals_that_alone_tell_two_slugs_apart_are_reported(world: World) -> None:
    plan = brought(
        new_account(),
        [row("aB"), row("Ab", "https://example.com/b", 3), row("AB", line=4), row("aB", "https://example.com/c", 5)],
    )
    assert [link.slug for link in plan.new] == ["ab"]
    assert (plan.there, plan.joined) == (0, 1)
    assert plan.refused == [
        Refused("line 3", "slug: Ab differs from aB of line 2 by capitals alone, which mean nothing here"),
        Refused("line 5", "slug: aB is that of line 2 too, which leads elsewhere"),
    ]


def test_visits_of_rows_that_are_one_link_here_are_added_up(world: World) -> None:
    first, again = row("aB", visits=100), row("aB", visits=100)
    plan = brought(new_account(), [first, replace(again, place="line 3"), row("AB", line=4, visits=7), again])
    assert [(link.slug, link.imported) for link in plan.new] == [("ab", 107)]
    assert (plan.there, plan.joined, plan.refused) == (0, 3, [])


def test_where_a_link_leads_with_its_parameters_and_its_pause_are_kept(world: World) -> None:
    account = new_account()
    given = replace(row("menu"), utm=(("utm_source", "poster"),), status="paused", pause_until_ms=now_ms() + 60_000)
    other = replace(given, place="line 3", utm=(("utm_source", "flyer"),))
    plan = brought(account, [given, other])
    [menu] = plan.new
    assert (menu.location, menu.pause_until_ms) == ("https://example.com/a?utm_source=poster", given.pause_until_ms)
    assert [one.place for one in plan.refused] == ["line 3"]
    assert brought(account, [replace(given, utm=())]).there == 1
    [refused] = brought(account, [other]).refused
    assert refused.problem == "slug: menu is there already, and leads to https://example.com/a?utm_source=poster"


def test_the_same_import_again_changes_nothing(world: World) -> None:
    account, rows = new_account(), [row(f"code-{n}", line=n) for n in range(2, 72)]
    assert len(brought(account, rows[:40]).new) == 40  # cut off there
    second = brought(account, rows)
    assert (len(second.new), second.there, second.refused) == (30, 40, [])
    before = world.items("objects")
    third = brought(account, rows)
    assert (third.new, third.there, third.refused) == ([], 70, [])
    assert world.items("objects") == before


def test_slugs_of_others_and_those_that_were_given_out_once_stay_theirs(world: World) -> None:
    account, other = new_account(), new_account("Bolt")
    links.delete(account.caller, str(account.link.number), now_ms())
    plan = brought(account, [row(other.link.slug, line=2), row(account.link.slug, line=3)])
    assert [one.problem for one in plan.refused] == [
        f"slug: {other.link.slug} is taken",
        f"slug: {account.link.slug} was given out once, and never is again",
    ]


def test_a_slug_that_is_taken_meanwhile_ends_the_import_and_the_next_one_goes_on(world: World) -> None:
    account, rows = new_account(), [row("first"), row("second", line=3)]
    plan = importing.plan(account.caller.organization, rows, OWN, now_ms())
    brought(account, rows[:1])
    with pytest.raises(Unavailable):
        list(importing.write(account.caller.organization, plan.new, now_ms()))
    assert [link.slug for link in brought(account, rows).new] == ["second"]


def test_visits_are_in_the_total_of_all_time_and_in_nothing_else(world: World) -> None:
    account = new_account()
    brought(account, [row("menu", visits=100)])
    [menu] = [link for link in stored.newest_first(account.organization, None) if link.slug == "menu"]
    assert reports.scans_ever(account.caller, menu) == 100
    replace(account, link=menu).scan(now_ms() - 1_000)
    counted = analytics.lifetimes(account.organization, [menu.number])[menu.number]
    assert counted == {}
    edited = links.edit(account.caller, str(menu.number), Edit(frozenset({"label"}), label="New"), now_ms())
    assert (edited.slug, edited.imported) == ("menu", 100)


def test_a_link_that_somebody_made_by_hand_gets_its_visits_once(world: World) -> None:
    account = new_account()
    given = row(account.link.slug, account.link.destination, visits=40)
    assert [link.number for link in brought(account, [given]).credited] == [account.link.number]
    assert links.get(account.caller, str(account.link.number)).imported == 40
    again = brought(account, [replace(given, visits=90)])
    assert (again.credited, again.there) == ([], 1)
    assert reports.scans_ever(account.caller, links.get(account.caller, str(account.link.number))) == 40


def test_it_counts_for_no_limit(world: World) -> None:
    account = new_account()
    brought(account, [row(f"code-{n}", line=n) for n in range(2, 60)])
    kinds = {item["sk"]["S"].split("#")[0] for item in world.items("objects")}
    assert not kinds & {"creates", "usage"}
    assert accounts.organization(account.caller).plan == "enterprise"

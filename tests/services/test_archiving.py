"""The archive of an organization: what is in it, that its numbers hold, and what must not be in it."""

import csv
import io
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from zipfile import ZipFile

import pytest

from chalicelib import ids
from chalicelib.core.days import iso_day, iso_time
from chalicelib.core.foreign_links import ForeignLink
from chalicelib.core.places import Span
from chalicelib.core.scans import Scan
from chalicelib.core.windows import Window
from chalicelib.services import (
    accounts,
    analytics,
    archiving,
    campaigns,
    clients,
    counting,
    importing,
    links,
    qr_codes,
    webhooks,
)
from chalicelib.services.archiving import Wanted
from chalicelib.services.links import Edit
from chalicelib.services.qr_codes import NewQrCode
from chalicelib.store import scans, spreads
from tests.e2e.agents import GOOGLEBOT
from tests.services.account import Account, new_account
from tests.world import World, now_ms

BASE = "https://qz.example"


class Archive:
    """An archive that was written."""

    def __init__(self, account: Account, report: archiving.Report = lambda _: None, **wanted: object) -> None:
        self.file = io.BytesIO()
        organization = accounts.organization(account.caller)
        what = Wanted(organization, BASE, "1.2.3", now_ms(), **wanted)  # type: ignore[arg-type]
        archiving.write(self.file, what, report)
        self.zip = ZipFile(self.file)

    def text(self, name: str) -> str:
        return self.zip.read(name).decode()

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text(name), newline="")))

    def scans(self) -> Iterator[dict[str, str]]:
        for name in self.zip.namelist():
            if name.startswith("scans/"):
                yield from self.rows(name)


@pytest.fixture
def account(world: World) -> Account:
    """A link with scans over three days, the newest pending, one of a second QR code, two of bots, and a campaign."""
    account = new_account()
    client = clients.create(account.caller, clients.Edit("Bikes"), now_ms())
    spelled = str(account.link.number)
    campaigns.create(account.caller, campaigns.Edit("=Posters", client.number, (spelled,)), now_ms())
    for _ in range(2):
        new = NewQrCode(BASE, (), link=spelled)
        qr_codes.create(account.caller, new, now_ms(), lambda _: "")
    qr_codes.create(account.caller, NewQrCode(BASE, (), payload="WIFI:S:guest;;"), now_ms(), lambda _: "")
    account = replace(account, link=links.get(account.caller, spelled))
    for days, visitor in ((35, "a"), (2, "a"), (2, "b"), (1, "c")):
        account.scan(account.days_ago(days), visitor)
    account.scan(account.days_ago(1), "bot", GOOGLEBOT)
    account.scan(now_ms(), "bot", GOOGLEBOT)
    account.scan(now_ms() - 1_000, "d")
    analytics.link_report(account.organization, account.link.number, Window(0, -1), now_ms())
    old = [scan for days in (35, 2, 1) for scan in _pending(account, days)]
    counting.settle(old)
    return account


def _pending(account: Account, days: int) -> list[Scan]:
    since = account.days_ago(days + 1)
    return scans.pending_since(account.organization, account.link.number, range(1), since, now_ms())


def test_its_numbers_are_those_of_the_product(account: Account) -> None:
    archive = Archive(account)
    today = now_ms() // 86_400_000
    report = analytics.link_report(account.organization, account.link.number, Window(0, today), now_ms())
    [link] = archive.rows("links.csv")
    assert (int(link["counted_scans"]), int(link["total_scans"]), int(link["unique_visitors"])) == (5, 5, 4)
    assert report.total == 5
    daily = archive.rows("rollups/daily.csv")
    assert {row["day"]: int(row["total"]) for row in daily} == {
        iso_day(day): sum(rollup.get("total", {}).values()) for day, rollup in report.days.items()
    }
    assert sum(int(row["bots"]) for row in daily) == 2
    of_all = archive.rows("rollups/organization.csv")
    assert sum(int(row["total"]) for row in of_all) == sum(int(row["total"]) for row in daily) == 5
    countries = [row for row in archive.rows("rollups/dimensions.csv") if row["dimension"] == "country"]
    assert sum(int(row["count"]) for row in countries) == 5
    assert {row["value"] for row in countries} == {"GB"}


def test_it_has_every_raw_scan_with_its_verdict_by_month(account: Account) -> None:
    archive = Archive(account)
    found = list(archive.scans())
    verdicts = [row["verdict"] for row in found]
    assert (verdicts.count("human"), verdicts.count("bot"), len(verdicts)) == (5, 2, 7)
    for name in archive.zip.namelist():
        if name.startswith("scans/"):
            assert {row["scanned_at"][:7] for row in archive.rows(name)} == {name[6:13]}
    assert {(row["slug"], row["country"]) for row in found} == {(account.link.slug, "GB")}


@pytest.mark.parametrize("step", ["what is counted", "scans/"])
def test_slots_that_a_link_gets_while_it_is_written_are_read_too(account: Account, step: str) -> None:
    def spread(said: str) -> None:
        if said.startswith(step) and spreads.slots(account.organization, account.link.number) == 1:
            spreads.raise_slots(account.organization, account.link, 2)
            account.scan(now_ms() - 500, "e", slot=1)

    archive = Archive(account, report=spread)
    assert sum(row["verdict"] != "bot" for row in archive.scans()) == 6
    assert [int(row["total_scans"]) for row in archive.rows("links.csv")] == [6 if step == "what is counted" else 5]


def test_a_span_cuts_scans_and_days(account: Account) -> None:
    first_ms = account.days_ago(3)
    archive = Archive(account, span=Span(first_ms, archiving.ALWAYS.end_ms))
    assert sum(row["verdict"] == "human" for row in archive.scans()) == 4
    assert min(row["day"] for row in archive.rows("rollups/daily.csv")) >= iso_day(first_ms // 86_400_000)
    months = {name[6:13] for name in archive.zip.namelist() if name.startswith("scans/")}
    assert min(months) >= iso_day(first_ms // 86_400_000)[:7]  # no file of a month that it does not touch
    assert [row["total_scans"] for row in archive.rows("links.csv")] == ["5"]
    assert f"from {iso_time(first_ms)} only" in archive.text("README.txt")


def test_links_say_whose_they_are_and_what_was_imported(account: Account) -> None:
    rows = [ForeignLink("line 2", "menu", "https://example.com/menu", "Menu", ("a", "b"), visits=70)]
    plan = importing.plan(account.caller.organization, rows, (), now_ms())
    list(importing.write(account.caller.organization, plan.new, now_ms()))
    archive = Archive(account)
    own, menu = archive.rows("links.csv")
    [campaign] = archive.rows("campaigns.csv")
    [client] = archive.rows("clients.csv")
    assert (own["campaign_id"], campaign["client_id"]) == (campaign["id"], client["id"])
    assert campaign["name"] == "'=Posters"  # no formula
    assert (menu["slug"], menu["tags"], menu["imported_visits"], menu["total_scans"]) == ("menu", "a|b", "70", "70")
    exact = json.loads(archive.text("links.json"))
    assert [link["slug"] for link in exact] == [own["slug"], "menu"]
    assert exact[1]["tags"] == ["a", "b"]


def test_pictures_are_drawn_as_they_look(account: Account) -> None:
    archive = Archive(account, images=("svg", "png"))
    pictures = {name for name in archive.zip.namelist() if name.startswith("images/")}
    codes = [row["id"] for row in archive.rows("qr_codes.csv")]
    stems = {f"images/links/{account.link.slug}", *(f"images/qr-codes/{code}" for code in codes)}
    assert pictures == {f"{stem}.{form}" for stem in stems for form in ("svg", "png")}
    assert archive.zip.read(f"images/links/{account.link.slug}.png").startswith(b"\x89PNG")
    assert len(codes) == 3


def test_it_has_a_redirect_map(account: Account) -> None:
    links.edit(account.caller, str(account.link.number), Edit(frozenset({"redirect_type"}), redirect_type=301), 1)
    rules = Archive(account).text("redirects/rules/_redirects").splitlines()
    slug = account.link.slug
    assert f"/{slug} https://example.com/ 301" in rules
    assert f"/{slug.upper()}.2 https://example.com/ 301" in rules


def test_nothing_in_it_is_a_secret_or_a_hash(account: Account) -> None:
    endpoint = webhooks.NewEndpoint("https://hooks.example/in", ["scan.created"], ())
    secret = webhooks.create(account.caller, endpoint, now_ms()).secret
    account.scan(now_ms() - 1_000, "5f1d4e0c9a7b")
    archive = Archive(account)
    everything = b"".join(archive.zip.read(name) for name in archive.zip.namelist())
    key = accounts.organization(account.caller).hashing_key
    assert "https://hooks.example/in" in archive.text("webhooks.json")
    for hidden in (secret.encode(), b"5f1d4e0c9a7b", key, key.hex().encode(), b64encode(key)):
        assert hidden not in everything
    assert not {"address", "agent"} & next(archive.scans()).keys()


def test_the_readme_describes_every_table_there_is(account: Account) -> None:
    archive = Archive(account)
    readme = archive.text("README.txt")
    assert readme.startswith("Everything that Quietzone 1.2.3 held of Acme at ")
    for name in archive.zip.namelist():
        if name.endswith(".csv") and not name.startswith("redirects/"):
            title = "scans/<month>.csv" if name.startswith("scans/") else name
            section = readme.split(f"\n{title}\n")[1].split("\n\n")[0]
            described = [line.strip().split(":")[0] for line in section.splitlines()]
            assert described == archive.text(name).splitlines()[0].split(","), name
    assert ids.spell("org", account.organization) in archive.text("organization.json")

"""Many links at once, as somebody sees it."""

import csv
import io
import re
from html import unescape
from zipfile import ZipFile

import pytest

from chalicelib import ids
from chalicelib.core.links import Link
from chalicelib.services import bundling, campaigns, links
from tests.pages.browsing import BASE, Browser, Seen, new_browser
from tests.pages.test_links import once, seed
from tests.world import World, now_ms

PATH = "/dashboard/links/bulk"
LIST = "https://example.com/1, Table 1, table-1\nexample.com/2, Table 2\nhttps://example.com/3\n"
HOSTILE = "<script>alert(1)</script>"


def shown_list(seen: Seen) -> str:
    """What a page would make."""
    found = re.search(
        r'action="[^"]*/bulk/make">.*?<textarea name="links" hidden[^>]*>(.*?)</textarea>', seen.text, re.S
    )
    assert found
    return unescape(found[1])


def ids_of(seen: Seen) -> str:
    found = re.search(r'name="ids" value="([^"]+)"', seen.text)
    assert found
    return found[1]


def make(browser: Browser, text: str) -> Seen:
    """Paste a list, look it over, and make it."""
    looked = browser.post(PATH, {"links": text})
    return browser.post(f"{PATH}/make", {"links": shown_list(looked), "once": once(looked)})


def all_links(browser: Browser) -> dict[str, Link]:
    assert browser.caller
    return {link.slug: link for link in links.page(browser.caller, 500, None).links}


def test_nothing_is_made_before_a_list_was_looked_over(browser: Browser) -> None:
    seen = browser.post(PATH, {"links": LIST})
    assert "3 links, all of them fine. Nothing is created yet." in seen.words
    assert "https://example.com/2" in seen.words
    assert all_links(browser) == {}


def test_a_list_is_made_and_shown_with_its_short_urls(browser: Browser) -> None:
    seen = make(browser, LIST)
    assert (seen.status, "3 links created" in seen.words) == (200, True)
    made = all_links(browser)
    assert (made["table-1"].destination, made["table-1"].label) == ("https://example.com/1", "Table 1")
    assert all(slug in seen.text for slug in made)
    assert sorted(str(link.label) for link in made.values()) == ["None", "Table 1", "Table 2"]


def test_a_list_that_is_sent_twice_is_made_once(browser: Browser) -> None:
    looked = browser.post(PATH, {"links": LIST})
    form = {"links": shown_list(looked), "once": once(looked)}
    first, second = (browser.post(f"{PATH}/make", form) for _ in range(2))
    assert ids_of(first) == ids_of(second)
    assert len(all_links(browser)) == 3


def test_each_line_says_what_is_wrong_with_it(browser: Browser) -> None:
    seed(browser, "taken")
    text = f"""url,title,keyword
https://example.com/,Fine,fine
javascript:alert(1),Bad,
https://example.com/,Taken,taken
https://example.com/,Twice,FINE
https://example.com/,Slug,a b
https://example.com/,{"x" * 201},
,{HOSTILE},
"""
    seen = browser.post(PATH, {"links": text})
    verdicts = [unescape(it) for it in re.findall(r'<span class="problem">([^<]*)<', seen.text)]
    assert verdicts == [
        "Destination: must be an absolute http or https URL",
        "Slug: taken is taken",
        "Slug: fine is the slug of line 2 too",
        "Slug: must be 3 to 50 letters, digits and hyphens, no hyphen at either end",
        "Label: must be at most 200 characters, in one line",
        "Destination: must be an absolute http or https URL",
    ]
    assert "6 of 7 lines cannot be used" in seen.words
    assert HOSTILE not in seen.text
    make(browser, text)
    assert set(all_links(browser)) == {"taken", "fine"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Paste at least one line."),
        (" \n\n", "Paste at least one line."),
        ("https://example.com/\n" * 501, "Must be at most 500 links at once; these are 501."),
        ("https://example.com/,a,b,c", "Line 1 has more than destination, label, slug"),
        ('https://example.com/,"a', "Line 1 cannot be read as CSV"),
    ],
    ids=["nothing", "empty lines", "too many", "too many columns", "no CSV"],
)
def test_what_is_no_list_is_said_and_stays_typed(browser: Browser, text: str, message: str) -> None:
    seen = browser.post(PATH, {"links": text})
    assert (seen.status, message in seen.words) == (400, True)
    assert text.strip()[:20] in seen.words


def test_a_slug_that_was_taken_meanwhile_stops_the_list_before_anything_is_made(browser: Browser) -> None:
    looked = browser.post(PATH, {"links": LIST})
    seed(browser, "table-1")
    seen = browser.post(f"{PATH}/make", {"links": shown_list(looked), "once": once(looked)})
    assert (seen.status, "Slug: table-1 is taken" in seen.words) == (409, True)
    assert set(all_links(browser)) == {"table-1"}


def test_what_could_not_be_made_can_be_made_later(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"https://example.com/{n},,bulk-{n:03}\n" for n in range(40))
    looked = browser.post(PATH, {"links": text})
    with monkeypatch.context() as patched:
        patched.setattr("chalicelib.services.bulk.LONGEST_SECONDS", -1.0)
        seen = browser.post(f"{PATH}/make", {"links": shown_list(looked), "once": once(looked)})
    assert "8 could not be created" in seen.words
    rest = browser.post(f"{PATH}/make", {"links": shown_list(seen), "once": once(seen)})
    assert "8 links created" in rest.words
    assert len(all_links(browser)) == 40


def test_all_of_a_list_may_go_into_a_campaign(browser: Browser) -> None:
    assert browser.caller
    campaign = campaigns.create(browser.caller, campaigns.Edit("Tables"), now_ms())
    spelled = ids.spell("camp", campaign.number)
    looked = browser.post(PATH, {"links": LIST, "campaign": spelled})
    assert f'name="campaign" value="{spelled}"' in looked.text
    browser.post(f"{PATH}/make", {"links": shown_list(looked), "once": once(looked), "campaign": spelled})
    assert {link.campaign for link in all_links(browser).values()} == {campaign.number}
    assert "There is no such campaign" in browser.post(PATH, {"links": LIST, "campaign": "camp_zz"}).words


def is_kept_back(got: Seen) -> bool:
    """Whether nobody keeps a copy of a file, nor takes it for a page."""
    headers = got.headers
    return (headers["cache-control"], headers["x-content-type-options"]) == ("private, no-store", "nosniff")


def test_a_table_of_what_was_made_is_no_formula(browser: Browser) -> None:
    seen = make(browser, "https://example.com/,=HYPERLINK(1),sum\nhttps://example.com/2,Plain\n")
    other = seed(new_browser("Other"))
    got = browser.post(f"{PATH}/table", {"ids": f"{ids_of(seen)} {other.number}"})
    assert got.headers["content-disposition"] == 'attachment; filename="links.csv"'
    assert is_kept_back(got)
    heading, first, second = csv.reader(io.StringIO(got.text))
    assert heading == ["id", "short_url", "destination", "label"]
    assert first[1:] == [f"{BASE}/sum", "https://example.com/", "'=HYPERLINK(1)"]
    assert second[3] == "Plain"


def test_their_qr_codes_come_in_a_zip(browser: Browser) -> None:
    got = browser.post(f"{PATH}/images", {"ids": ids_of(make(browser, LIST))})
    assert got.headers["content-type"] == "application/zip"
    assert is_kept_back(got)
    assert sorted(name.rpartition(".")[2] for name in ZipFile(io.BytesIO(got.body)).namelist()) == ["csv", *["svg"] * 3]


def test_many_qr_codes_are_drawn_by_a_job(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = make(browser, LIST)
    monkeypatch.setattr(bundling, "MOST_BYTES", 10)
    answer = browser.post(f"{PATH}/images", {"ids": ids_of(seen)})
    assert re.fullmatch(rf"{PATH}/images/\d+", answer.location)
    assert "3 pictures take a while" in browser.get(answer.location).words
    assert browser.caller
    number = int(answer.location.rpartition("/")[2])
    assert bundling.bundle(browser.caller.organization.number, number, now_ms(), lambda: False)
    assert "Your QR codes are ready" in browser.get(answer.location).words
    assert new_browser("Other").get(answer.location).status == 404
    assert browser.get(f"{PATH}/images/x").status == 404


def test_nobody_takes_away_the_codes_of_others(browser: Browser) -> None:
    theirs = seed(new_browser("Other"))
    assert browser.post(f"{PATH}/images", {"ids": str(theirs.number)}).status == 404
    assert browser.post(f"{PATH}/table", {"ids": ""}).status == 400


@pytest.fixture(autouse=True)
def _fresh(world: World) -> None:
    """Every test has tables of its own."""

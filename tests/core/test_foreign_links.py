"""What other services export, read row by row."""

from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import foreign_links, foreign_tables
from chalicelib.core.days import iso_time
from chalicelib.core.foreign_links import ForeignLink
from chalicelib.core.foreign_tables import Row
from chalicelib.errors import InvalidRequest

EXPORTS = Path(__file__).parent.parent / "exports"


def links(name: str) -> list[ForeignLink | str]:
    """The rows of one of the exports; of those that cannot be read, what is said."""
    rows = foreign_tables.rows((EXPORTS / name).read_bytes())
    format = foreign_links.recognised(rows)
    found: list[ForeignLink | str] = []
    for row in rows:
        try:
            found.append(foreign_links.read(row, format))
        except InvalidRequest as error:
            found.append(f"{row.place}: {error.message}")
    return found


def one(**cells: Any) -> ForeignLink:
    row = Row("line 2", {"shortcode": "a", "longurl": "https://example.com/", **cells})
    return foreign_links.read(row, foreign_links.SHLINK)


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("bitly.csv", "bitly"),
        ("shlink.csv", "shlink"),
        ("shlink.json", "shlink"),
        ("yourls.csv", "yourls"),
        ("yourls-plugin.csv", "yourls"),
        ("kutt.json", "kutt"),
        ("kutt.csv", "kutt"),
    ],
)
def test_an_export_is_known_by_its_columns(name: str, format: str) -> None:
    assert foreign_links.recognised(foreign_tables.rows((EXPORTS / name).read_bytes())) == format


def test_bitly_says_where_a_link_lay_and_how_often_it_was_visited() -> None:
    menu, hours, plain, _ = links("bitly.csv")
    assert isinstance(menu, ForeignLink)
    assert isinstance(hours, ForeignLink)
    assert isinstance(plain, ForeignLink)
    assert (menu.slug, menu.destination) == ("SpringMenu", "https://example.com/menu?day=spring&table=4")
    assert (menu.label, menu.tags, menu.visits) == ("Spring menu", ("print", "menus"), 12_408)
    assert iso_time(menu.created_ms or 0) == "2021-03-04T09:12:55Z"
    assert (hours.place, hours.label, hours.slug) == ("line 3", "Opening hours, all branches", "opening_hours")
    assert (plain.place, plain.label, plain.created_ms) == ("line 5", None, 1_614_936_000_000)


def test_shlink_says_how_long_a_link_is_good_and_what_is_not_kept_is_named() -> None:
    [link] = links("shlink.json")
    assert isinstance(link, ForeignLink)
    assert (link.visits, link.tags, link.label) == (96, ("packaging",), "Care instructions")
    assert iso_time(link.expires_ms or 0) == "2030-01-01T00:00:00Z"
    assert link.left == ("its most visits",)


def test_of_yourls_no_address_of_anybody_is_read() -> None:
    found = links("yourls.csv")
    assert [link.slug for link in found if isinstance(link, ForeignLink)] == ["ozh", "1", "a"]
    assert "203.0.113" not in repr(found)


def test_of_kutt_what_leads_not_everybody_on_is_refused() -> None:
    wine, staff, offer = links("kutt.json")
    assert isinstance(wine, ForeignLink)
    assert isinstance(offer, ForeignLink)
    assert (wine.slug, wine.label, wine.visits) == ("wine-list", "Wine list", 310)
    assert staff == "entry 2: password: links cannot have one here: it would lead everybody there"
    assert iso_time(offer.expires_ms or 0) == "2020-06-18T11:00:00Z"
    assert links("kutt.csv")[1] == "line 3: banned: it was banned where it comes from"


@pytest.mark.parametrize(
    ("content", "destination"),
    [
        (b"SHORTCODE\tLong-URL\na\thttps://example.com/t\n", "https://example.com/t"),
        (b"Short Code;Long URL\r\na;https://example.com/s\r\n\r\n", "https://example.com/s"),
        ("Long URL,Short Code\nhttps://example.com/ä,a".encode("utf-16"), "https://example.com/ä"),
        (b'[{"shortCode": "a", "longUrl": "https://example.com/j"}]', "https://example.com/j"),
    ],
    ids=["tabs", "semicolons", "utf-16", "list"],
)
def test_tables_come_in_several_spellings(content: bytes, destination: str) -> None:
    [row] = foreign_tables.rows(content)
    assert foreign_links.read(row, foreign_links.recognised([row])).destination == destination


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "FROM: is empty"),
        (b"\xe4\xf6", "FROM: must be a text in UTF-8: save it as such"),
        (b"{", "FROM: cannot be read as JSON: "),
        (b'{"a": 1}', "FROM: must be a list of links, or an answer that holds one"),
        (b"colour,size\nred,4\n", "FROM: is no export that is known, by its columns (colour, size); its first line"),
        (b"keyword,url\n", "FROM: holds no links"),
    ],
    ids=["empty", "latin", "cut", "no list", "unknown", "names alone"],
)
def test_what_is_no_export_is_refused_whole(content: bytes, problem: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        foreign_links.recognised(foreign_tables.rows(content))
    assert refused.value.message.startswith(problem)


@pytest.mark.parametrize(
    ("content", "total"),
    [
        (b'{"data": [], "total": 37}', 37),
        (b'{"shortUrls": {"data": [], "pagination": {"totalItems": 37}}}', 37),
        (b'{"links": {}, "stats": {"total_links": "37"}}', 37),
        (b'{"links": [], "pagination": {"total": 37}}', 37),
        (b'{"links": [], "total": "many"}', 0),
        (b'[{"slug": "a"}]', 0),
        (b"slug,total\n", 0),
    ],
    ids=["kutt", "shlink", "yourls", "bitly", "no number", "list", "csv"],
)
def test_an_answer_may_say_of_how_many_links_it_is_a_page(content: bytes, total: int) -> None:
    assert foreign_tables.said_total(content) == total


def test_a_row_with_a_comma_that_is_not_quoted_is_refused_alone() -> None:
    rows = foreign_tables.rows(b"keyword,url\n1,https://example.com/?a=1,2\n2,https://example.com/,\n")
    with pytest.raises(InvalidRequest, match="has more cells than the first line has names"):
        foreign_links.read(rows[0], foreign_links.YOURLS)
    assert foreign_links.read(rows[1], foreign_links.YOURLS).slug == "2"


def test_a_format_that_is_asked_for_must_have_its_columns() -> None:
    [row] = foreign_tables.rows(b"keyword,url\n1,https://example.com/\n")
    with pytest.raises(InvalidRequest, match="has no column address, as an export of kutt would"):
        foreign_links.recognised([row], "kutt")
    with pytest.raises(InvalidRequest, match="FORMAT: must be one of quietzone, shlink, kutt, yourls, bitly"):
        foreign_links.recognised([row], "tinyurl")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"createdat": "yesterday"}, "created: yesterday is no time"),
        ({"visits": "many"}, "visits: many is no number of visits"),
        ({"visits": "-1"}, "visits: -1 is no number of visits"),
        ({"visits": str(2**53)}, "visits: 9007199254740992 is no number of visits"),
        ({"visits": "9" * 5_000}, "visits: 9999999999999999999999999999999999999999 is no number of visits"),
        ({"shortcode": "", "shorturl": ["[]"]}, "slug: [] is no short link"),
    ],
)
def test_a_cell_that_is_wrong_is_named(cells: dict[str, str], problem: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        one(**cells)
    assert refused.value.message.startswith(problem)


@pytest.mark.parametrize(
    ("custom", "slug"),
    [("[]", "abc"), ("['go.example/menu', 'go.example/m']", "menu"), ('["go.example/menu"]', "menu")],
)
def test_a_list_in_a_cell_hides_nothing(custom: str, slug: str) -> None:
    cells = {"custombitlinks": custom, "bitlink": "bit.ly/abc", "longurl": "https://example.com/"}
    assert foreign_links.read(Row("line 2", cells), foreign_links.BITLY).slug == slug


def moved(**cells: Any) -> ForeignLink:
    row = Row("entry 1", {"slug": "a", "destination": "https://example.com/", "redirecttype": 302, **cells})
    return foreign_links.read(row, foreign_links.QUIETZONE)


@pytest.mark.parametrize("utm", [{"utm_source": "poster", "ref": "ü"}, '{"utm_source": "poster", "ref": "ü"}'])
def test_of_our_own_what_goes_into_the_destination_and_when_a_pause_ends_is_kept(utm: object) -> None:
    link = moved(utm=utm, status="paused", pauseuntil="2030-01-01T00:00:00Z")
    assert link.utm == (("utm_source", "poster"), ("ref", "ü"))
    assert iso_time(link.pause_until_ms or 0) == "2030-01-01T00:00:00Z"
    assert moved(redirecttype="9" * 5_000).redirect == 0


@pytest.mark.parametrize("utm", ["{", '["a"]', {"a": 1}, {"a": "\ud800"}, "7"])
def test_parameters_that_are_none_are_refused(utm: object) -> None:
    with pytest.raises(InvalidRequest, match="utm: must be names with texts"):
        moved(utm=utm)


def test_of_our_own_what_cannot_be_kept_is_named() -> None:
    nothing = {"handsover": False, "metadata": {}, "style": "", "campaignid": None, "compact": "false", "qrcodes": 1}
    assert moved(**nothing).left == ()
    full = {"handsover": "true", "metadata": {"a": 1}, "campaignid": "camp_1", "template": "x", "qrcodes": "3"}
    assert moved(**full).left == (
        "its template",
        "its metadata",
        "that the destination is told of scans",
        "its campaign",
        "its further QR codes",
    )


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2021-03-04", "2021-03-04T00:00:00Z"),
        ("2021-03-04 10:00:00+02", "2021-03-04T08:00:00Z"),
        ("03/04/2021", "2021-03-04T00:00:00Z"),
        ("1614852000000", "2021-03-04T10:00:00Z"),
    ],
)
def test_times_are_read_as_services_write_them(text: str, iso: str) -> None:
    assert iso_time(one(createdat=text).created_ms or 0) == iso


def test_a_title_becomes_a_label_of_one_line_that_is_not_too_long() -> None:
    link = one(title="a\nb\x00c " + "x" * 300)
    assert link.label is not None
    assert (link.label[:6], len(link.label), link.left) == ("a b c ", 200, ("the end of its title",))

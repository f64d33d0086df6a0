"""Links as other services export them: which service's a table is, and what each of its rows says.

Column names were looked up in the services' own sources where these are public: Shlink's web client and its
`short-url:list`, YOURLS's table `yourls_url`, its API and its import-export plugin, Kutt's table `links` and its API.
Bitly's differ by plan and year, and are taken by every name that is known.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from chalicelib.core.days import parse_time
from chalicelib.core.foreign_tables import Row
from chalicelib.core.names import LONGEST_LABEL
from chalicelib.errors import InvalidRequest

BITLY: Final = "bitly"
SHLINK: Final = "shlink"
YOURLS: Final = "yourls"
KUTT: Final = "kutt"
QUIETZONE: Final = "quietzone"

MOST_VISITS: Final = 2**53 - 1  # JSON clients keep it exact
LONGEST_AMOUNT: Final = 40  # of characters; int itself refuses thousands of digits
MOST_TAGS: Final = 50
LONGEST_TAG: Final = 100

# What a column of the table may be called, in the order in which they are looked for. `foreign_tables.name` made them.
Columns = Mapping[str, Sequence[str]]
_COLUMNS: Final[Mapping[str, Columns]] = {
    QUIETZONE: {
        "slug": ("slug",),
        "destination": ("destination",),
        "label": ("label",),
        "tags": ("tags",),
        "created": ("createdat",),
        "expires": ("expiresat",),
        "visits": ("totalscans",),
        "status": ("status",),
        "redirect": ("redirecttype",),
        "pause_until": ("pauseuntil",),
        "utm": ("utm",),
    },
    SHLINK: {
        "slug": ("shortcode",),
        "short": ("shorturl",),
        "destination": ("longurl",),
        "label": ("title",),
        "tags": ("tags",),
        "created": ("createdat", "datecreated"),
        "visits": ("visits", "visitscount", "visitssummary"),
        "terms": ("meta",),
    },
    KUTT: {
        "slug": ("address",),
        "destination": ("target",),
        "label": ("description",),
        "created": ("createdat",),
        "expires": ("expirein",),
        "visits": ("visitcount",),
        "banned": ("banned",),
        "password": ("password",),
    },
    YOURLS: {
        "slug": ("keyword", "source"),
        "short": ("shorturl",),
        "destination": ("url", "target"),
        "label": ("title",),
        "created": ("timestamp",),
        "visits": ("clicks", "hits"),
    },
    BITLY: {
        "short": ("custombitlinks", "bitlink", "shortlink", "shorturl", "bitlylink", "bitlinkurl", "link", "id"),
        "slug": ("backhalf",),
        "destination": ("longurl", "destinationurl", "destination", "originalurl"),
        "label": ("title", "linktitle", "name"),
        "tags": ("tags",),
        "created": ("createdat", "datecreated", "created", "createddate", "creationdate"),
        "visits": ("totalclicks", "clicks", "totalengagements", "engagements", "alltimeclicks"),
    },
}
FORMATS: Final = tuple(_COLUMNS)
# The names that only one of them has together; the first that fits is it.
_SIGNS: Final[Sequence[tuple[str, frozenset[str]]]] = (
    (QUIETZONE, frozenset({"slug", "destination", "redirecttype"})),
    (KUTT, frozenset({"address", "target"})),
    (YOURLS, frozenset({"keyword", "url"})),
    (YOURLS, frozenset({"source", "target"})),
    (YOURLS, frozenset({"shorturl", "url", "clicks"})),
    (SHLINK, frozenset({"shortcode", "longurl"})),
    (SHLINK, frozenset({"shorturl", "longurl", "visits"})),
    *((BITLY, frozenset({short, to})) for short in _COLUMNS[BITLY]["short"] for to in _COLUMNS[BITLY]["destination"]),
    *((BITLY, frozenset({"backhalf", to})) for to in _COLUMNS[BITLY]["destination"]),
)

_TIMES: Final = ("%b %d, %Y", "%B %d, %Y", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S")
_SECONDS: Final = re.compile(r"[0-9]{9,10}")
_MILLISECONDS: Final = re.compile(r"[0-9]{12,13}")
_STATUS: Final = re.compile(r"[0-9]{3}")
_AMOUNT: Final = re.compile(r"[0-9]{1,3}([,. '\u2019\u00a0\u202f][0-9]{3})+|[0-9]+")
_TRUE: Final = frozenset({"1", "true", "t", "yes", "on"})
_NOTHING: Final = frozenset({"", "[]", "null", "none", "\\n", "0000-00-00 00:00:00"})


@dataclass(frozen=True, slots=True)
class ForeignLink:
    """A link as a row has it. Times are milliseconds, None where it says nothing; `redirect` is a status, 0 for none.

    `utm` are parameters by name that go into the destination. `left` names what of the row cannot be kept, in words.
    """

    place: str
    slug: str
    destination: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    created_ms: int | None = None
    expires_ms: int | None = None
    visits: int = 0
    status: str = ""
    redirect: int = 0
    pause_until_ms: int | None = None
    utm: tuple[tuple[str, str], ...] = ()
    left: tuple[str, ...] = ()


def recognised(rows: Sequence[Row], wanted: str = "", field: str = "FROM") -> str:
    """Whose export a table is, by the names of its columns, or as it is `wanted`. Raises InvalidRequest."""
    if wanted and wanted not in FORMATS:
        raise InvalidRequest.for_field("FORMAT", f"must be one of {', '.join(FORMATS)}")
    names = {name for row in rows for name in row.cells}
    found = wanted or next((format for format, sign in _SIGNS if sign <= names), "")
    if not rows:
        raise InvalidRequest.for_field(field, "holds no links: only a line of names, or nothing at all")
    if not found:
        known = ", ".join(sorted(names)[:20])
        problem = f"is no export that is known, by its columns ({known}); its first line must hold their names"
        raise InvalidRequest.for_field(field, problem)
    columns = _COLUMNS[found]
    for wants in (("slug", "short"), ("destination",)):
        if not any(name in names for want in wants for name in columns.get(want, ())):
            choices = " or ".join(name for want in wants for name in columns.get(want, ()))
            raise InvalidRequest.for_field(field, f"has no column {choices}, as an export of {found} would")
    return found


def read(row: Row, format: str) -> ForeignLink:
    """What a row says. Raises InvalidRequest that names the field of a link that is wrong."""
    if row.problem:
        raise InvalidRequest(row.problem)
    given = _Given(row.cells, _COLUMNS[format])
    if given.is_true("password"):
        raise InvalidRequest.for_field("password", "links cannot have one here: it would lead everybody there")
    if given.is_true("banned"):
        raise InvalidRequest.for_field("banned", "it was banned where it comes from")
    label, left = _label(given.text("label"))
    terms = given.value("terms")
    terms = terms if isinstance(terms, Mapping) else {}
    left += [said for name, said in _UNKNOWN_TERMS.items() if terms.get(name)]
    left += _left_of_ours(row.cells) if format == QUIETZONE else []
    return ForeignLink(
        row.place,
        slug=_slug(given.text("slug"), given.first("short")),
        destination=given.text("destination"),
        label=label,
        tags=_tags(given.value("tags")),
        created_ms=_time("created", given.text("created")),
        expires_ms=_time("expires", given.text("expires") or str(terms.get("validUntil") or "")),
        visits=_visits(given.value("visits")),
        status=given.text("status"),
        redirect=_redirect(given.text("redirect")),
        pause_until_ms=_time("pause_until", given.text("pause_until")),
        utm=_utm(given.value("utm")),
        left=tuple(left),
    )


_UNKNOWN_TERMS: Final = {"maxVisits": "its most visits", "validSince": "the time at which it began"}
# Columns of our own archives, in their order there.
_LEFT_OF_OURS: Final = {
    "description": "its description",
    "category": "its category",
    "prompt": "its prompt",
    "welcomemessage": "its welcome message",
    "template": "its template",
    "metadata": "its metadata",
    "style": "the style of its picture",
    "compact": "the capitals in its picture",
    "handsover": "that the destination is told of scans",
    "thresholds": "its thresholds",
    "campaignid": "its campaign",
    "clientid": "its client",
}


@dataclass(frozen=True, slots=True)
class _Given:
    """The cells of a row by what they are for."""

    cells: Mapping[str, Any]
    columns: Columns

    def value(self, of: str) -> Any:
        """The first of the columns for it that holds something; None if none does."""
        found = (self.cells.get(name) for name in self.columns.get(of, ()))
        return next((each for each in found if not _is_nothing(each)), None)

    def text(self, of: str) -> str:
        value = self.value(of)
        return "" if value is None else str(value).strip()

    def first(self, of: str) -> str:
        """The text of it, or of the first in it, where there are several: Bitly's own back-halves."""
        value = self.value(of)
        several = value if isinstance(value, list) else re.split(r"""[|,;\s\[\]"']+""", str(value or ""))
        return next((text for each in several if (text := str(each).strip())), "")

    def is_true(self, of: str) -> bool:
        """Whether it is there, or is a word for true. A password is its hash, or that there is one."""
        text = self.text(of).lower()
        return text in _TRUE or (of == "password" and text not in ("", "false", "0", "f", "no"))


def _is_nothing(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and value.strip().lower() in _NOTHING)


def _slug(text: str, short: str) -> str:
    """What a link's address ends with: its own column, else the path of the short URL, without slashes around it."""
    if text:
        return text.strip("/")
    try:
        path = urlsplit(short if "//" in short else f"//{short}").path
    except ValueError as error:
        raise InvalidRequest.for_field("slug", f"{short[:40]} is no short link") from error
    return unquote(path).strip("/")


def _label(text: str) -> tuple[str | None, list[str]]:
    """A title as a label: in one line, and not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    left = ["the end of its title"] if len(line) > LONGEST_LABEL else []
    return line[:LONGEST_LABEL].rstrip() or None, left


def _tags(value: Any) -> tuple[str, ...]:
    """Tags by whatever parts them: a bar in Shlink's client, commas elsewhere."""
    several: Iterable[Any] = value if isinstance(value, list) else re.split(r"[|,;]", str(value or ""))
    found = dict.fromkeys(" ".join(str(each).split())[:LONGEST_TAG] for each in several)
    return tuple(tag for tag in found if tag)[:MOST_TAGS]


def _time(field: str, text: str) -> int | None:
    """A time, without an offset in UTC. Raises InvalidRequest that names the field."""
    if text.lower() in _NOTHING:
        return None
    for form, factor in ((_SECONDS, 1000), (_MILLISECONDS, 1)):
        if form.fullmatch(text):
            return int(text) * factor
    found = parse_time(text.removesuffix(" UTC"))
    for pattern in _TIMES if found is None else ():
        try:
            found = parse_time(datetime.strptime(text, pattern).replace(tzinfo=UTC).isoformat())
        except ValueError:
            continue
    if found is None or found < 0:
        raise InvalidRequest.for_field(field, f"{text[:40]} is no time, such as 2026-01-31 or 2026-01-31T10:00:00Z")
    return found


def _visits(value: Any) -> int:
    """A number of visits, which may have thousands parted. Shlink's summary has it as its total."""
    total = value.get("total") if isinstance(value, Mapping) else value
    text = str(total if total is not None else "0").strip() or "0"
    sound = len(text) <= LONGEST_AMOUNT and _AMOUNT.fullmatch(text)
    amount = int(re.sub(r"\D", "", text)) if sound else MOST_VISITS + 1
    if amount > MOST_VISITS:
        raise InvalidRequest.for_field("visits", f"{text[:40]} is no number of visits")
    return amount


def _redirect(text: str) -> int:
    return int(text) if _STATUS.fullmatch(text) else 0


def _utm(value: Any) -> tuple[tuple[str, str], ...]:
    """Parameters, in links.csv as JSON. Raises InvalidRequest."""
    wrong = InvalidRequest.for_field("utm", "must be names with texts, as JSON")
    try:
        found = json.loads(value) if isinstance(value, str) else value or {}
        if isinstance(found, Mapping) and all(isinstance(text, str) for text in found.values()):
            json.dumps(dict(found), ensure_ascii=False).encode()  # lone surrogates are no text
            return tuple(found.items())
    except ValueError as error:
        raise wrong from error
    raise wrong


def _left_of_ours(cells: Mapping[str, Any]) -> list[str]:
    """What our own archives have of a link and an import does not take."""
    left = [said for name, said in _LEFT_OF_OURS.items() if str(cells.get(name) or "").lower() not in ("", "false")]
    markers = str(cells.get("qrcodes") or 0)
    return [*left, "its further QR codes"] if markers not in ("0", "1") else left

"""Rankings: the leading values of a dimension in words, and the others together."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from chalicelib.core import countries
from chalicelib.core import rollups as r
from chalicelib.core.judging import OWN_TEST, UNJUDGED
from chalicelib.core.rollups import OTHER, Rollup, table

MOST_ROWS: Final = 100

# What a value that is not known is called.
_UNKNOWN: Final = "Unknown"
_UNKNOWN_WORDS: Final = {r.REFERRER: "Direct or not told", r.APP: "None known"}
_WORDS: Final = {
    r.DEVICE: {"mobile": "Mobile", "tablet": "Tablet", "desktop": "Desktop", "unknown": _UNKNOWN},
    r.METHOD: {
        "camera": "Camera",
        "app_scanner": "Scanner in an app",
        "file_upload": "Uploaded picture",
        "manual_entry": "Typed or clicked",
    },
    r.BOTS: {
        "empty": "No user agent",
        "preview": "Link previews",
        "monitor": "Monitoring",
        "tool": "Tools and scripts",
        "crawler": "Crawlers",
        OWN_TEST: "Your own tests",
        UNJUDGED: "Could not be judged",
    },
}
_LANGUAGES: Final = {
    "ar": "Arabic",
    "bn": "Bengali",
    "bg": "Bulgarian",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "ms": "Malay",
    "nb": "Norwegian Bokmål",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "ta": "Tamil",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A value in words and its scans; `code` is the ISO 3166 code of the country that it is or lies in, '' without."""

    name: str
    scans: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The values of a dimension, most scans first. `other` are the scans of all that have no row; `total` all scans."""

    dimension: str
    rows: tuple[Row, ...]
    other: int = 0

    @property
    def total(self) -> int:
        return sum(row.scans for row in self.rows) + self.other

    def leading(self, most: int) -> "Ranking":
        """Its first rows; the scans of the others go to `other`."""
        rest = sum(row.scans for row in self.rows[most:])
        return Ranking(self.dimension, self.rows[:most], self.other + rest)


def ranking(rollup: Rollup, dimension: str) -> Ranking:
    """The ranking of one table of a rollup. Values that are the same in words are one; of equals the first by name."""
    values = table(rollup, dimension)
    named: dict[_Words, int] = {}
    for value, n in values.items():
        if value != OTHER:
            words = _words(dimension, value)
            named[words] = named.get(words, 0) + n
    rows = [Row(words.name, n, words.code) for words, n in named.items()]
    rows.sort(key=lambda row: (-row.scans, row.name, row.code))
    return Ranking(dimension, tuple(rows), values.get(OTHER, 0)).leading(MOST_ROWS)


def share(scans: int, total: int) -> int:
    """A part of all, in whole percent."""
    return round(100 * scans / total) if total else 0


def word(dimension: str, value: str) -> str:
    """A value in words."""
    return _words(dimension, value).name


class _Words(NamedTuple):
    """A value in words, and the code of its country."""

    name: str
    code: str = ""


def _words(dimension: str, value: str) -> _Words:
    if not value:
        return _Words(_UNKNOWN_WORDS.get(dimension, _UNKNOWN))
    if dimension == r.COUNTRY:
        return _Words(countries.NAMES.get(value, value), value)
    if dimension in (r.REGION, r.CITY):
        return _place(value)
    if dimension == r.LANGUAGE:
        return _Words(_LANGUAGES.get(value, value))
    return _Words(_WORDS.get(dimension, {}).get(value, value))


def _place(value: str) -> _Words:
    """`US|CA|California|San Francisco` in words: the city with its region, or the region alone."""
    country, code, name, city = (*value.split("|", 3), "", "", "")[:4]
    region = name or code
    if not city:
        return _Words(region or _UNKNOWN, country)
    return _Words(f"{city}, {region}" if region and region != city else city, country)

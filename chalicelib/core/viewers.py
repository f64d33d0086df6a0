"""What a request tells about a scan, before any judging."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from chalicelib.core.arrivals import Arrival, Facts, Unjudged
from chalicelib.core.scan_keys import ScanKey
from chalicelib.core.targets import Target
from chalicelib.core.visitors import hashes

# A header is a stranger's: nothing of it is kept longer than this.
LONGEST_PLACE: Final = 80
LONGEST_HOST: Final = 100
LONGEST_USER_AGENT: Final = 1000

METHODS: Final = frozenset({"camera", "file_upload", "manual_entry", "app_scanner"})

_COUNTRY = re.compile(r"[A-Z]{2}")
_REGION = re.compile(r"[A-Z0-9]{1,3}")
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3})\b")
_HOST = re.compile(r"[a-z0-9.:_-]+")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f|]+")  # `|` separates the parts of a place
_PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_DEVICES = ("tablet", "mobile", "desktop")


class Viewer(NamedTuple):
    """Who scanned, as far as the request tells: an address, a user agent, and the facts."""

    address: str
    user_agent: str
    device_hint: str
    facts: Facts


def is_counted(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request is somebody's scan: HEAD and prefetches (Sec-Purpose, and its older names) are not."""
    purpose = " ".join([headers.get(name, "") for name in _PURPOSES]).lower()
    return method == "GET" and "prefetch" not in purpose and "preview" not in purpose


def viewer(headers: Mapping[str, str], source_address: str, trusted: bool) -> Viewer:
    """Read a request's headers (names in lower case). Viewer headers count only when `trusted`: anybody can send
    them, and only our own distribution proves, by its secret, that it set them."""
    by_edge = headers if trusted else {}
    user_agent = _storable(headers.get("user-agent", ""))
    return Viewer(
        address=address(by_edge, source_address),
        user_agent=user_agent,
        device_hint=next((d for d in _DEVICES if by_edge.get(f"cloudfront-is-{d}-viewer") == "true"), ""),
        facts=Facts(
            country=_matched(_COUNTRY, by_edge.get("cloudfront-viewer-country", "").upper()),
            region=_matched(_REGION, by_edge.get("cloudfront-viewer-country-region", "").upper()),
            region_name=_place(by_edge.get("cloudfront-viewer-country-region-name", "")),
            city=_place(by_edge.get("cloudfront-viewer-city", "")),
            referrer=referrer_host(headers.get("referer", "")),
            language=_language(headers.get("accept-language", "")),
        ),
    )


def address(by_edge: Mapping[str, str], source_address: str) -> str:
    """A visitor's address: what our own distribution says (`by_edge` are its headers), or else the connection's."""
    said = _without_port(by_edge.get("cloudfront-viewer-address", ""))
    return said or _spelled(source_address) or source_address


def arrival(
    target: Target, seen: Viewer, parameters: Mapping[str, str], marker: int, slot: int, now_ms: int, random: str
) -> Arrival:
    """The scan to write. `random` is 64 random bits in hexadecimal; `parameters` are those of the short URL, and
    `marker` is the QR code that it came by."""
    address, agent = hashes(target.hashing_key, seen.address, seen.user_agent)
    via = parameters.get("via", "")
    return Arrival(
        key=ScanKey(target.organization, target.link, slot, now_ms, random),
        facts=seen.facts._replace(address=address, agent=agent, marker=marker),
        unjudged=Unjudged(
            user_agent=seen.user_agent[:LONGEST_USER_AGENT],
            device_hint=seen.device_hint,
            via=via if via in METHODS else "",
        ),
    )


def referrer_host(referrer: str) -> str:
    """The host of a Referer header, lower case, without `www.`; '' for none. Apps send `android-app://...`."""
    try:
        host = urlsplit(referrer.strip()).hostname or ""
    except ValueError:
        return ""
    host = host.lower().removeprefix("www.").rstrip(".")[:LONGEST_HOST]
    return host if _HOST.fullmatch(host) else ""


def _without_port(text: str) -> str:
    """The address in `address:port` or `[address]:port`; CloudFront always sends a port. '' when there is none."""
    return _spelled(text.rpartition(":")[0].strip("[]")) or _spelled(text)


def _spelled(address: str) -> str:
    """An address in its usual spelling; '' when it is none."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def _storable(text: str) -> str:
    """Without lone surrogates, which no table takes."""
    return text.encode("utf-8", "replace").decode()


def _matched(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""


def _place(text: str) -> str:
    """A name of a place; CloudFront percent-encodes what is not ASCII."""
    return _UNFIT.sub(" ", _storable(unquote(text))).strip()[:LONGEST_PLACE].strip()


def _language(text: str) -> str:
    """The first language of Accept-Language, without its region."""
    found = _LANGUAGE.match(text)
    return found[1].lower() if found else ""

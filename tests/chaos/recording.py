"""Recorded requests for short links, as a busy day brings them: who, from where, with what, led here by whom."""

from dataclasses import dataclass
from typing import Any

from chalicelib.core.scans import Facts
from tests.e2e.agents import BOTS, HUMANS, INSTAGRAM

SECRET = "origin-secret"


@dataclass(frozen=True)
class Recorded:
    """One request. What it must be judged to be stands beside it, found by hand and not by the product."""

    address: str
    user_agent: str
    country: str = ""
    region: str = ""
    region_name: str = ""
    city: str = ""
    referer: str = ""
    referrer: str = ""
    language: str = ""
    via: str = ""
    device: str = "unknown"
    os: str = ""
    browser: str = ""
    method: str = "manual_entry"
    app: str = ""
    bot: str = ""

    def event(self, slug: str) -> dict[str, Any]:
        """The event that API Gateway makes of it."""
        headers = {
            "User-Agent": self.user_agent,
            "Accept": "text/html",
            "X-Origin-Secret": SECRET,
            "CloudFront-Viewer-Address": f"{self.address}:4711",
            "CloudFront-Viewer-Country": self.country,
            "CloudFront-Viewer-Country-Region": self.region,
            "CloudFront-Viewer-Country-Region-Name": self.region_name,
            "CloudFront-Viewer-City": self.city,
            "Referer": self.referer,
            "Accept-Language": self.language,
        }
        return {
            "httpMethod": "GET",
            "path": f"/{slug}",
            "pathParameters": {"slug": slug},
            "queryStringParameters": {"via": self.via} if self.via else None,
            "headers": {name: value for name, value in headers.items() if value},
            "requestContext": {"identity": {"sourceIp": "203.0.113.1"}},
        }

    def facts(self) -> Facts:
        """What counts of it. Visitors are told apart by what they are, not by the product's hashes."""
        return Facts(
            address=self.address,
            agent=f"{self.address} {self.user_agent}",
            country=self.country,
            region=self.region,
            region_name=self.region_name,
            city=self.city,
            referrer=self.referrer,
            language=self.language[:2],
            device=self.device,
            os=self.os,
            browser=self.browser,
            method=self.via or self.method,
            app=self.app,
            bot=self.bot,
        )


_PLACES: tuple[dict[str, str], ...] = (
    {"country": "GB", "region": "ENG", "region_name": "England", "city": "London", "language": "en-GB,en;q=0.8"},
    {"country": "US", "region": "CA", "region_name": "California", "city": "San Francisco", "language": "en-US"},
    {"country": "DE", "region": "BE", "region_name": "Berlin", "city": "Berlin", "language": "de"},
    {"country": "FR"},
    {},
)
_CAMERAS = {"iOS": "iOS Camera", "Android": "Android Camera"}


def _people() -> list[Recorded]:
    """Eight addresses, some shared by several phones; each comes from its place, some led by another site."""
    people = []
    for n, (agent, device, system, browser) in enumerate([*HUMANS.values()] * 8):
        place, led = _PLACES[n % len(_PLACES)], n % 4 == 3
        hand_held = device in ("mobile", "tablet")
        by_camera = hand_held and not led
        people.append(
            Recorded(
                address=f"198.51.100.{n % 8}",
                user_agent=agent,
                device=device,
                os=system,
                browser=browser,
                referer="https://www.example.org/page?x=1" if led else "",
                referrer="example.org" if led else "",
                method="camera" if by_camera else "manual_entry",
                app=_CAMERAS[system] if by_camera else "",
                **place,
            )
        )
    return people


def _others() -> list[Recorded]:
    """An app's own browser, scans by hand and file, IPv6, bots, and nobody at all."""
    safari = HUMANS["iPhone Safari"]
    in_app = Recorded(
        "198.51.100.3",
        INSTAGRAM,
        "GB",
        device="mobile",
        os="iOS",
        browser="Instagram",
        method="app_scanner",
        app="Instagram",
    )
    six = Recorded("2001:db8::7", safari[0], "IE", device="mobile", os="iOS", browser="Safari", via="file_upload")
    crawlers = {"WhatsApp": "preview", "Slack": "preview", "Googlebot": "crawler", "curl": "tool"}
    bots = [Recorded(f"192.0.2.{n}", BOTS[name], "US", bot=bot) for n, (name, bot) in enumerate(crawlers.items())]
    return [in_app, in_app, six, six, *bots, *bots, Recorded("192.0.2.9", "", bot="empty")]


RECORDING: tuple[Recorded, ...] = (*_people(), *_others())

"""An organization with something of every kind, and all that can be read of it."""

from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from tests.e2e.agents import ANDROID_CHROME, GOOGLEBOT, IPHONE_SAFARI
from tests.e2e.conftest import Answer, Client

REPORTING: Final = "/api/v1/external/reporting"
MEMBER: Final = "from-before@example.com"
SCANS: Final = 7


def fill(client: Client, sign_in: str, receiver: str) -> list[str]:
    """Make something of every kind; the paths at which it is read."""
    dynamic = made(client, "/v1/dynamic", {"destination": "https://example.com/menu", "label": "Menu", "slug": "menu"})
    qrcode = made(client, "/v1/qrcodes", {"name": "Poster", "destination_url": "https://example.com/poster"})
    qpr = made(
        client,
        "/v1/qpr-codes",
        {"name": "Chat", "prompt": "You help.", "destination": "https://example.com/chat", "metadata": {"a": 1}},
    )
    url = made(client, "/api/v1/urls", {"targetUrl": "https://example.com/sale", "customSlug": "sale"})["data"]
    first, marked = (made(client, "/api/v1/qr", {"urlId": url["id"], "size": 256})["data"] for _ in range(2))
    wifi = {"ssid": "Cafe", "password": "espresso", "encryption": "WPA"}
    static = made(client, "/v1/codes", {"type": "wifi", "fields": wifi, "label": "Guests"})
    agency = made(client, f"{REPORTING}/clients", {"name": "Acme"})["data"]
    campaign = made(
        client, f"{REPORTING}/campaigns", {"name": "Q3", "clientId": agency["id"], "qrIds": [dynamic["id"], url["id"]]}
    )["data"]
    member = made(client, "/v1/members", {"email": MEMBER, "name": "Before", "role": "admin"})
    webhook = made(client, "/v1/webhooks", {"url": receiver, "events": ["scan.created"]})
    key = made(client, "/v1/api-keys", {"name": "Kiosk", "scopes": ["qr:read"], "prefix": "qrcp_live_"})
    answered(client.api("PUT", f"/v1/thresholds/{dynamic['id']}", {"thresholds": [5, 500]}))
    answered(client.api("PUT", f"/v1/dynamic/{qrcode['id']}/left-out", {"ranges": [TEST_DAY]}))
    scan(client, "menu", qrcode["short_code"], "sale", f"s/{qpr['short_id']}", marked["qrData"].rsplit("/", 1)[1])
    share(client, sign_in, dynamic["id"])
    return [
        "/v1/me",
        "/v1/organization",
        "/v1/members",
        f"/v1/members/{member['id']}",
        f"/v1/api-keys/{key['id']}",
        "/v1/dynamic",
        f"/v1/dynamic/{dynamic['id']}/scans?days=30",
        f"/v1/dynamic/{qrcode['id']}/left-out",
        "/v1/retention",
        "/v1/codes",
        f"/v1/qrcodes/{qrcode['id']}",
        f"/v1/qrcodes/{dynamic['id']}/analytics",
        f"/v1/qrcodes/{dynamic['id']}/analytics/scans",
        f"/v1/qrcodes/{dynamic['id']}/analytics/export?format=csv",
        f"/v1/qpr-codes/{qpr['id']}",
        f"/v1/qpr-codes/{qpr['id']}/analytics?period=7d",
        f"/v1/scans?limit=100&qpr_code_id={qpr['id']}",
        f"/api/v1/urls/{url['id']}",
        f"/api/v1/urls/{url['id']}/clicks",
        f"/api/v1/qr/{first['id']}/scans",
        f"/api/v1/qr/{marked['id']}",
        f"/api/v1/qr/{marked['id']}/scans",
        "/api/v1/usage",
        f"{REPORTING}/summary?period=month",
        f"{REPORTING}/campaign/{campaign['id']}?period=month",
        f"{REPORTING}/clients",
        "/v1/thresholds",
        f"/v1/thresholds/{dynamic['id']}",
        f"/v1/webhooks/{webhook['id']}",
        f"/v1/webhooks/{webhook['id']}/deliveries",
        f"/v1/qr?data={static['payload']}&format=svg",
    ]


TEST_DAY: Final = {"from": "2026-01-02T00:00:00Z", "to": "2026-01-03T00:00:00Z"}


def made(client: Client, path: str, body: Mapping[str, Any]) -> Any:
    return answered(client.api("POST", path, body)).json


def answered(answer: Answer) -> Answer:
    assert answer.status in (200, 201, 202), answer.text
    return answer


def scan(client: Client, *slugs: str) -> None:
    """People on two kinds of phone, and a bot, follow each of the links."""
    for slug in slugs:
        for person in range(SCANS):
            agent = GOOGLEBOT if person == 0 else IPHONE_SAFARI if person % 2 else ANDROID_CHROME
            address = {"CloudFront_Viewer_Address": f"198.51.100.{person}:4711", "CloudFront_Viewer_Country": "GB"}
            assert client.scan(slug, agent, **address).status in (302, 307)


def share(client: Client, sign_in: str, link: str) -> None:
    """The owner signs in by a link, and shares a report of another."""
    cookie = posted(client.url, sign_in, {}).split(";")[0]
    posted(client.url, f"/dashboard/links/{link}/shares", {"name": "For the boss", "days": "30"}, Cookie=cookie)


def posted(url: str, path: str, fields: Mapping[str, str], **headers: str) -> str:
    """Send a form; the cookie that is set."""
    mine = {"Origin": url, "Content-Type": "application/x-www-form-urlencoded", **headers}
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request("POST", path, urlencode(fields), mine)
        answer = connection.getresponse()
        assert answer.status == 303, answer.read()
        return answer.headers.get("Set-Cookie", "")


def read(client: Client, paths: list[str]) -> dict[str, Any]:
    """What is answered at each of the paths."""
    found = {path: answered(client.api("GET", path)) for path in paths}
    kinds = {path: answer.headers["content-type"] for path, answer in found.items()}
    return {path: answer.json if "json" in kinds[path] else answer.text for path, answer in found.items()}


def carried(before: Any, after: Any) -> bool:
    """Whether an answer says all that an earlier one said, but for when it was asked; it may say more."""
    if isinstance(before, dict) and isinstance(after, dict):
        lasting = before.keys() - {"until"}
        return all(name in after and carried(before[name], after[name]) for name in lasting)
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(carried, before, after))
    return bool(before == after)

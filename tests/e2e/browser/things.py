"""What the pages show: one of everything, each named with the same words, and scans of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import requests

from chalicelib.pages.cookies import session_name
from tests.e2e import agents
from tests.e2e.browser.landing import HOST
from tests.e2e.conftest import Client
from tests.e2e.observed import eventually

DELIVERED_SECONDS: Final = 60  # by a machine that is busy with other tests
DESTINATION: Final = f"http://{HOST}/menu"


@dataclass(frozen=True)
class Things:
    """Ids as the API spells them; `slug` is the link's."""

    link: str
    slug: str
    campaign: str
    client: str
    webhook: str
    delivery: str
    replay: str
    summary: str
    key: str
    empty: str
    report: str
    group_report: str


@dataclass(frozen=True)
class Maker:
    """Who makes them: by a key, by a session of the same organization, since some things only pages make, and with
    webhooks that lead to `ground`, an `address:port`."""

    client: Client
    session: str
    ground: str

    def things(self, name: str) -> Things:
        """One of everything with `name` in every field that takes free words, and scans from places of that name.

        `empty` is a link that nobody scanned; the reports are paths, of the link and of the campaign.
        """
        client, hook = self.client, f"http://{self.ground}/{quote(name)}"
        empty = made(client, "/v1/dynamic", {"destination": DESTINATION, "label": f"{name} 2"})
        link = made(client, "/api/v1/urls", _link(name))["data"]
        linked = {"name": name, "qrIds": [link["id"]]}
        customer = made(client, "/api/v1/external/reporting/clients", linked)["data"]
        campaign = made(client, "/api/v1/external/reporting/campaigns", linked | {"clientId": customer["id"]})["data"]
        key = made(client, "/v1/api-keys", {"name": name, "scopes": ["qr:read"]})
        made(client, "/v1/members", {"name": name, "email": f"m{link['id']}@example.com", "role": "member"})
        digest = {"url": hook, "scope": "organization", "frequency": "daily", "name": name, "active": False}
        summary = made(client, "/v1/summaries", digest)
        webhook = made(client, "/v1/webhooks", {"url": hook, "events": ["scan.created"], "description": name})
        slug = link["shortUrl"].rpartition("/")[2]
        scan(client, slug, name)
        return Things(
            link=link["id"],
            slug=slug,
            campaign=campaign["id"],
            client=customer["id"],
            webhook=webhook["id"],
            delivery=delivery(client, webhook["id"]),
            replay=made(client, f"/v1/webhooks/{webhook['id']}/replay", {"since": _yesterday()})["id"],
            summary=summary["id"],
            key=key["id"],
            empty=empty["id"],
            report=self.report(f"links/{link['id']}", name),
            group_report=self.report(f"campaigns/{campaign['id']}", name),
        )

    def report(self, what: str, name: str) -> str:
        """The path of a report that is shared by its page's form."""
        url = self.client.url
        page, cookies = f"{url}/dashboard/{what}/shares", {session_name(url): self.session}
        got = requests.post(page, {"name": name, "days": ""}, headers={"Origin": url}, cookies=cookies, timeout=30)
        assert got.status_code == 200, got.text
        (path, *_) = re.findall(r"/report/[\w.-]+", got.text)
        return str(path)


def delivery(client: Client, webhook: str) -> str:
    """The first delivery of a webhook, once there is one."""
    found: list[dict[str, str]] = []

    def is_there() -> bool:
        found[:] = client.api("GET", f"/v1/webhooks/{webhook}/deliveries").json.get("deliveries", [])  # too often: none
        return bool(found)

    assert eventually(is_there, DELIVERED_SECONDS), "nothing was posted"
    return found[0]["id"]


def made(client: Client, path: str, body: Mapping[str, Any]) -> Any:
    """What a POST makes."""
    answer = client.api("POST", path, body)
    assert answer.status in (200, 201, 202), (path, body, answer.text)
    return answer.json


def scan(client: Client, slug: str, name: str) -> None:
    """Scan a link from a few places, which have that name, as do the referrer and the language where they can."""
    for number, agent in enumerate((agents.IPHONE_SAFARI, agents.WINDOWS_EDGE, agents.CURL, f"Mozilla/5.0 {name}")):
        headers = {
            "Referer": f"https://{quote(name[:40], safe='')}.example.com/{quote(name)}",
            "Accept-Language": f"de-{quote(name[:20])}",
            "CloudFront-Viewer-Country": "DE",
            "CloudFront-Viewer-Country-Region": "BE",
            "CloudFront-Viewer-Country-Region-Name": quote(name),
            "CloudFront-Viewer-City": quote(f"{name} {number}"),
            "CloudFront-Viewer-Address": f"198.18.0.{number}:1",
        }
        answer = client.scan(slug, agent.encode("latin-1", "replace").decode("latin-1"), **headers)
        assert answer.status == 302, answer.text


def _yesterday() -> str:
    return (datetime.now(UTC) - timedelta(days=1)).isoformat()


def _link(name: str) -> dict[str, Any]:
    words = ("title", "description", "utmSource", "utmMedium", "utmCampaign", "utmTerm", "utmContent")
    return {
        **dict.fromkeys(words, name),
        "category": name[:50],
        "tags": [name[:50]],
        "customUtmParams": {"ref": name},
        "targetUrl": DESTINATION,
        "redirectType": 302,
    }

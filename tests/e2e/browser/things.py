"""What the pages show: one of everything, each named with the same words, and scans of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import requests

from chalicelib.pages.cookies import session_name
from tests.e2e import agents
from tests.e2e.browser.landing import HOST
from tests.e2e.conftest import Client

DESTINATION: Final = f"http://{HOST}/menu"


@dataclass(frozen=True)
class Things:
    """Ids as the API spells them; `slug` is the link's."""

    link: str
    slug: str
    campaign: str
    client: str
    webhook: str
    summary: str
    key: str
    empty: str
    report: str
    group_report: str


def things(client: Client, session: str, name: str, destination: str = DESTINATION) -> Things:
    """Make them with `name` in every field that takes free words, and scan the link from places and pages of that
    name. `empty` is a link that nobody scanned; the reports are paths, of the link and of the campaign.

    `session` is the text of a session of the client's organization: what only pages make needs one.
    """
    empty = made(client, "/v1/dynamic", {"destination": destination, "label": f"{name} 2"})
    link = made(client, "/api/v1/urls", _link(name, destination))["data"]
    linked = {"name": name, "qrIds": [link["id"]]}
    customer = made(client, "/api/v1/external/reporting/clients", linked)["data"]
    campaign = made(client, "/api/v1/external/reporting/campaigns", linked | {"clientId": customer["id"]})["data"]
    key = made(client, "/v1/api-keys", {"name": name, "scopes": ["qr:read"]})
    made(client, "/v1/members", {"name": name, "email": f"m{link['id']}@example.com", "role": "member"})
    hook = {"url": _hook(name), "events": ["scan.created"], "description": name, "active": False}
    webhook = made(client, "/v1/webhooks", hook)
    digest = {"url": _hook(name), "scope": "organization", "frequency": "daily", "name": name, "active": False}
    summary = made(client, "/v1/summaries", digest)
    slug = link["shortUrl"].rpartition("/")[2]
    scan(client, slug, name)
    ids = (each["id"] for each in (campaign, customer, webhook, summary, key, empty))
    shared = (share(client, session, kind, name) for kind in (f"links/{link['id']}", f"campaigns/{campaign['id']}"))
    return Things(link["id"], slug, *ids, *shared)


def made(client: Client, path: str, body: Mapping[str, Any]) -> Any:
    """What a POST makes."""
    answer = client.api("POST", path, body)
    assert answer.status in (200, 201), (path, body, answer.text)
    return answer.json


def share(client: Client, session: str, what: str, name: str) -> str:
    """The path of a report that is shared by its page's form."""
    page = f"{client.url}/dashboard/{what}/shares"
    cookies = {session_name(client.url): session}
    got = requests.post(page, {"name": name, "days": ""}, headers={"Origin": client.url}, cookies=cookies, timeout=30)
    assert got.status_code == 200, got.text
    (path, *_) = re.findall(r"/report/[\w.-]+", got.text)
    return str(path)


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


def _link(name: str, destination: str) -> dict[str, Any]:
    words = ("title", "description", "category", "utmSource", "utmMedium", "utmCampaign", "utmTerm", "utmContent")
    return {
        **dict.fromkeys(words, name),
        "tags": [name[:50]],
        "customUtmParams": {"ref": name},
        "targetUrl": destination,
        "redirectType": 302,
    }


def _hook(name: str) -> str:
    return f"https://hooks.example.com/{quote(name)}"

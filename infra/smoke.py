"""`make smoke`: whether a deployment works, over HTTP: create a link, scan it, read the scan, delete the link.

The link is in the test twin of the oldest organization, so that nobody's numbers change, with a key that ends with it.
"""

import contextlib
import http.client
import sys
import time
from collections.abc import Iterator
from typing import Any

from infra.account import Account
from infra.attached import attach_place, place_of
from infra.command import run, say
from infra.errors import StackError
from infra.people import IPHONE
from infra.site import Answer, Site, site_of, url_of
from infra.target import target

PREFIX = "qz_test_"
SCOPES = frozenset({"qr:read", "qr:write", "analytics:read"})
KEY_MINUTES = 15  # it ends by itself, should this process die
DESTINATION = "https://example.com/quietzone-smoke-test"
READY_SECONDS = 180
UNKNOWN = "Unknown"  # so the API calls a country that nobody told
# With the country comes the address: without it all visitors of a place of CloudFront's would be one.
NO_COUNTRY = (
    "the smoke test fails: the scan has no country, so CloudFront tells nothing of visitors, or is not believed:"
    " compare the distribution's origin request policy and its X-Origin-Secret with infra/template/edge.yaml"
)
SETTLED_SECONDS = 20  # the redirect believes a slug for five seconds


def main() -> None:
    """Test the deployment that STAGE and REGION name."""
    deployment = target()
    account = Account(deployment.region)
    place = place_of(account, deployment.stack)
    attach_place(place)
    url = "" if account.is_embedded else url_of(place.outputs)
    smoke_test(site_of(account, place.outputs), url, has_edge=bool(url) and "DistributionDomain" in place.outputs)


def smoke_test(site: Site, url: str, *, has_edge: bool = False) -> None:
    """Try the deployment that this process is attached to, at a site. Raises StackError that names what fails.

    `url` is what short links must begin with, '' where that cannot be told: an embedded AWS has no names. With
    `has_edge` the site is behind a distribution, which must tell where a scan comes from.
    """
    say(f"  smoke test at {site.url} ...")
    site.wait(READY_SECONDS)
    try:
        with temporary_key() as key, _link(site, key) as link:
            say(f"    created  {site.url}/{link['slug']}")
            if url and link["short_url"] != f"{url}/{link['slug']}":
                raise StackError(f"the smoke test fails: its short URL is {link['short_url']}, which is not at {url}")
            _scan(site, link)
            say(f"    scanned  302 to {DESTINATION}")
            country = _read(site, key, link)
            if has_edge and country == UNKNOWN:
                raise StackError(NO_COUNTRY)
            say("    read     1 scan, by a phone" + ("" if country == UNKNOWN else f", from {country}"))
            _expect("deleting it", site.ask("DELETE", f"/v1/dynamic/{link['id']}", _bearer(key)), 200)
            _wait_until_gone(site, link)
            say("    deleted  it leads nowhere any more")
    except (OSError, http.client.HTTPException) as error:
        raise StackError(f"the smoke test fails: {site.url} does not answer: {error}") from error


@contextlib.contextmanager
def temporary_key() -> Iterator[str]:
    """A test key of the oldest organization's owner, revoked in the end."""
    from chalicelib.core.accounts import OWNER
    from chalicelib.services import keys, twins
    from chalicelib.services.keys import NewKey
    from chalicelib.store import members

    organization = oldest_organization()
    if organization is None:
        raise StackError("there is no organization to test with: make deploy makes the first one")
    owner = next(member for member in members.everyone(organization) if member.role == OWNER)
    twin = twins.twin_of(organization, owner.number, _now_ms())
    new = NewKey("smoke test", PREFIX, SCOPES, expires_ms=_now_ms() + KEY_MINUTES * 60_000)
    issued = keys.issue(twin, owner.number, new, _now_ms())
    try:
        yield issued.text
    finally:
        keys.revoke_all(twin, lambda key: key.number == issued.key.number, _now_ms())


def oldest_organization() -> int | None:
    """The number of the first organization that is no test twin; None when there is none yet."""
    from chalicelib.store import accounts

    for number in sorted(accounts.organizations()):
        found = accounts.find_organization(number)
        if found and found.test_of is None:
            return number
    return None


@contextlib.contextmanager
def _link(site: Site, key: str) -> Iterator[dict[str, Any]]:
    """A new link, erased in the end whatever happens, also when the API does not answer any more."""
    from chalicelib.errors import NotFound
    from chalicelib.services import accounts, links

    body = {"destination": DESTINATION, "label": "smoke test"}
    made: dict[str, Any] = _expect("creating a link", site.ask("POST", "/v1/dynamic", _bearer(key), body), 201).json()
    try:
        yield made
    finally:
        with contextlib.suppress(NotFound):
            links.erase(accounts.authenticate(key), made["id"], _now_ms())


def _scan(site: Site, link: dict[str, Any]) -> None:
    answer = _expect("scanning it", site.ask("GET", f"/{link['slug']}", {"User-Agent": IPHONE}), 302)
    if answer.headers.get("location") != DESTINATION:
        raise StackError(f"the smoke test fails: the link leads to {answer.headers.get('location')}")


def _read(site: Site, key: str, link: dict[str, Any]) -> str:
    """The country of the scan."""
    answer = site.ask("GET", f"/v1/dynamic/{link['id']}/scans", _bearer(key))
    scans = _expect("reading the scan", answer, 200).json()["scans"]
    if scans["total"] != 1:
        raise StackError(f"the smoke test fails: of one scan {scans['total']} were counted")
    return str(scans["topCountry"])


def _wait_until_gone(site: Site, link: dict[str, Any]) -> None:
    deadline = time.monotonic() + SETTLED_SECONDS
    while (status := site.ask("GET", f"/{link['slug']}", {"User-Agent": IPHONE}).status) == 302:
        if time.monotonic() > deadline:
            raise StackError("the smoke test fails: the link still leads somewhere after it was deleted")
        time.sleep(1)
    if status not in (404, 410):
        raise StackError(f"the smoke test fails: the deleted link answers {status}")


def _expect(step: str, answer: Answer, status: int) -> Answer:
    if answer.status != status:
        told = answer.body[:300].decode(errors="replace")
        raise StackError(f"the smoke test fails: {step} is answered {answer.status}, not {status}: {told}")
    return answer


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    sys.exit(run(main))

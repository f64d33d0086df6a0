"""The smoke test notices what is broken, and leaves nothing behind."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chalicelib.api import dynamic_scans
from chalicelib.services import accounts
from chalicelib.store import accounts as stored
from chalicelib.store import keys
from infra import smoke
from infra.errors import StackError
from infra.people import IPHONE
from infra.site import Answer, Site
from infra.smoke import DESTINATION, UNKNOWN, oldest_organization, smoke_test
from tests.api.calls import Caller, new_caller
from tests.world import World, now_ms

URL = "https://qz.example"
Spoil = Callable[[str, str, Answer], Answer]


class AppSite(Site):
    """The application in process; `spoil` makes something of each answer. Short links count a scan, and end."""

    def __init__(self, spoil: Spoil = lambda _method, _path, answer: answer) -> None:
        super().__init__(URL)
        self.spoil, self.asked, self.deleted = spoil, list[str](), False
        self.agents = list[str]()

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        self.asked.append(f"{method} {path}")
        return self.spoil(method, path, self._answer(method, path, headers, body))

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        if path == "/healthz":
            return Answer(200, {}, b"{}")
        if not path.startswith("/v1"):
            self.agents.append(headers["User-Agent"])
            return Answer(410 if self.deleted else 302, {"location": DESTINATION}, b"")
        if path.endswith("/scans"):
            return Answer(200, {}, json.dumps({"scans": {"total": len(self.agents), "topCountry": UNKNOWN}}).encode())
        self.deleted = self.deleted or method == "DELETE"
        key = headers["Authorization"].removeprefix("Bearer ")
        assert key.startswith("qz_test_")
        got = Caller(key, 0, 0).call(method, path, body)
        return Answer(got.status, got.headers, json.dumps(got.json).encode())


@pytest.fixture
def organization(world: World) -> int:
    return new_caller().organization


def ended(organization: int) -> bool:
    """Whether every key of the test twin is revoked, and no link of it is left."""
    twin = stored.read_organization(organization).test or 0
    return all(held.key.ended(now_ms()) for held in keys.newest_first(twin))


def left(world: World, organization: int) -> list[str]:
    """The links of an organization and its twin that nobody ordered to be erased."""
    numbers = {str(organization), str(stored.read_organization(organization).test)}
    keys = [it["sk"]["S"].partition("#") for it in world.items("objects") if it["pk"]["S"] in numbers]
    ordered = {int(number) for kind, _, number in keys if kind == "erase"}
    return [number for kind, _, number in keys if kind == "link" and int(number) not in ordered]


def test_a_link_is_made_scanned_by_a_phone_read_and_deleted_in_the_test_twin(world: World, organization: int) -> None:
    site = AppSite()
    smoke_test(site, URL)
    assert [asked.split("/")[0].strip() for asked in site.asked] == ["GET", "POST", "GET", "GET", "DELETE", "GET"]
    assert set(site.agents) == {IPHONE}
    assert ended(organization)
    assert left(world, organization) == []
    assert not [it for it in world.items("objects") if it["pk"]["S"] == str(organization) and "link#" in it["sk"]["S"]]


@pytest.mark.parametrize(
    ("broken", "status", "body", "said"),
    [
        ("GET /slug", 404, b"", "scanning it is answered 404, not 302"),
        ("GET /v1", 500, b"", "reading the scan is answered 500, not 200"),
        ("GET /v1", 200, b'{"scans": {"total": 0}}', "of one scan 0 were counted"),
        ("DELETE /v1", 403, b"", "deleting it is answered 403, not 200"),
    ],
)
def test_what_is_broken_is_named_and_nothing_is_left_behind(
    world: World, organization: int, broken: str, status: int, body: bytes, said: str
) -> None:
    def spoil(method: str, path: str, answer: Answer) -> Answer:
        kind = path if path == "/healthz" else "/v1" if path.startswith("/v1") else "/slug"
        meant = broken in (f"{method} {kind}", f"{method} {path}")
        return Answer(status, {}, body) if meant else answer

    with pytest.raises(StackError, match=said):
        smoke_test(AppSite(spoil), URL)
    assert ended(organization)
    assert left(world, organization) == []


def test_a_link_that_cannot_be_made_leaves_no_key(organization: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AppSite, "_answer", lambda *asked: Answer(200 if asked[2] == "/healthz" else 503, {}, b"busy"))
    with pytest.raises(StackError, match="creating a link is answered 503, not 201: busy"):
        smoke_test(AppSite(), URL)
    assert ended(organization)


def test_a_link_that_leads_elsewhere_or_is_elsewhere_is_noticed(organization: int) -> None:
    def astray(method: str, path: str, answer: Answer) -> Answer:
        return Answer(answer.status, {"location": "https://example.org/"}, answer.body)

    with pytest.raises(StackError, match=r"the link leads to https://example\.org/"):
        smoke_test(AppSite(astray), URL)
    with pytest.raises(StackError, match=r"is not at https://other\.example"):
        smoke_test(AppSite(), "https://other.example")


def test_a_site_that_dies_on_the_way_still_loses_its_link_and_key(world: World, organization: int) -> None:
    def die(method: str, path: str, answer: Answer) -> Answer:
        if path.startswith("/") and not path.startswith(("/v1", "/healthz")):
            raise ConnectionResetError("gone")
        return answer

    with pytest.raises(StackError, match="does not answer: gone"):
        smoke_test(AppSite(die), URL)
    assert ended(organization)
    assert left(world, organization) == []


def test_a_site_that_never_answers_is_given_up(organization: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "READY_SECONDS", 0)
    with pytest.raises(StackError, match="does not answer well after 0 s: status 502"):
        smoke_test(AppSite(lambda *_: Answer(502, {}, b"")), URL)


def test_the_oldest_organization_is_tried_never_a_twin(world: World) -> None:
    assert oldest_organization() is None
    first = new_caller()
    accounts.create_key(first.organization, first.member, now_ms(), "qz_test_")
    new_caller("Later")
    assert oldest_organization() == first.organization


def told(country: str) -> Spoil:
    """Answers that say of the scan which country it came from."""

    def spoil(_method: str, path: str, answer: Answer) -> Answer:
        scans = {"scans": {"total": 1, "topCountry": country}}
        return Answer(200, {}, json.dumps(scans).encode()) if path.endswith("/scans") else answer

    return spoil


def test_a_distribution_that_tells_no_country_is_noticed(
    world: World, organization: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert UNKNOWN == dynamic_scans.UNKNOWN
    with pytest.raises(StackError, match=r"the scan has no country.*X-Origin-Secret"):
        smoke_test(AppSite(told(UNKNOWN)), URL, has_edge=True)
    assert left(world, organization) == []
    smoke_test(AppSite(told("GB")), URL, has_edge=True)
    assert "1 scan, by a phone, from GB" in capsys.readouterr().out
    smoke_test(AppSite(told(UNKNOWN)), URL)

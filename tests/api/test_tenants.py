"""Who may call what, over every route: made from the table of operations, so that a new one cannot be forgotten."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, Final

import pytest

from chalicelib import errors, ids
from chalicelib.api import problems, routes
from chalicelib.api.operations import Operation
from chalicelib.core import bundles as core_bundles
from chalicelib.core.accounts import SCOPES
from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import DELIVERED, Delivery, Place
from chalicelib.core.exports import RUNNING, Export, Wanted
from chalicelib.core.places import Span
from chalicelib.core.replays import Replay
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.errors import QuietzoneError
from chalicelib.services import accounts, callers, counting, keys
from chalicelib.services.keys import NewKey
from chalicelib.store import bundles, deliveries, endpoints, exports, replays, scans
from tests.api.calls import Answer, Caller, new_caller
from tests.e2e.agents import IPHONE_SAFARI
from tests.world import World, now_ms

OPERATIONS: Final = [it for it in routes.OPERATIONS if it.scope is not None]
WITH_AN_ID: Final = [it for it in OPERATIONS if it.arguments]
_numbers = count(1)
ABSENT: Final = ids.spell("client", 5)


# What anybody may read: how it is called and whether it works, and who knows an id, what is printed anyway.
PUBLIC: Final = {"/v1", "/openapi.json", "/healthz", "/readyz", "/api/qr/{qr_id}/download", "/qr/{qr_id}"}


def _name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def test_what_needs_no_key_is_named_here_and_only_read() -> None:
    found = [it for it in routes.OPERATIONS if it.scope is None]
    assert {it.path for it in found} == PUBLIC
    assert {it.method for it in found} == {"GET", "HEAD"}


@dataclass(frozen=True)
class Tenant:
    """An organization that owns one thing of every kind; each is made when it is asked for."""

    caller: Caller

    def id_for(self, operation: Operation, argument: str) -> str:
        """The id of a thing of its own that an operation's path takes. A new argument needs a line in MAKERS."""
        return MAKERS[argument, operation.dialect.name](self.caller)


def _link(caller: Caller) -> str:
    return str(caller.create()["id"])


def _scan(caller: Caller) -> str:
    number = ids.parse(_link(caller))
    assert number is not None
    key = ScanKey(caller.organization, number, 0, now_ms(), "0123456789abcdef")
    scans.put_new(Arrival(key, Facts(address="a", agent="x"), Unjudged(IPHONE_SAFARI)).attributes())
    counting.settle(scans.read([key]))
    return key.id


def _export(caller: Caller) -> str:
    number = ids.parse(_link(caller))
    assert number is not None
    wanted = Wanted(caller.organization, number, Span(0, DAY_MS), "csv", "qrcodes", "a.csv")
    order = Export(ids.new(now_ms()), wanted, RUNNING, 0, now_ms())
    exports.put(order)
    return str(order.number)


def _images(caller: Caller) -> str:
    wanted = core_bundles.Wanted(caller.organization, (1,), "png", 512, "https://qz.example")
    order = core_bundles.Order(ids.new(now_ms()), wanted, RUNNING, now_ms())
    bundles.put(order)
    return str(order.number)


def _made(method: str, path: str, body: Any, *names: str) -> Callable[[Caller], str]:
    """Makes a thing by a call, whose answer has its id at the names."""

    def make(caller: Caller) -> str:
        answer = caller.call(method, path, body)
        assert answer.status < 300, answer.json
        found = answer.json
        for name in names:
            found = found[name]
        return str(found)

    return make


def _webhook(caller: Caller) -> str:
    return _made("POST", "/v1/webhooks", {"url": "https://example.com/", "events": ["scan.created"]}, "id")(caller)


def _newest_webhook(caller: Caller) -> int:
    """What a path names before a delivery or a replay of it."""
    known = endpoints.newest_first(caller.organization)
    return known[0].number if known else ids.parse(_webhook(caller)) or 0


def _delivery(caller: Caller) -> str:
    place = Place(caller.organization, _newest_webhook(caller), now_ms(), f"evt_{next(_numbers)}")
    assert deliveries.put(Delivery(place, "scan.created", "{}", DELIVERED, tries=1))
    return place.id


def _replay(caller: Caller) -> str:
    span, states = Span(0, DAY_MS), frozenset({DELIVERED})
    order = Replay(caller.organization, ids.new(now_ms()), _newest_webhook(caller), span, states, now_ms())
    replays.put(order)
    return ids.spell("rpl", order.number)


def _member(caller: Caller) -> str:
    asked = {"email": f"m{next(_numbers)}@example.com", "name": "M", "role": "member"}
    return _made("POST", "/v1/members", asked, "id")(caller)


REPORTING = "/api/v1/external/reporting"
MAKERS: Final[dict[tuple[str, str], Callable[[Caller], str]]] = {
    ("code_id", "dynamic"): _link,
    ("images_id", "dynamic"): _images,
    ("code_id", "qrcodes"): _link,
    ("export_id", "qrcodes"): _export,
    ("code_id", "qpr"): _link,
    ("scan_id", "qpr"): _scan,
    ("key_id", "qpr"): _made("POST", "/v1/api-keys", {"name": "k"}, "id"),
    ("member_id", "qpr"): _member,
    ("summary_id", "qpr"): _made("POST", "/v1/summaries", {"url": "https://hooks.slack.com/services/a"}, "id"),
    ("webhook_id", "qpr"): _webhook,
    ("delivery_id", "qpr"): _delivery,
    ("replay_id", "qpr"): _replay,
    ("webhook_id", "qr"): _webhook,
    ("delivery_id", "qr"): _delivery,
    ("replay_id", "qr"): _replay,
    ("qr_id", "reporting"): _link,
    ("campaign_id", "reporting"): _made("POST", f"{REPORTING}/campaigns", {"name": "c"}, "data", "id"),
    ("client_id", "reporting"): _made("POST", f"{REPORTING}/clients", {"name": "c"}, "data", "id"),
    ("url_id", "qr"): _link,
    ("qr_id", "qr"): _made("POST", "/api/v1/qr", {"data": "hello"}, "data", "id"),
}


def _call(operation: Operation, caller: Caller, owner: Caller) -> Answer:
    """Call an operation, with a good body, about what an owner has."""
    tenant = Tenant(owner)
    path = operation.path.format(**{name: tenant.id_for(operation, name) for name in operation.arguments})
    assert operation.body is None or operation.asked is not None, "every body has an example"
    return caller.call(operation.method, path, operation.asked)


def _about_nothing(operation: Operation, key: str) -> Answer:
    """Call an operation with a key, about a thing that is not there."""
    path = operation.path.format(**dict.fromkeys(operation.arguments, ABSENT))
    return Caller(key, 0, 0).call(operation.method, path, operation.asked)


def _refused(answer: Answer, kind: type[QuietzoneError], operation: Operation) -> None:
    assert answer.status == problems.status_of(kind, operation.dialect), answer.json
    assert errors.Unauthorized.code in str(answer.json)


@pytest.mark.parametrize("operation", OPERATIONS, ids=_name)
def test_a_key_that_is_none_or_not_known_is_refused(operation: Operation, world: World) -> None:
    for key in ("", "oqr_" + "a" * 32, "eyJhbGciOiJub25lIn0.e30.", "\ud800"):
        if key.isascii():
            _refused(_about_nothing(operation, key), errors.Unauthorized, operation)


@pytest.mark.parametrize("operation", OPERATIONS, ids=_name)
def test_a_key_that_was_revoked_or_has_expired_is_refused(operation: Operation, world: World) -> None:
    owner = new_caller()
    who = accounts.authenticate(owner.key)
    for kind in (errors.KeyRevoked, errors.KeyExpired):
        made = keys.create(who, NewKey(expires_ms=now_ms() + DAY_MS), now_ms())
        later = now_ms() + 2 * DAY_MS
        if kind is errors.KeyRevoked:
            keys.revoke(who, ids.spell("key", made.key.number), now_ms())
            _refused(_about_nothing(operation, made.text), kind, operation)
        else:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(callers, "_now_ms", lambda later=later: later)
                _refused(_about_nothing(operation, made.text), kind, operation)


@pytest.mark.parametrize("operation", [it for it in OPERATIONS if it.scope], ids=_name)
def test_a_key_without_the_scope_is_refused(operation: Operation, world: World) -> None:
    lacking = new_caller(scopes=SCOPES - {operation.scope or ""})
    _refused(_about_nothing(operation, lacking.key), errors.Forbidden, operation)


@pytest.mark.parametrize("operation", OPERATIONS, ids=_name)
def test_a_clients_key_is_good_for_reports_only(operation: Operation, world: World) -> None:
    owner = new_caller()
    number = ids.parse(MAKERS["client_id", "reporting"](owner))
    made = keys.create(accounts.authenticate(owner.key), NewKey(client=number), now_ms())
    answer = _about_nothing(operation, made.text)
    if not operation.clients:
        _refused(answer, errors.Forbidden, operation)
    elif operation.arguments:
        assert answer.status == 404, answer.json
    else:
        assert answer.status == 200, answer.json


@pytest.mark.parametrize("operation", [it for it in WITH_AN_ID if it.clients], ids=_name)
def test_a_client_does_not_see_what_is_not_assigned_to_it(operation: Operation, world: World) -> None:
    owner = new_caller()
    number = ids.parse(MAKERS["client_id", "reporting"](owner))
    made = keys.create(accounts.authenticate(owner.key), NewKey(client=number), now_ms())
    assert _call(operation, Caller(made.text, 0, 0), owner).status == 404


@pytest.mark.parametrize("operation", WITH_AN_ID, ids=_name)
def test_what_another_organization_owns_is_not_found(operation: Operation, world: World) -> None:
    owner, other = new_caller("Acme"), new_caller("Other")
    _everything(other)
    assert _call(operation, other, owner).status == 404
    assert _call(operation, owner, owner).status not in (401, 403, 404)


@pytest.mark.parametrize("operation", WITH_AN_ID, ids=_name)
def test_an_organizations_test_keys_do_not_reach_its_data(operation: Operation, world: World) -> None:
    owner = new_caller()
    test_key = accounts.create_key(owner.organization, owner.member, now_ms(), "qrcp_test_")
    if operation.path.startswith("/v1/api-keys"):
        return  # an owner governs the keys of both
    assert _call(operation, Caller(test_key, 0, 0), owner).status == 404


def _everything(caller: Caller) -> None:
    """Let an organization have one of each, so that it is not refused for having nothing."""
    for make in _makers():
        make(caller)


@cache
def _makers() -> list[Callable[[Caller], str]]:
    return list(dict.fromkeys(MAKERS.values()))

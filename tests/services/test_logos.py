"""Logos: had from a server that may be hostile, in the words of whoever asked, and kept with the code."""

import json
import time
from dataclasses import replace
from hashlib import sha256
from typing import Any, get_args

import pytest

from chalicelib.core.styles import Style
from chalicelib.errors import InvalidRequest, RateLimited, Unavailable, UnsafeDestination
from chalicelib.outbound.policies import Policy
from chalicelib.outbound.refused import Reason
from chalicelib.qr import pictures as drawing
from chalicelib.qr.logos import normalise
from chalicelib.services import logos, pictures, qr_codes
from chalicelib.services.accounts import Caller
from chalicelib.services.qr_codes import NewQrCode
from chalicelib.store import codes as stored
from chalicelib.store.transactions import Refusal, Transaction
from tests.outbound.certificates import authority, server_context
from tests.outbound.sites import Answer, dripping, ok, site
from tests.services.account import new_account
from tests.web import Web, picture
from tests.world import World, now_ms

URL = "https://cdn.example.com/logo.png"
LARGEST = logos.LIMITS.most_bytes


def _refusal(answer: Answer, **how: Any) -> str:
    with site(answer, **how) as served, pytest.raises(InvalidRequest) as refused:
        logos.fetch(served.url(), served.policy())
    assert refused.value.field == "logo"
    return refused.value.message.removeprefix("logo: ")


def test_a_logo_is_what_normalising_makes_of_it_by_its_hash() -> None:
    with site(ok(picture())) as served:
        logo = logos.fetch(served.url(), served.policy())
    assert logo.content == normalise(picture())
    assert logo.digest == sha256(logo.content).hexdigest()


def test_what_it_is_counts_and_not_what_it_is_called() -> None:
    with site(ok(picture(), "Content-Type: text/html")) as served:
        assert logos.fetch(served.url("/logo.svg"), served.policy()).content == normalise(picture())


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        pytest.param(ok(SVG, "Content-Type: image/png"), "must be a PNG, JPEG or WebP image", id="svg called png"),
        pytest.param(ok(b"<html>", "Content-Type: text/html"), "must be a PNG, JPEG or WebP image", id="html"),
        pytest.param(ok(picture()[:-40]), "is a broken image, or cut off", id="cut off"),
        pytest.param(
            [b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data/\r\n\r\n"],
            "answered with a redirect; give the address of the image itself",
            id="redirect to a private address",
        ),
        pytest.param([b"HTTP/1.1 404 No\r\n\r\n"], "answered with the status 404 instead of an image", id="404"),
        pytest.param([b"HTTP/1.1 500 No\r\n\r\n"], "answered with the status 500 instead of an image", id="500"),
        pytest.param(ok(bytes(LARGEST + 1)), "must be at most 1 MB", id="huge"),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\n\r\n", bytes(LARGEST), b"\0"], "must be at most 1 MB", id="huge, and does not say so"
        ),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", picture()],
            "broke off, or did not answer in HTTP",
            id="less than it says",
        ),
    ],
)
def test_what_is_no_logo_is_refused_in_words(answer: Answer, problem: str) -> None:
    assert _refusal(answer) == problem


def test_a_server_is_not_believed_without_a_certificate_for_its_name() -> None:
    other = server_context("other.example", authority())
    assert _refusal(ok(picture()), context=other) == "is on a host without a valid certificate"
    assert _refusal(ok(picture()), tls=False) == "is on a host that does not speak TLS as it should"


def test_a_server_that_drips_is_left_after_three_seconds() -> None:
    started = time.monotonic()
    answer = [b"HTTP/1.1 200 OK\r\n\r\n", *dripping(picture(), 0.1)]
    assert _refusal(answer) == "took longer than 3 seconds"
    assert time.monotonic() - started > 2.9


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "[64:ff9b::7f00:1]"])
def test_a_private_host_is_unsafe(host: str) -> None:
    with pytest.raises(UnsafeDestination) as refused:
        logos.fetch(f"https://{host}/logo.png")
    assert refused.value.message == "logo: must not be on a private or internal host"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://cdn.example.com/logo.png", "must be an https URL"),
        ("https://cdn.example.com:8443/logo.png", "must be on the port 443"),
    ],
)
def test_a_url_of_another_kind_is_refused(url: str, problem: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        logos.fetch(url, Policy(resolve=lambda _: []))
    assert refused.value.message == f"logo: {problem}"


def test_there_are_words_for_every_reason() -> None:
    assert set(logos.SAID) == set(get_args(Reason))


# --- Kept with the code


@pytest.fixture
def caller(world: World) -> Caller:
    return new_account().caller


def _create(caller: Caller, **style: Any) -> int:
    new = NewQrCode("https://qz.example", (), payload="x", style=Style(**style))
    return int(qr_codes.create(caller, new, now_ms(), lambda code: json.dumps(code.number)).answer)


def _style(caller: Caller, number: int) -> Style:
    held = stored.read(caller.organization.number, number)
    assert held
    return held.value.style


def test_a_code_knows_its_logo_and_the_logo_can_be_read(caller: Caller, web: Web) -> None:
    digest = _style(caller, _create(caller, logo=URL)).logo_image
    assert digest
    assert logos.read(caller.organization.number, digest) == normalise(picture())
    assert logos.read(new_account("Other").organization, digest) is None
    assert web.asked == [URL]


def test_a_picture_is_drawn_with_the_stored_logo_and_fetches_nothing(caller: Caller, web: Web) -> None:
    found = pictures.find(str(_create(caller, logo=URL)), "https://qz.example")
    web.asked.clear()
    plain = replace(found, style=replace(found.style, logo=None, logo_image=None))
    assert pictures.draw(found) == drawing.draw("x", found.style, normalise(picture()))
    assert pictures.draw(found) != pictures.draw(plain)
    assert web.asked == []


def test_without_the_logo_that_it_had_no_picture_is_drawn(caller: Caller, web: Web) -> None:
    found = pictures.find(str(_create(caller, logo=URL)), "https://qz.example")
    with pytest.raises(Unavailable):
        pictures.draw(replace(found, organization=found.organization + 1))


def test_a_logo_that_is_stored_is_not_written_again(caller: Caller, web: Web) -> None:
    _create(caller, logo=URL)
    write, logo = Transaction(), logos.fetch(URL)
    logos.keep(write, caller.organization.number, logo)
    assert len(write) == 0
    logos.keep(write, new_account("Other").organization, logo)
    assert len(write) == 1


def test_a_code_gets_what_was_tried_and_the_url_that_it_came_from(caller: Caller, web: Web) -> None:
    tried = logos.tried(caller, picture(), now_ms())
    number = _create(caller, logo_image=tried.digest)
    assert _style(caller, number) == Style(logo_image=tried.digest)
    other = logos.tried_url(caller, f"{URL}?2", (), now_ms())
    qr_codes.edit(caller, str(number), {"logo": f"{URL}?2", "logo_image": other.digest}, ())
    assert _style(caller, number) == Style(logo=f"{URL}?2", logo_image=other.digest)
    qr_codes.edit(caller, str(number), {"logo": None}, ())
    assert _style(caller, number) == Style()
    assert web.asked == [f"{URL}?2"]


def test_a_clients_null_takes_an_uploaded_logo_away(caller: Caller) -> None:
    number = _create(caller, logo_image=logos.tried(caller, picture(), now_ms()).digest)
    qr_codes.edit(caller, str(number), {"logo": None}, ())
    assert _style(caller, number) == Style()


def test_nobody_chooses_what_is_not_stored_or_is_anothers(caller: Caller) -> None:
    others = logos.tried(new_account("Other").caller, picture(), now_ms()).digest
    number = _create(caller)
    for digest in ("ab" * 32, others):
        with pytest.raises(InvalidRequest, match="choose the file again"):
            _create(caller, logo_image=digest)
        with pytest.raises(InvalidRequest, match="choose the file again"):
            qr_codes.edit(caller, str(number), {"logo": None, "logo_image": digest}, ())


def test_what_is_tried_goes_after_a_day_unless_a_code_has_it(caller: Caller, world: World) -> None:
    def expiry() -> str | None:
        [item] = [item for item in world.items("objects") if item["sk"]["S"].startswith("logo#")]
        found: str | None = item.get("expires", {}).get("N")
        return found

    tried = logos.tried(caller, picture(), 1_800_000_000_000)
    assert expiry() == str(1_800_000_000 + 86_400)
    logos.tried(caller, picture(), 1_800_000_060_000)
    assert expiry() == str(1_800_000_060 + 86_400)
    _create(caller, logo_image=tried.digest)
    assert expiry() is None
    logos.tried(caller, picture(), 1_800_000_060_000)
    assert expiry() is None


def test_a_file_that_is_too_large_is_not_even_looked_at(caller: Caller) -> None:
    with pytest.raises(InvalidRequest, match="must be at most 1 MB"):
        logos.tried(caller, b"x" * (LARGEST + 1), now_ms())


def test_logos_are_tried_so_often_a_minute(caller: Caller) -> None:
    for _ in range(logos.TRIES.per_minute):
        logos.tried(caller, picture(), 1_800_000_000_000)
    with pytest.raises(RateLimited):
        logos.tried(caller, picture(), 1_800_000_000_000)


def test_an_edit_takes_the_image_along_with_the_logo(caller: Caller, web: Web) -> None:
    number = _create(caller)
    web.answers[URL] = picture("#3030C0")
    for style, image in (
        ({"logo": URL}, normalise(picture("#3030C0"))),
        ({"size": 300}, normalise(picture("#3030C0"))),
        ({"logo": f"{URL}?2"}, normalise(picture())),
        ({"logo": None}, None),
        ({"size": 400}, None),
    ):
        qr_codes.edit(caller, str(number), style, ())
        digest = _style(caller, number).logo_image
        assert (digest and logos.read(caller.organization.number, digest)) == image


def test_a_logo_without_an_image_is_fetched_when_it_is_given_again(caller: Caller, web: Web) -> None:
    number = _create(caller)
    held = stored.read(caller.organization.number, number)
    assert held
    write = Transaction()
    stored.put_again(write, held, replace(held.value, style=Style(logo=URL)))
    assert write.commit() == []
    qr_codes.edit(caller, str(number), {"size": 300}, ())
    assert (web.asked, _style(caller, number).logo_image) == ([], None)
    qr_codes.edit(caller, str(number), {"logo": URL}, ())
    assert web.asked == [URL]
    assert _style(caller, number).logo_image


@pytest.mark.parametrize(
    "refusal", [Refusal("logo", "TransactionConflict"), Refusal("usage", "ConditionalCheckFailed")]
)
def test_attempts_that_meet_others_fetch_once(
    caller: Caller, web: Web, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    refusals, commit = [[refusal], [refusal]], Transaction.commit
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(Transaction, "commit", lambda self: refusals.pop() if refusals else commit(self))
    number = _create(caller, logo=URL)
    refusals += [[refusal], [refusal]]
    qr_codes.edit(caller, str(number), {"logo": f"{URL}?2"}, ())
    assert (refusals, web.asked) == ([], [URL, f"{URL}?2"])

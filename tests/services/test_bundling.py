"""Bundles: zipped in the answer while they are small; beyond that in a file, whole, whatever cuts its making off."""

import csv
import hashlib
import io
import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
import zxingcpp
from PIL import Image

from chalicelib import ids
from chalicelib.core.bundles import Order
from chalicelib.core.codes import QrCode
from chalicelib.core.days import DAY_MS
from chalicelib.core.exports import DONE, FAILED, RUNNING
from chalicelib.core.styles import FORMATS, Format
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.functions import jobs
from chalicelib.services import bundling, links, pictures, sweeping
from chalicelib.services.bundling import MOST_TRIES, Asked
from chalicelib.services.exporting import Built, Ordered
from chalicelib.services.links import NewLink
from chalicelib.store import bundles, codes, files, queues
from chalicelib.store.transactions import Transaction
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.world import World, now_ms

BASE = "https://qz.example"
NAMES = ("Spring", "Spring", "Summer")
FILES = ["Spring.png", "Spring-2.png", "Summer.png"]


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def spelled(account: Account) -> list[str]:
    """The ids of three links."""
    return [_link(account, name) for name in NAMES]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made in an answer."""
    monkeypatch.setattr(bundling, "MOST_BYTES", 1)


def _link(account: Account, name: str) -> str:
    made = links.seed(account.caller, NewLink("https://example.com/", own_hosts=(), label=name), now_ms())
    return ids.spell("dc", made.number)


def _code(account: Account, payload: str) -> str:
    code = QrCode(account.organization, ids.new(now_ms()), payload, now_ms(), "text")
    write = Transaction()
    codes.put_new(write, code)
    assert not write.commit()
    return ids.spell("qr", code.number)


def ask(account: Account, spelled: list[str], form: Format = "png", size: int = 200) -> Built | Ordered:
    return bundling.build_or_order(account.caller, Asked(spelled, form, size, BASE), now_ms())


def built(account: Account, spelled: list[str], form: Format = "png") -> bytes:
    answer = ask(account, spelled, form)
    assert isinstance(answer, Built)
    return answer.content


def order(account: Account, spelled: list[str], form: Format = "png") -> int:
    answer = ask(account, spelled, form)
    assert isinstance(answer, Ordered)
    return answer.number


def work(account: Account, number: int, out_of_time: Callable[[], bool] = lambda: False) -> int:
    """Work on an order until it is ended; how many runs that took."""
    for runs in itertools.count(1):
        if bundling.bundle(account.organization, number, now_ms(), out_of_time):
            return runs
    raise AssertionError


def status(account: Account, number: int) -> Order:
    return bundling.status(account.organization, number, now_ms())


def stored(account: Account, world: World, number: int) -> bytes:
    body: bytes = world.s3.get_object(Bucket="exports", Key=status(account, number).key)["Body"].read()
    return body


def opened(content: bytes) -> ZipFile:
    return ZipFile(io.BytesIO(content))


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(opened(content).read("codes.csv").decode(), newline="")))


def test_a_small_bundle_is_in_the_answer(account: Account, world: World, spelled: list[str]) -> None:
    content = built(account, spelled)
    zipped = opened(content)
    assert zipped.testzip() is None
    assert zipped.namelist() == ["codes.csv", *FILES]
    listed = rows(content)
    assert [row["id"] for row in listed] == spelled
    for row in listed:
        image = Image.open(io.BytesIO(zipped.read(row["file"])))
        (found,) = zxingcpp.read_barcodes(image.convert("L"))
        assert (found.text, image.size) == (row["payload"], (200, 200))
    assert world.messages("JOBS_QUEUE_URL") == []


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_compressed_already_is_stored_as_it_is(account: Account, spelled: list[str], form: Format) -> None:
    table, *members = opened(built(account, spelled, form)).infolist()
    expected = ZIP_DEFLATED if form in ("svg", "eps") else ZIP_STORED
    assert {it.compress_type for it in members} == {expected}
    assert all(it.filename.endswith(f".{form}") for it in members)
    assert table.compress_type == ZIP_DEFLATED


def test_the_same_pictures_are_the_same_zip(
    account: Account, spelled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = built(account, spelled)
    monkeypatch.setattr("time.localtime", lambda *_: (2040, 1, 2, 3, 4, 5, 0, 1, 0))
    assert hashlib.sha256(built(account, spelled)).digest() == hashlib.sha256(first).digest()
    assert {it.date_time for it in opened(first).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {it.external_attr >> 16 for it in opened(first).infolist()} == {0o644}


@pytest.mark.usefixtures("slow")
def test_a_large_one_is_a_file_with_the_same_content(
    account: Account, world: World, spelled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = order(account, spelled)
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "bundle": number}]
    assert (status(account, number).state, status(account, number).tries) == (RUNNING, 0)
    assert work(account, number) == 1
    assert (status(account, number).state, status(account, number).tries) == (DONE, 1)
    monkeypatch.setattr(bundling, "MOST_BYTES", 1_000_000)
    assert stored(account, world, number) == built(account, spelled)


class _Clock:
    """A clock on which each picture takes some seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
        self.now, self.drawn, self._seconds = 0.0, 0, itertools.chain(seconds, itertools.repeat(seconds[-1]))
        draw = pictures.draw

        def slowly(picture: Any) -> bytes:
            self.now += next(self._seconds)
            self.drawn += 1
            return draw(picture)

        monkeypatch.setattr(pictures, "draw", slowly)
        monkeypatch.setattr("chalicelib.services.bundling.time", SimpleNamespace(monotonic=lambda: self.now))


@pytest.mark.parametrize(
    ("seconds", "is_built", "drawn"),
    [
        pytest.param((0.1,), True, 20, id="quickly"),
        pytest.param((0.7,), True, 20, id="in time"),
        pytest.param((10.0, 0.1), True, 20, id="quickly, but for the first"),
        pytest.param((0.9,), False, 3, id="too slowly, as the first ones show"),
        pytest.param((0.1, 0.1, 0.1, 0.1, 4.0), False, 5, id="too slowly from some place on"),
    ],
)
def test_what_would_take_too_long_is_ordered_soon(
    account: Account, monkeypatch: pytest.MonkeyPatch, seconds: tuple[float, ...], is_built: bool, drawn: int
) -> None:
    several = [_link(account, f"n{n}") for n in range(20)]
    monkeypatch.setattr(bundling, "BUILD_SECONDS", 15.0)
    clock = _Clock(monkeypatch, *seconds)
    assert isinstance(ask(account, several), Built) == is_built
    assert clock.drawn == drawn


@pytest.mark.parametrize(("seconds", "drawn"), [(0.0, 12), (1.0, 2)], ids=["at once", "as the first ones show"])
def test_what_would_be_too_large_is_ordered(
    account: Account, monkeypatch: pytest.MonkeyPatch, seconds: float, drawn: int
) -> None:
    several = [_link(account, "n") for _ in range(13)]
    whole = built(account, several)
    monkeypatch.setattr(bundling, "MOST_BYTES", opened(whole).infolist()[-1].header_offset - 1)
    clock = _Clock(monkeypatch, seconds)
    order(account, several)
    assert clock.drawn == drawn


def test_the_end_of_a_zip_counts_too(account: Account, spelled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "MOST_BYTES", len(built(account, spelled)) - 1)
    order(account, spelled)
    monkeypatch.setattr(bundling, "MOST_BYTES", bundling.MOST_BYTES + 1)
    built(account, spelled)


@pytest.mark.usefixtures("slow")
def test_whoever_asks_again_meanwhile_is_given_the_same_order(
    account: Account, world: World, spelled: list[str]
) -> None:
    number = order(account, spelled)
    assert order(account, spelled) == order(account, [*spelled, spelled[0]]) == number
    assert order(account, spelled, "svg") != number
    assert order(account, spelled[::-1]) != number
    work(account, number)
    assert order(account, spelled) != number
    assert len(world.messages("JOBS_QUEUE_URL")) == 4


@pytest.mark.parametrize("at", range(1, 13))
@pytest.mark.usefixtures("slow")
def test_a_job_that_is_killed_anywhere_leaves_a_whole_file_in_the_end(
    account: Account, world: World, spelled: list[str], at: int
) -> None:
    number = order(account, spelled)
    with killed_at(at, {bundles: ("take", "end"), files: ("put",), pictures: ("draw",)}), pytest.raises(Killed):
        work(account, number)
    work(account, number)
    assert status(account, number).state == DONE
    assert opened(stored(account, world, number)).namelist() == ["codes.csv", *FILES]


@pytest.mark.usefixtures("slow")
def test_two_jobs_at_once_end_in_the_same_file(
    account: Account, world: World, spelled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, put = order(account, spelled), files.put

    def overtaken(key: str, content_type: str, file: Any) -> None:
        monkeypatch.setattr(files, "put", put)
        work(account, number)
        put(key, content_type, file)

    monkeypatch.setattr(files, "put", overtaken)
    work(account, number)
    assert (status(account, number).state, status(account, number).tries) == (DONE, 2)
    assert opened(stored(account, world, number)).testzip() is None


@pytest.mark.usefixtures("slow")
def test_a_job_that_is_out_of_time_is_begun_anew_a_few_times(
    account: Account, world: World, spelled: list[str]
) -> None:
    number = order(account, spelled)
    world.messages("JOBS_QUEUE_URL")
    assert work(account, number, lambda: True) == MOST_TRIES + 1
    assert status(account, number).state == FAILED
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "bundle": number}] * MOST_TRIES
    assert order(account, spelled) != number


@pytest.mark.usefixtures("slow")
def test_a_file_that_is_there_in_the_end_is_no_failure(account: Account, spelled: list[str]) -> None:
    """A message that came twice may end an order as failed while the last try is still at work."""
    number = order(account, spelled)
    taken = bundles.take(account.organization, number, now_ms())
    assert taken is not None
    bundles.end(taken, done=False)
    bundles.end(taken, done=True)
    assert status(account, number).state == DONE
    bundles.end(taken, done=False)
    assert status(account, number).state == DONE


@pytest.mark.usefixtures("slow")
def test_what_cannot_be_drawn_fails_at_once(
    account: Account,
    world: World,
    spelled: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    number = order(account, spelled)

    def refuse(_: object) -> bytes:
        raise InvalidRequest.for_field("payload", "is too long")

    monkeypatch.setattr(pictures, "draw", refuse)
    assert work(account, number) == 1
    assert status(account, number).state == FAILED
    assert f"{spelled[0]}.payload" in capsys.readouterr().out
    with pytest.raises(InvalidRequest, match=f"^{spelled[0]}.payload: is too long"):
        ask(account, spelled)


@pytest.mark.usefixtures("slow")
def test_what_was_deleted_since_is_left_out(account: Account, world: World, spelled: list[str]) -> None:
    number = order(account, spelled)
    links.erase(account.caller, spelled[0], now_ms())
    links.delete(account.caller, spelled[2], now_ms())
    work(account, number)
    assert [row["id"] for row in rows(stored(account, world, number))] == [spelled[1]]


@pytest.mark.usefixtures("slow")
def test_an_order_whose_message_was_lost_is_sent_again(
    account: Account, world: World, spelled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise Unavailable.storage()

    with monkeypatch.context() as patch:
        patch.setattr(queues, "send_job", fail)
        number = order(account, spelled)
    sweeping.sweep(now_ms())
    assert world.messages("JOBS_QUEUE_URL") == [], "a job may be at it"
    sweeping.sweep(now_ms() + sweeping.IDLE_MS + 1)
    (message,) = world.raw_messages("JOBS_QUEUE_URL")
    jobs.work([{"body": message}], _Context())
    assert status(account, number).state == DONE
    sweeping.sweep(now_ms() + 2 * sweeping.IDLE_MS)
    assert world.messages("JOBS_QUEUE_URL") == []


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 300_000


@pytest.mark.usefixtures("slow")
def test_orders_are_their_organizations_own_and_are_kept_for_a_week(account: Account, spelled: list[str]) -> None:
    number = order(account, spelled)
    for organization, later in ((account.organization + 1, 0), (account.organization, 7 * DAY_MS + 1000)):
        with pytest.raises(NotFound):
            bundling.status(organization, number, now_ms() + later)
    assert bundling.bundle(account.organization + 1, number, now_ms(), lambda: False)
    assert status(account, number).state == RUNNING


@pytest.mark.parametrize(
    ("spelling", "kind"),
    [("dc_5", NotFound), ("5", NotFound), ("banana", NotFound), ("", NotFound), ("scan_1", NotFound)],
)
def test_what_is_not_there_is_named_by_its_place(
    account: Account, world: World, spelled: list[str], spelling: str, kind: type[NotFound]
) -> None:
    with pytest.raises(kind) as caught:
        ask(account, [*spelled, spelling])
    assert (caught.value.field, caught.value.message) == ("ids.3", "ids.3: There is no such code")


def test_five_hundred_pictures_are_one_bundle(account: Account) -> None:
    several = [_code(account, f"number {n}") for n in range(500)]
    content = built(account, several, "svg")
    assert [row["payload"] for row in rows(content)] == [f"number {n}" for n in range(500)]
    assert len(opened(content).namelist()) == 501

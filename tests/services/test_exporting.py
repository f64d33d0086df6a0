"""Exports: in the answer while they are small; beyond that in a file, whole, whatever cuts its writing off."""

import csv
import io
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.core.days import DAY_MS
from chalicelib.core.exports import CSV, DONE, FAILED, FORMATS, JSON, RUNNING, Wanted
from chalicelib.core.places import Span
from chalicelib.core.scans import Facts, ScanKey
from chalicelib.errors import NotFound, Unavailable
from chalicelib.functions import jobs
from chalicelib.services import exporting, sweeping
from chalicelib.services.exporting import Built, Ordered
from chalicelib.store import exports, files, queues
from tests.services import stored
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.world import World, now_ms

SCANS = 70


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def written(account: Account) -> list[ScanKey]:
    """Scans of yesterday, oldest first."""
    begin = (now_ms() // DAY_MS - 1) * DAY_MS
    found = {account.key(begin + n * 60_000): Facts("a", "x", country="US", city=f"City {n}") for n in range(SCANS)}
    return stored.remember(found)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers and parts are so small that a few scans are more than one takes."""
    monkeypatch.setattr(exporting, "MOST_BYTES", 2_000)
    monkeypatch.setattr(exporting, "PART_BYTES", 1_000)


@pytest.fixture(autouse=True)
def _any_part_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)


def wanted(account: Account, kind: str = CSV) -> Wanted:
    yesterday = now_ms() // DAY_MS - 1
    span = Span(yesterday * DAY_MS, (yesterday + 1) * DAY_MS)
    return Wanted(account.organization, account.link.number, span, kind, "qrcodes", f"analytics.{kind}")


def order(account: Account, kind: str = CSV) -> int:
    answer = exporting.start_or_build(wanted(account, kind), now_ms())
    assert isinstance(answer, Ordered)
    return answer.number


def work(account: Account, number: int, out_of_time: Callable[[], bool] = lambda: False) -> int:
    """Work on an order until it is done; how many runs that took."""
    for runs in itertools.count(1):
        if exporting.export(account.organization, number, now_ms(), out_of_time):
            return runs
    raise AssertionError


def content(account: Account, world: World, number: int) -> bytes:
    key = exporting.status(account.organization, number, now_ms()).key
    body: bytes = world.s3.get_object(Bucket="exports", Key=key)["Body"].read()
    return body


def ids(body: bytes, kind: str = CSV) -> list[str]:
    rows = csv.DictReader(io.StringIO(body.decode(), newline="")) if kind == CSV else json.loads(body)
    return [row["id"] for row in rows]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_small_export_is_in_the_answer(account: Account, world: World, written: list[ScanKey], kind: str) -> None:
    answer = exporting.start_or_build(wanted(account, kind), now_ms())
    assert isinstance(answer, Built)
    assert ids(answer.content, kind) == [key.id for key in written]
    assert world.messages("JOBS_QUEUE_URL") == []


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.usefixtures("small")
def test_a_large_one_is_a_file_with_the_same_content(
    account: Account, world: World, written: list[ScanKey], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    number = order(account, kind)
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "export": number}]
    before = exporting.status(account.organization, number, now_ms())
    assert (before.state, before.total, before.progress.scans) == (RUNNING, SCANS, 0)
    assert work(account, number) == 1
    done = exporting.status(account.organization, number, now_ms())
    assert (done.state, done.progress.scans, len(done.progress.etags) > 3) == (DONE, SCANS, True)
    assert ids(content(account, world, number), kind) == [key.id for key in written]
    monkeypatch.setattr(exporting, "MOST_BYTES", 1_000_000)
    answer = exporting.start_or_build(wanted(account, kind), now_ms())
    assert isinstance(answer, Built)
    assert content(account, world, number) == answer.content


@pytest.mark.usefixtures("written")
def test_what_seemed_to_fit_and_does_not_is_ordered(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_BYTES", "MOST_CARRIED_BYTES"):
        with monkeypatch.context() as patch:
            patch.setattr(exporting, name, SCANS * 20)
            patch.setattr(exporting, "ROW_BYTES", {CSV: 1})
            order(account)


@pytest.mark.usefixtures("written")
def test_what_takes_too_long_is_ordered(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "BUILD_SECONDS", -1.0)
    order(account)


@pytest.mark.usefixtures("small", "written")
def test_whoever_asks_again_meanwhile_is_given_the_same_order(account: Account, world: World) -> None:
    number = order(account)
    assert order(account) == number
    assert order(account, JSON) != number
    work(account, number)
    assert order(account) != number
    assert len(world.messages("JOBS_QUEUE_URL")) == 3


@pytest.mark.usefixtures("small")
def test_a_job_that_is_out_of_time_is_gone_on_with(account: Account, world: World, written: list[ScanKey]) -> None:
    number = order(account, JSON)
    world.messages("JOBS_QUEUE_URL")
    runs = work(account, number, lambda: True)
    assert runs > 3
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "export": number}] * (runs - 1)
    assert ids(content(account, world, number), JSON) == [key.id for key in written]


@pytest.mark.parametrize("at", range(1, 26))
@pytest.mark.usefixtures("small")
def test_a_job_that_is_killed_anywhere_leaves_a_whole_file_in_the_end(
    account: Account, world: World, written: list[ScanKey], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Before or after any of its writes; and scans that come while it runs are whole or not in it."""
    monkeypatch.setattr(exporting, "PART_BYTES", 4_000)
    number = order(account, JSON)
    with killed_at(at, {files: ("begin", "put_part", "complete"), exports: ("reach", "end")}):
        try:
            exporting.export(account.organization, number, now_ms(), lambda: False)
        except Killed:
            stored.remember({account.key(written[-1].ms + 60_000): Facts("b", "x")})
    work(account, number)
    assert exporting.status(account.organization, number, now_ms()).state == DONE
    found = ids(content(account, world, number), JSON)
    assert found[:SCANS] == [key.id for key in written]
    assert len(found) in (SCANS, SCANS + 1)


@pytest.mark.usefixtures("small", "written")
def test_a_file_that_is_whole_is_not_written_again(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    number = order(account)
    with monkeypatch.context() as patch:
        patch.setattr(exports, "end", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work(account, number)
    monkeypatch.setattr(files, "put_part", lambda *_: 1 / 0)
    assert work(account, number) == 1
    assert exporting.status(account.organization, number, now_ms()).state == DONE


@pytest.mark.usefixtures("small")
def test_a_part_that_another_job_wrote_over_is_not_taken_for_ones_own(
    account: Account, world: World, written: list[ScanKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, complete = order(account), files.complete

    def overwritten(key: str, upload: str, etags: tuple[str, ...]) -> None:
        files.put_part(key, upload, 1, b"another's")
        monkeypatch.setattr(files, "complete", complete)
        complete(key, upload, etags)

    monkeypatch.setattr(files, "complete", overwritten)
    assert work(account, number) == 2
    assert ids(content(account, world, number)) == [key.id for key in written]


@pytest.mark.usefixtures("small")
def test_of_two_jobs_the_one_that_was_overtaken_stops(
    account: Account, world: World, written: list[ScanKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, put_part = order(account), files.put_part
    parts: list[int] = []

    def overtaken(key: str, upload: str, part: int, body: bytes) -> str:
        etag = put_part(key, upload, part, body)
        parts.append(part)
        if len(parts) == 2:
            monkeypatch.setattr(files, "put_part", put_part)
            assert exporting.export(account.organization, number, now_ms(), lambda: False)
        return etag

    monkeypatch.setattr(files, "put_part", overtaken)
    assert work(account, number) == 1
    assert parts == [1, 2]
    assert ids(content(account, world, number)) == [key.id for key in written]


@pytest.mark.usefixtures("small", "written")
def test_an_order_that_comes_to_nothing_in_a_day_has_failed(account: Account, world: World) -> None:
    number = order(account)
    assert not exporting.export(account.organization, number, now_ms(), lambda: True)
    assert exporting.export(account.organization, number, now_ms() + DAY_MS + 60_000, lambda: False)
    assert exporting.status(account.organization, number, now_ms()).state == FAILED
    assert world.s3.list_multipart_uploads(Bucket="exports").get("Uploads", []) == []


@pytest.mark.usefixtures("small", "written")
def test_an_order_whose_message_was_lost_is_sent_again(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise Unavailable.storage()

    with monkeypatch.context() as patch:
        patch.setattr(queues, "send_job", fail)
        number = order(account)
    sweeping.sweep(now_ms())
    assert world.messages("JOBS_QUEUE_URL") == [], "a job may be at it"
    sweeping.sweep(now_ms() + sweeping.IDLE_MS + 1)
    (message,) = world.raw_messages("JOBS_QUEUE_URL")
    jobs.work([{"body": message}], _Context())
    assert exporting.status(account.organization, number, now_ms()).state == DONE
    sweeping.sweep(now_ms() + 2 * sweeping.IDLE_MS)
    assert world.messages("JOBS_QUEUE_URL") == []


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 300_000


@pytest.mark.usefixtures("small", "written")
def test_orders_are_their_organizations_own_and_are_kept_for_a_week(account: Account) -> None:
    number = order(account)
    for organization, later in ((account.organization + 1, 0), (account.organization, 7 * DAY_MS + 1000)):
        with pytest.raises(NotFound):
            exporting.status(organization, number, now_ms() + later)
    assert not isinstance(exporting.start_or_build(replace(wanted(account), link=1), now_ms()), Ordered)


@pytest.mark.usefixtures("small", "written")
def test_a_signed_address_gives_one_file_for_fifteen_minutes(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    number = order(account)
    url = urlsplit(exporting.signed_url(exporting.status(account.organization, number, now_ms())))
    query = parse_qs(url.query)
    assert url.path == f"/exports/{account.organization}/{number}/analytics.csv"
    assert query["X-Amz-Expires"] == ["900"]
    assert query["response-content-disposition"] == ['attachment; filename="analytics.csv"']
    assert url.netloc == "s3.eu-west-1.amazonaws.com"
    files._client.cache_clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    local = urlsplit(exporting.signed_url(exporting.status(account.organization, number, now_ms())))
    files._client.cache_clear()
    assert (local.scheme, local.netloc, local.path) == ("http", "127.0.0.1:4566", url.path)

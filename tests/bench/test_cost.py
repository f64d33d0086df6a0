"""What a month uses, from made-up figures: each expectation is worked out by hand."""

from dataclasses import replace

import pytest

from app import app
from bench import assumptions, billing, cost, savings, stack, usage
from bench.assumptions import Traffic
from bench.outcome import body
from bench.prices import SERVICES, US_EAST_1, Item
from bench.usage import Aside, Clocked, Figures, Folded, Read

FIGURES = Figures(
    redirect_cpu_ms=0.4,
    call_cpu_ms=0.7,
    fold={traffic.fold: Folded(writes=16, reads=7, cpu_ms=2) for traffic in cost.LEVELS},
    slug=Aside(calls=1, reads=0.5, writes=0),
    told=Aside(calls=2, reads=2, writes=0),
    key=Aside(calls=3, reads=2, writes=1),
    swept=Aside(calls=0.1, reads=1, writes=0),
    init_ms={"Redirect": 200},
    item_bytes={"scans": 400, "visitors": 200, "rollups": 600},
    reads=[Read("summary", calls=4, reads=6, cpu_ms=10)],
    clock=[Clocked("Slow", 43_800, calls=0, reads=0, writes=0, queue_calls=1, waits_ms=1000)],
)
ALONE = Traffic("a thousand", 1000, fold=cost.LEVELS[0].fold, slug_reads=1.0, cold=0.0, codes=1)


def test_a_redirect_is_a_call_an_invocation_and_its_logs() -> None:
    used = usage.redirects(ALONE, FIGURES)
    # 0.4 + 0.7 ms of a core, of which 512 MB are 0.289; then two calls of 5 ms: 13.8 ms, billed as 14.
    assert used[Item.API_CALLS] == used[Item.INVOCATIONS] == 1000
    assert used[Item.GB_SECONDS] == pytest.approx(1000 * 0.014 * 0.5)
    assert used[Item.READS] == 500
    assert used[Item.LOGS_GB] * 2**30 == pytest.approx(
        1000 * (assumptions.PLATFORM_LOG.value + assumptions.OWN_LOG.value + assumptions.ACCESS_LOG.value)
    )
    assert Item.WRITES not in used  # the fold's units hold them


def test_a_cold_start_is_billed_with_what_it_loads() -> None:
    warm, cold = (usage.redirects(replace(ALONE, cold=share), FIGURES) for share in (0.0, 1.0))
    # 200 ms of a core take 691 ms in 512 MB; with 13.8 ms that is billed as 705.
    assert warm[Item.GB_SECONDS] == pytest.approx(1000 * 0.014 * 0.5)
    assert cold[Item.GB_SECONDS] == pytest.approx(1000 * 0.705 * 0.5)
    assert cold[Item.INVOCATIONS] == warm[Item.INVOCATIONS]


@pytest.mark.parametrize(
    ("a_second", "scans"),
    [
        pytest.param(0, 1, id="one by one"),
        pytest.param(2, 2, id="two a second over four shards, gathered for two seconds"),
        pytest.param(200, 101, id="two hundred a second"),
        pytest.param(1e6, 1000, id="no more than a batch holds"),
    ],
)
def test_scans_gather_while_a_window_is_open(a_second: float, scans: float) -> None:
    assert assumptions.gathered(a_second, window_seconds=2, most=1000) == scans


def test_batches_are_as_large_as_the_product_makes_them() -> None:
    sizes = {source.name: vars(source).get("batch_size") for source in app.event_sources}
    assert (sizes["fold"], sizes["events"]) == (usage.MOST_IN_BATCH, usage.MOST_TOLD)


def test_scans_that_come_together_share_an_invocation() -> None:
    busy = replace(ALONE, scans=2 * assumptions.MONTH_SECONDS)
    assert usage.folds(ALONE, FIGURES)[Item.INVOCATIONS] == pytest.approx(1000, rel=0.001)
    assert usage.folds(busy, FIGURES)[Item.INVOCATIONS] == pytest.approx(busy.scans / 2)
    assert usage.folds(busy, FIGURES)[Item.WRITES] == busy.scans * 16


def test_what_is_kept_is_stored_and_can_be_recovered() -> None:
    used = usage.kept(ALONE, FIGURES)
    scans, visitors, rollups = 12_000 * (500 + 230), 13_000 * 300, 365 * 700
    assert used[Item.STORED_GB] == pytest.approx((scans + visitors + rollups) / 2**30)
    assert used[Item.RECOVERY_GB] == used[Item.STORED_GB]


def test_a_stack_that_nobody_uses_costs_what_its_clock_alarms_and_queues_do() -> None:
    used = usage.idle(FIGURES, keys=10)
    assert used[Item.ALARMS] == stack.alarms() == 27  # 18 alarms of one metric, one of three, three of two
    assert used[Item.DASHBOARDS] == stack.dashboards() == 1
    assert used[Item.METRICS] == 0
    assert used[Item.QUEUE_CALLS] == 3 * 15 * 730 * 60 + 43_800
    assert used[Item.KEY_CALLS] == 10 * 730 * 60 / 5
    # 1 s of waiting and 0.7 ms of a whole core, in 1,769 MB, billed as 1,001 ms.
    assert used[Item.GB_SECONDS] == pytest.approx(43_800 * 1.001 * 1769 / 1024)
    assert Item.API_CALLS not in used


def test_an_answer_of_the_api_is_billed_with_its_key() -> None:
    used = usage.answered(FIGURES.reads[0], FIGURES, 1000)
    # 3 x 0.7 and 10 ms of a core take 20.9 ms in 1,024 MB, seven calls 35 ms: billed as 56.
    assert used[Item.GB_SECONDS] == pytest.approx(1000 * 0.056)
    assert used[Item.READS] == 8000
    assert used[Item.WRITES] == 1000
    assert used[Item.TRANSFER_GB] == pytest.approx(1000 * 20_900 / 2**30)


@pytest.mark.parametrize("level", cost.LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("change", savings.CHANGES, ids=lambda change: change.what)
def test_a_change_leaves_nothing_below_zero(level: Traffic, change: savings.Change) -> None:
    case = savings.Case(level, usage.month(level, FIGURES), FIGURES, US_EAST_1)
    assert min(change.used(case).values()) >= 0


def test_changes_save_what_they_take_away() -> None:
    level = cost.LEVELS[1]
    case = savings.Case(level, usage.month(level, FIGURES), FIGURES, US_EAST_1)
    now = billing.total(case.used, US_EAST_1)
    saved = {change.what: now - billing.total(change.used(case), US_EAST_1) for change in savings.CHANGES}
    assert saved["an HTTP API instead of the REST API"] == pytest.approx(2.50)
    assert saved["CloudFront in front of the REST API"] < 0
    assert saved["no point-in-time recovery"] == pytest.approx(case.used[Item.RECOVERY_GB] * 0.20)
    assert saved["`Slow` looks whether anything waits"] == pytest.approx(43_800 * 0.995 * 1769 / 1024 * 0.0000133334)


def test_a_bill_grows_by_less_than_its_scans() -> None:
    small, large = (billing.total(usage.month(level, FIGURES), US_EAST_1) for level in (cost.LEVELS[0], cost.LEVELS[2]))
    assert small < large < small * 100_000


def _dollars(cell: object) -> float:
    return float(str(cell).replace(",", ""))


def test_tables_hold_every_service_and_add_up() -> None:
    section = cost.scans_section(FIGURES)
    rows = {str(row[0]): row[1:] for row in section.rows}
    services = [row for row in section.rows if str(row[0]) in SERVICES]
    for column in range(3):
        parts = sum(_dollars(row[column + 1]) for row in services)
        assert parts == pytest.approx(_dollars(rows["**a million scans**"][column]), abs=0.05)
        months = rows["a month's scans"][column], rows["a month of what is there without scans"][column]
        assert sum(map(_dollars, months)) == pytest.approx(_dollars(rows["**a month in us-east-1**"][column]), abs=1)
    assert "DynamoDB writes" in body(section)


def test_what_a_stack_costs_while_nobody_scans_adds_up() -> None:
    *parts, everything, beyond = cost.idle_section(FIGURES).rows
    assert sum(_dollars(row[1]) for row in parts) == pytest.approx(_dollars(everything[1]), abs=0.05)
    assert _dollars(beyond[1]) < _dollars(everything[1])


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        pytest.param(0, "", id="nothing"),
        pytest.param(10_240, "10,240", id="thousands"),
        pytest.param(333e6, "333 million", id="millions"),
        pytest.param(18.75e9, "18.75 billion", id="billions"),
    ],
)
def test_numbers_of_price_lists_are_words(amount: float, said: str) -> None:
    assert cost.number(amount) == said

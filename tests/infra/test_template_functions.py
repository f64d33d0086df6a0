"""Functions: their sizes, their shares of the account, and when they are tried again."""

import json
from typing import Any

from chalicelib.services import sweeping
from infra.migrate import PATIENCE_SECONDS
from tests.infra.conftest import Resources
from tests.infra.translated import Variant, of_type

FUNCTIONS = (
    *("APIHandler", "Redirect", "Fold", "Spill", "Jobs", "Sweep", "Recount"),
    *("Events", "Deliver", "Slow", "Tick"),
)
NEW_ACCOUNT, USUAL_ACCOUNT, LEFT_TO_ALL = 10, 1_000, 100  # quotas of concurrency; the last is what Lambda insists on


def test_the_functions_are_the_ones_that_the_template_sizes(resources: Resources) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    assert sorted(functions) == sorted(FUNCTIONS)
    assert {it["Architectures"][0] for it in functions.values()} == {"arm64"}
    assert all(it["MemorySize"] >= 512 for it in functions.values())


def test_every_function_has_a_role_and_a_log_of_its_own(resources: Resources) -> None:
    functions = of_type(resources, "AWS::Lambda::Function").values()
    assert len({json.dumps(it["Role"]) for it in functions}) == len(FUNCTIONS)
    logs = {it["LoggingConfig"]["LogGroup"]["Ref"] for it in functions}
    assert len(logs) == len(FUNCTIONS)


def test_the_sweep_takes_no_order_for_lost_that_a_job_may_be_at(resources: Resources) -> None:
    assert 2_000 * resources["Jobs"]["Properties"]["Timeout"] <= sweeping.IDLE_MS


def test_who_waits_for_a_migration_waits_for_longer_than_a_job_may_be_silent(resources: Resources) -> None:
    assert resources["Jobs"]["Properties"]["Timeout"] < PATIENCE_SECONDS


def reservations(template: dict[str, Any], **parameters: str) -> dict[str, int]:
    """How much of the account's concurrency each function has for itself, and no more than that."""
    functions = of_type(Variant(template, **parameters).resources, "AWS::Lambda::Function")
    said = {name: it.get("ReservedConcurrentExecutions") for name, it in functions.items()}
    defaults = {name: it.get("Default") for name, it in template["Parameters"].items()}
    return {name: defaults[it["Ref"]] if isinstance(it, dict) else it for name, it in said.items() if it is not None}


def test_every_function_but_the_redirect_is_held_to_its_part(template: dict[str, Any]) -> None:
    reserved = reservations(template)
    assert set(FUNCTIONS) - set(reserved) == {"Redirect"}
    assert USUAL_ACCOUNT - sum(reserved.values()) >= 600, "what is left is the redirect's"
    assert 2 * sum(reserved.values()) <= USUAL_ACCOUNT - LEFT_TO_ALL, "two stages fit into one account"


def test_an_account_that_has_little_yet_reserves_nothing(template: dict[str, Any]) -> None:
    assert reservations(template, ReserveConcurrency="false") == {}
    assert sum(reservations(template).values()) > NEW_ACCOUNT


def test_who_runs_by_the_clock_runs_alone_and_does_not_pile_up(template: dict[str, Any]) -> None:
    resources = Variant(template).resources
    clocked = {
        it["Targets"][0]["Arn"]["Fn::GetAtt"][0]: it["Targets"][0]
        for it in of_type(resources, "AWS::Events::Rule").values()
    }
    tried = {it["FunctionName"]["Ref"]: it for it in of_type(resources, "AWS::Lambda::EventInvokeConfig").values()}
    assert set(clocked) == set(tried) == {"Sweep", "Tick", "Slow", "Recount"}
    reserved = reservations(template)
    # Slow's next run begins while the one before ends what it took.
    assert {name: reserved[name] for name in clocked} == {"Sweep": 1, "Tick": 1, "Slow": 2, "Recount": 1}
    limits = {name: (it["MaximumRetryAttempts"], it["MaximumEventAgeInSeconds"]) for name, it in tried.items()}
    assert limits == {"Sweep": (0, 300), "Tick": (0, 60), "Slow": (0, 60), "Recount": (2, 21600)}
    for name in ("Sweep", "Tick", "Slow"):
        assert clocked[name]["RetryPolicy"]["MaximumEventAgeInSeconds"] == limits[name][1], "the next one is due then"


def test_every_function_has_something_that_wakes_it(resources: Resources) -> None:
    mapped = {it["FunctionName"]["Ref"] for it in of_type(resources, "AWS::Lambda::EventSourceMapping").values()}
    assert mapped == {"Fold", "Events", "Spill", "Jobs", "Deliver"}
    by_clock = {it["Targets"][0]["Arn"]["Fn::GetAtt"][0] for it in of_type(resources, "AWS::Events::Rule").values()}
    assert set(FUNCTIONS) == mapped | by_clock | {"APIHandler", "Redirect"}

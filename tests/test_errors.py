"""Errors: the tree at the top of the module is the truth about codes and kinships."""

import re

import pytest

from chalicelib import errors
from chalicelib.errors import QuietzoneError

_BRANCH = re.compile(r"^([│ ]*)[├└]── (\w+) +(\w+)", re.M)


def _kinds(kind: type[QuietzoneError]) -> set[type[QuietzoneError]]:
    return {kind}.union(*(_kinds(below) for below in kind.__subclasses__()))


def test_the_drawn_tree_is_the_tree_of_classes() -> None:
    drawn: dict[str, tuple[str, str]] = {}
    path = ["QuietzoneError"]
    for indent, name, code in _BRANCH.findall(errors.__doc__ or ""):
        depth = len(indent) // 4
        path[depth + 1 :] = [name]
        drawn[name] = (path[depth], code)
    real = {kind.__name__: (kind.__mro__[1].__name__, kind.code) for kind in _kinds(QuietzoneError) - {QuietzoneError}}
    assert drawn == real


@pytest.mark.parametrize(
    ("error", "code", "field"),
    [
        pytest.param(
            errors.InvalidRequest.for_field("days", "must be a number"), "invalid_request", "days", id="field"
        ),
        pytest.param(errors.BodyTooLarge.over(10), "invalid_request", "body", id="body"),
        pytest.param(errors.IdempotencyMismatch.of_key(), "invalid_request", "Idempotency-Key", id="idempotency"),
        pytest.param(errors.NotSupported.yet("password"), "not_supported", "password", id="not supported"),
        pytest.param(errors.UnsafeDestination("no", "destination"), "unsafe_destination", "destination", id="unsafe"),
        pytest.param(errors.Unauthorized.missing_key(), "unauthorized", None, id="no key"),
        pytest.param(errors.Unauthorized.unknown_key(), "unauthorized", None, id="unknown key"),
        pytest.param(errors.Forbidden.scope("scans:read"), "unauthorized", None, id="scope"),
        pytest.param(errors.Unauthorized.signed_out(), "unauthorized", None, id="signed out"),
        pytest.param(errors.SignInEnded.of_link(), "gone", None, id="a link of before"),
        pytest.param(errors.RateLimited.sign_ins(5, 2_000, 0), "rate_limited", None, id="links in 15 minutes"),
        pytest.param(errors.Unauthorized.invalid_token(), "unauthorized", None, id="token"),
        pytest.param(errors.Forbidden.role("owner"), "unauthorized", None, id="role"),
        pytest.param(errors.Forbidden.token(), "unauthorized", None, id="a token for a token"),
        pytest.param(errors.KeyExpired.of_caller(), "unauthorized", None, id="expired key"),
        pytest.param(errors.KeyRevoked.of_caller(), "unauthorized", None, id="revoked key"),
        pytest.param(errors.NotFound.of("link"), "not_found", None, id="not found"),
        pytest.param(errors.Gone.of("QR code"), "gone", None, id="gone"),
        pytest.param(errors.SlugTaken.of("spring"), "slug_taken", "slug", id="slug"),
        pytest.param(
            errors.PlanLimitExceeded.monthly("free", 5, 5, 1, "2026-05", "2026-06-01T00:00:00Z"),
            "plan_limit_exceeded",
            None,
            id="plan",
        ),
        pytest.param(errors.RateLimited.an_hour(20, 0, 1, 2_000, 0), "rate_limited", None, id="rate"),
        pytest.param(errors.RateLimited.a_minute(60, 2_000, 0), "rate_limited", None, id="rate a minute"),
        pytest.param(errors.Unavailable.storage(), "server_error", None, id="storage"),
        pytest.param(errors.Unavailable.time_is_up(), "server_error", None, id="time"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(error: QuietzoneError, code: str, field: str | None) -> None:
    assert (error.code, error.field) == (code, field)
    assert error.message
    assert str(error) == error.message


def test_a_fields_name_is_in_its_message() -> None:
    assert errors.InvalidRequest.for_field("days", "must be a number").message == "days: must be a number"


def test_an_error_about_a_part_keeps_its_kind_and_names_the_whole() -> None:
    error = errors.SlugTaken.of("spring").within("urls.3")
    assert (type(error), error.field) == (errors.SlugTaken, "urls.3.slug")
    assert error.message == str(error) == "urls.3.slug: spring is taken"


@pytest.mark.parametrize(
    ("reset_ms", "seconds"),
    [
        pytest.param(10_000, 10, id="whole seconds"),
        pytest.param(10_001, 11, id="a part of a second counts whole"),
        pytest.param(1, 1, id="at least one"),
        pytest.param(-5_000, 1, id="over already"),
    ],
)
def test_a_rate_limit_says_when_to_come_back(reset_ms: int, seconds: int) -> None:
    error = errors.RateLimited.an_hour(20, 0, 1, reset_ms, 0)
    assert (error.limit, error.remaining, error.reset_ms, error.retry_after) == (20, 0, reset_ms, seconds)


@pytest.mark.parametrize(
    ("units", "message"),
    [
        pytest.param(1, "At most 20 creates an hour; try again in 2 s", id="one"),
        pytest.param(9, "At most 20 creates an hour, and 4 are left, not 9; try again in 2 s", id="more than are left"),
        pytest.param(21, "At most 20 creates an hour, and never 21 at once; ask for fewer", id="more than there are"),
    ],
)
def test_a_rate_limit_says_whether_waiting_helps(units: int, message: str) -> None:
    assert errors.RateLimited.an_hour(20, 4, units, 2_000, 0).message == message


def test_a_plans_limit_says_which_plan_how_many_of_which_month_and_what_to_do() -> None:
    error = errors.PlanLimitExceeded.monthly("free", 25, 23, 3, "2026-05", "2026-06-01T00:00:00Z")
    assert error.message == (
        "The free plan allows 25 QR codes a month: 23 were made in 2026-05, which leaves no room for 3 more. Take a "
        "larger plan, or go on when the next month begins, at 2026-06-01T00:00:00Z"
    )

"""Each function's role allows what the function does, and no more: held against all that the tests before made it do.

So these come last. A permission that is missing fails here, whatever became of the call; one that nothing needed, when
every other test of this folder ran well before.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra import aws
from infra.local import LocalStack
from tests.e2e import privilege
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.observed import function_name
from tests.e2e.privilege import Permissions
from tests.e2e.whole_run import WholeRun

LACKS = "infra/template/roles.yaml lacks"
SPARE = "infra/template/roles.yaml allows what nothing did; take it out, or have a test of tests/e2e do it"


def test_no_function_was_refused_anything(stack: LocalStack) -> None:
    told = privilege.refused(stack)
    assert not told, "\n".join([f"{LACKS}:", *told])


def test_lambda_may_do_what_it_does_for_a_function(stack: LocalStack) -> None:
    may, done = privilege.granted(stack), privilege.done_by_lambda(stack)
    told = _told({name: done[name] - those for name, those in may.items()})
    assert not told, "\n".join([f"{LACKS}:", *told])


def test_no_role_allows_what_nothing_needs(stack: LocalStack, whole_run: WholeRun) -> None:
    if reason := whole_run.missing(Path(__file__)):
        pytest.skip(f"every other end-to-end test comes first: {reason}")
    may, used, done = privilege.granted(stack), privilege.used(stack), privilege.done_by_lambda(stack)
    told = _told({name: those - used[name] - done[name] for name, those in may.items()})
    assert not told, "\n".join([f"{SPARE}:", *told])


def test_what_a_role_does_not_allow_is_refused(stack: LocalStack, client: Client) -> None:
    assert client.scan("nobody-made-this", IPHONE_SAFARI).status == 404
    with _nothing_allowed(stack, "chalicelib.redirect.handler"):
        assert client.scan("nobody-made-this", IPHONE_SAFARI).status == 503
        assert "dynamodb:GetItem" in privilege.refused(stack)[-1]
    assert client.scan("nobody-made-this", IPHONE_SAFARI).status == 404


@contextmanager
def _nothing_allowed(stack: LocalStack, handler: str) -> Iterator[None]:
    """The role of a function without its policies, for a while."""
    clients = aws.clients(stack.aws_endpoint)
    function = clients("lambda").get_function_configuration(FunctionName=function_name(stack, handler))
    iam, role = clients("iam"), function["Role"].rpartition("/")[2]
    policies = privilege.policies(stack, role)
    for name in policies:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        yield
    finally:
        for name, document in policies.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)


def _told(permissions: Mapping[str, Permissions]) -> list[str]:
    return [f"{name}: {it.action} on {it.resource}" for name, those in permissions.items() for it in sorted(those)]

"""How commands fail: one line that says what to do, and the exit code."""

import io

import pytest
from botocore import exceptions as refused

from chalicelib.errors import InvalidRequest, Unavailable
from infra.command import confirmed, run
from infra.errors import StackError


def client_error(code: str, message: str = "No.") -> refused.ClientError:
    return refused.ClientError({"Error": {"Code": code, "Message": message}}, "CreateChangeSet")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StackError("this is why"), "this is why"),
        (InvalidRequest.for_field("PREFIX", "is too long"), "PREFIX: is too long"),
        (Unavailable.storage(), "the tables are busy: the same command again goes on"),
        (refused.NoCredentialsError(), "there are no AWS credentials: run aws configure"),
        (refused.PartialCredentialsError(provider="env", cred_var="x"), "there are no AWS credentials"),
        (refused.ProfileNotFound(profile="ada"), "(ada) could not be found: see AWS_PROFILE"),
        (refused.UnauthorizedSSOTokenError(), "your AWS session is over: sign in to AWS again"),
        (refused.TokenRetrievalError(provider="sso", error_msg="x"), "your AWS session is over"),
        (client_error("ExpiredToken"), "your AWS session is over"),
        (client_error("ExpiredTokenException"), "your AWS session is over"),
        (client_error("InvalidClientTokenId"), "AWS does not know your credentials"),
        (client_error("SignatureDoesNotMatch"), "your AWS secret key is wrong, or this machine's clock"),
        (
            client_error("AccessDenied", "not you"),
            "may not call CreateChangeSet, ask who administers the account: not you",
        ),
        (client_error("ValidationError", "Wrong\nsize"), "AWS refuses CreateChangeSet: Wrong size"),
        (refused.EndpointConnectionError(endpoint_url="https://x"), "AWS cannot be reached"),
    ],
    ids=lambda case: type(case).__name__ if isinstance(case, Exception) else "",
)
def test_a_failure_is_one_line_that_says_what_to_do(
    error: Exception, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> None:
        raise error

    assert run(main) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("quietzone: ")
    assert said in printed
    assert printed.count("\n") == 1


def test_ctrl_c_ends_a_command_without_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> None:
        raise KeyboardInterrupt

    assert run(main) == 130
    assert "the same command goes on from here" in capsys.readouterr().err


@pytest.mark.parametrize(("answer", "code"), [(None, 0), (True, 0), (False, 1)])
def test_a_command_that_finds_something_wrong_says_so_by_its_exit_code(answer: bool | None, code: int) -> None:
    assert run(lambda: answer) == code


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "yes"), [("y", True), ("YES", True), ("n", False), ("", False), ("yeah", False)])
def test_only_a_clear_yes_confirms(monkeypatch: pytest.MonkeyPatch, typed: str, yes: bool) -> None:
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda _: typed)
    assert confirmed("Really?") == yes


def test_where_nobody_can_be_asked_only_yes_said_beforehand_confirms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    monkeypatch.delenv("YES", raising=False)
    with pytest.raises(StackError, match="add YES=1"):
        confirmed("Really?")
    monkeypatch.setenv("YES", "0")
    with pytest.raises(StackError, match="add YES=1"):
        confirmed("Really?")
    monkeypatch.setenv("YES", "1")
    assert confirmed("Really?")

"""Functions of the embedded AWS may do what their roles allow, and nothing else, as on AWS.

MiniStack asks nobody. Here each function's requests carry its name, as on AWS they carry the token of its role's
session; its role's policies decide, and who is refused hears it as AWS says it. What was allowed by which permission
is written down in the state folder: `tests/e2e/test_privilege.py` finds the permissions that nobody needs in it.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from infra.embedded.actions import Signed, UnknownRequest, asked
from infra.embedded.policies import Permission, allowing

CALLS = "calls.jsonl"

Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[..., Awaitable[Answer | None]]

_TOKEN: Final = "function/"  # noqa: S105 - what begins the name of a function


class Book:
    """What functions did, each thing once: a line of JSON with the function, the action, and the permission's resource;
    or, where the role refused it, with `refused` and what it was refused for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()
        self._known: set[str] = set()

    def allowed(self, function: str, permissions: Iterable[Permission]) -> None:
        for permission in permissions:
            self._write({"function": function, **permission._asdict()})

    def refused(self, function: str, what: str) -> None:
        self._write({"function": function, "refused": what})

    def _write(self, entry: Mapping[str, str]) -> None:
        line = json.dumps(entry)
        if line not in self._known:
            self._known.add(line)
            with self._path.open("a") as file:
                file.write(f"{line}\n")


def enforce_roles(folder: Path) -> None:
    """Let functions do only what their roles allow, and keep book of it in the state folder."""
    from ministack import app

    _name_functions()
    app._handle_special_data_plane_request = _guarded(app._handle_special_data_plane_request, Book(folder / CALLS))


def _name_functions() -> None:
    """Give each function's process its name as the token of its session, which MiniStack leaves empty."""
    from ministack.core import lambda_runtime

    make = lambda_runtime.Worker.__init__

    def made(worker: Any, name: str, config: dict[str, Any], code: bytes) -> None:
        variables = {**config.get("Environment", {}).get("Variables", {}), "AWS_SESSION_TOKEN": f"{_TOKEN}{name}"}
        make(worker, name, {**config, "Environment": {"Variables": variables}}, code)

    lambda_runtime.Worker.__init__ = made
    lambda_runtime._RESERVED_RUNTIME_ENV_VARS -= {"AWS_SESSION_TOKEN"}


def _guarded(handle: Handler, book: Book) -> Handler:
    """The first handler that sees each request and its body, behind a look at who asks for what."""

    async def guarded(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]], request_id: str
    ) -> Answer | None:
        token = headers.get("x-amz-security-token") or query.get("X-Amz-Security-Token", [""])[0]
        if token.startswith(_TOKEN):
            signed = Signed(method, path, query, headers, body)
            if refusal := _refusal(token.removeprefix(_TOKEN), signed, book):
                return answer(signed, refusal)
        return await handle(method, path, headers, body, query, request_id)

    return guarded


def _refusal(function: str, signed: Signed, book: Book) -> str:
    """Why a function's request is refused; empty when it is not. It is in the book then."""
    try:
        wanted = asked(signed)
    except UnknownRequest as error:
        return _refused(function, f"an action for {error} is not known", book)
    documents = _policies(function)
    for one in wanted:
        permissions = allowing(documents, one)
        if not permissions:
            return _refused(function, f"{one.action} on {one.resource}", book)
        book.allowed(function, permissions)
    return ""


def _refused(function: str, what: str, book: Book) -> str:
    book.refused(function, what)
    print(f"{function}: its role refuses {what}")
    return f"{function} is not authorized to perform: {what} because no identity-based policy allows it"


def _policies(function: str) -> tuple[str, ...]:
    """The policies of a function's role as they are now; none when there is no such function or role."""
    from ministack.services import iam, lambda_svc

    found = lambda_svc._functions.get(function)
    role = iam._roles.get(found["config"]["Role"].rpartition("/")[2]) if found else None
    return tuple(role["InlinePolicies"].values()) if role else ()


def answer(signed: Signed, message: str) -> Answer:
    """A refusal, as the service that was asked says it."""
    if signed.service == "s3":
        body = f"<Error><Code>AccessDenied</Code><Message>{escape(message)}</Message></Error>".encode()
        return 403, {"Content-Type": "application/xml"}, b"" if signed.method == "HEAD" else body
    said = {"__type": "com.amazon.coral.service#AccessDeniedException", "Message": message}
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-ErrorType": "AccessDeniedException"}
    if signed.service == "sqs":
        headers["x-amzn-query-error"] = "AccessDenied;Sender"
    return 403 if signed.service == "ses" else 400, headers, json.dumps(said).encode()

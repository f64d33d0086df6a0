"""Signing in by a link in a mail, and out again."""

from typing import Any
from urllib.parse import unquote

from chalice.app import Response

from chalicelib.errors import Gone, InvalidRequest, Unauthorized
from chalicelib.pages import cookies
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import sessions, signing_in

bp = Pages(__name__)
HOME = "/dashboard"


@bp.page("GET", "/sign-in", public=True)
def ask(visit: Visit) -> Response:
    """The form that asks for a link; who is signed in already has no need of one."""
    try:
        _ = visit.session
    except Unauthorized:
        return visit.page("sign_in/ask.html", **_values("", visit.query.get("next", "")))
    return visit.see(_local(visit.query.get("next", "")))


@bp.page("POST", "/sign-in", public=True)
def send(visit: Visit) -> Response:
    """Send a link. What is answered does not depend on whether anybody has that address."""
    email, onward = visit.form["email"], visit.form["next"]
    try:
        signing_in.ask(email, visit.source, visit.now_ms)
    except InvalidRequest as error:
        return visit.refused("sign_in/ask.html", error, **_values(email, onward))
    response = visit.page("sign_in/sent.html", email=email, next=onward)
    response.headers["Set-Cookie"] = cookies.onward(visit.base, _local(onward))
    return response


@bp.page("GET", "/sign-in/{token}", public=True)
def look(visit: Visit, token: str) -> Response:
    """A page with a button: programs that follow the links in mails use nothing up."""
    return visit.page("sign_in/redeem.html", good=signing_in.is_good(token, visit.now_ms))


@bp.page("POST", "/sign-in/{token}", public=True)
def redeem(visit: Visit, token: str) -> Response:
    """Begin a session."""
    try:
        text = signing_in.redeem(token, visit.now_ms)
    except Gone:
        return visit.page("sign_in/redeem.html", 410, good=False)
    return _with_session(visit, visit.see(_local(unquote(visit.cookies.get(cookies.ONWARD, "")))), text)


@bp.page("POST", "/sign-out")
def leave(visit: Visit) -> Response:
    """End this session, or with `everywhere` all sessions of this person."""
    if visit.form["everywhere"]:
        sessions.end_everywhere(visit.session, visit.now_ms)
        return _with_session(visit, visit.see("/sign-in", "signed-out-everywhere"), "")
    sessions.end(visit.session_text)
    return _with_session(visit, visit.see("/sign-in", "signed-out"), "")


@bp.page("POST", "/dashboard/switch")
def switch(visit: Visit) -> Response:
    """Go on in another organization of the same person."""
    text = sessions.switch(visit.session_text, visit.form.whole("organization") or 0, visit.now_ms)
    return _with_session(visit, visit.see(HOME, "switched"), text)


def _values(email: str, onward: str) -> dict[str, Any]:
    return {"mails": signing_in.sends_mail(), "email": email, "next": onward}


def _with_session(visit: Visit, response: Response, text: str) -> Response:
    response.headers["Set-Cookie"] = cookies.session(visit.base, text)
    return response


def _local(path: str) -> str:
    """Where to go on after signing in: a page of the dashboard, and nowhere else."""
    is_ours = path == HOME or path.startswith((f"{HOME}/", f"{HOME}?"))
    is_address = path.isascii() and path.isprintable() and " " not in path  # else no header takes it
    return path if is_ours and is_address else HOME

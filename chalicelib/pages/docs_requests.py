"""A request to an operation as the docs show it: what is put into the examples of every language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode

KEY: Final = "QUIETZONE_KEY"  # the variable of the reader's environment that holds the key
# Values that say more than the defaults of these parameters, which a reader may leave out.
SHOWN: Final[Mapping[str, Any]] = {"limit": 10, "days": 7}
FILES: Final[Mapping[str, str]] = {"image/png": "qr.png", "application/zip": "codes.zip"}
CSV: Final = "scans.csv"

# What becomes of the answer: JSON and texts are printed, files kept; of the rest headers are printed.
Answered = Literal["json", "text", "file", "headers"]


@dataclass(frozen=True)
class Asked:
    """`url` has the operation's path with placeholders in capitals; `body` is JSON, None for none."""

    method: str
    url: str
    keyed: bool
    body: Any
    answered: Answered
    file: str = ""


def request(method: str, path: str, described: Mapping[str, Any], base: str) -> Asked:
    """The request that an operation of an OpenAPI document is shown with."""
    media = _media(described)
    file = CSV if _is_csv(described) else next((FILES[each] for each in media if each in FILES), "")
    query = urlencode(_query(described["parameters"], bool(file)), quote_via=quote)
    url = base + placeholders(path) + (f"?{query}" if query else "")
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    return Asked(method, url, "security" in described, body, _answered(method, media, file), file)


def placeholders(path: str) -> str:
    """A path with what is to be put in written in capitals: `/v1/dynamic/CODE_ID`."""
    parts = [part[1:-1].upper() if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


def _query(parameters: list[Mapping[str, Any]], draws: bool) -> dict[str, Any]:
    """What must be given, and a few others that a first request is better with."""
    found: dict[str, Any] = {}
    for it in (it for it in parameters if it["in"] == "query"):
        if it["required"]:
            found[it["name"]] = "https://example.com/"
        elif it["name"] in SHOWN:
            found[it["name"]] = SHOWN[it["name"]]
        elif draws and "png" in it["schema"].get("enum", ()):
            found[it["name"]] = "png"
    return found


def _is_csv(described: Mapping[str, Any]) -> bool:
    """Whether the answer is a table unless something else is asked for."""
    return any(it["name"] == "format" and it["schema"].get("default") == "csv" for it in described["parameters"])


def _media(described: Mapping[str, Any]) -> list[str]:
    """The media types of a success."""
    successes = [answer for status, answer in described["responses"].items() if status[0] in "23"]
    return list(successes[0].get("content", {})) if successes else []


def _answered(method: str, media: list[str], file: str) -> Answered:
    if method == "HEAD" or not media:
        return "headers"
    if file:
        return "file"
    return "json" if media[0] == "application/json" else "text"

"""What a scan gets when there is nowhere to send it: a small page, or JSON for clients that ask for it."""

import json
from typing import Final, NamedTuple


class Notice(NamedTuple):
    """`code` and `message` for JSON; a title and a sentence for people."""

    status: int
    code: str
    title: str
    sentence: str


UNKNOWN: Final = Notice(
    404, "not_found", "Nothing here", "This code leads nowhere: it was mistyped, paused or taken down."
)
EXPIRED: Final = Notice(410, "expired", "No longer valid", "This code had an end date, and it has passed.")
UNAVAILABLE: Final = Notice(
    503, "unavailable", "Just a moment", "This code cannot be looked up right now. Please try again shortly."
)

RETRY_SECONDS: Final = 5

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>{title}</title><style>
:root{{color-scheme:light dark}}
body{{font:18px/1.5 system-ui,sans-serif;min-height:90vh;margin:0;display:grid;place-items:center;text-align:center}}
main{{padding:2rem;max-width:26rem}}h1{{font-size:1.6rem;margin:0 0 .5rem}}p{{margin:0;opacity:.8}}
</style></head><body><main><h1>{title}</h1><p>{sentence}</p></main></body></html>
"""


def page(notice: Notice) -> str:
    """The notice as HTML; nothing in it comes from the request."""
    return _PAGE.format(title=notice.title, sentence=notice.sentence)


def wants_json(accept: str) -> bool:
    """Whether an Accept header asks for JSON rather than for a page."""
    return "application/json" in accept.lower() and "text/html" not in accept.lower()


def answer(notice: Notice, accept: str) -> dict[str, object]:
    """The notice as API Gateway takes it."""
    as_json = wants_json(accept)
    headers = {
        "Content-Type": "application/json" if as_json else "text/html; charset=utf-8",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    if notice.status == UNAVAILABLE.status:
        headers["Retry-After"] = str(RETRY_SECONDS)
    text = json.dumps({"error": notice.sentence, "code": notice.code}) if as_json else page(notice)
    return {"statusCode": notice.status, "headers": headers, "body": text}

"""What the docs say of each API, in a sentence; its operations speak for themselves."""

from collections.abc import Mapping
from typing import Final

EVENTS: Final = "events"  # what is posted to the endpoints of webhooks: no operation of ours

SENTENCES: Final[Mapping[str, str]] = {
    "dynamic": "Short links whose destination can be changed after printing, static codes, pictures of any text, and "
    "up to 500 codes at once.",
    "qrcodes": "QR codes with a style of their own, their analytics by day and place, and exports of their scans.",
    "qpr": "Codes that begin conversations, and each scan that led to one.",
    "reporting": "Numbers of links, campaigns and clients, for those who report to somebody.",
    "qr": "Short URLs with tags and UTM parameters, QR codes of anything, clicks and usage.",
    "webhooks": "Endpoints to which events are posted, with their log, tests, retries and replays, and the numbers of "
    "scans that are events.",
    "pictures": "A QR code's picture, as a file or on a page, for anybody who knows its id.",
    "accounts": "API keys, members and the organization.",
    "history": "Scans to be left out of the numbers, and how long raw scans are kept.",
    "integrity": "What every night's recount found: do the numbers hold?",
    "summaries": "Numbers that are posted to Slack every day or week.",
    "health": "Whether an installation runs, and whether it can work.",
    "description": "This description, for programs.",
    "scans": "What a phone asks for: following a short link.",
    EVENTS: "What is posted to the endpoints of webhooks, in each of their formats.",
}

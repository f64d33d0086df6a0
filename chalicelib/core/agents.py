"""What a user agent tells: device, system, browser, the app it was opened in, human or bot.

Names come from the maintained patterns of ua-parser (uap-core), bots from those of is-bot (isbot). Both load on
first use: together they cost about 0.2 s and 30 MB once, so the redirect never touches them.

Whether it is a bot takes two steps: its signs, which are kept on the scan, and the rules over them. So stored scans
can be judged again by newer rules without their user agents, which are gone.

Many people carry the same phone, so a process remembers what it judged last. ua-parser does so too.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.core.bots import Quick, quick
from chalicelib.core.families import BROWSERS, SYSTEMS

if TYPE_CHECKING:
    from ua_parser import Result

LONGEST: Final = 1000
REMEMBERED: Final = 2000  # user agents; with what is known of them about 1 MB

MOBILE: Final = "mobile"
TABLET: Final = "tablet"
DESKTOP: Final = "desktop"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Agent:
    """What a user agent tells. `device` is mobile, tablet, desktop or unknown; '' is an unknown elsewhere.

    `app` is the app whose built-in browser or scanner opened the link; `signs` is all that the bot rules go by.
    """

    device: str
    os: str
    browser: str
    app: str
    signs: frozenset[str] = frozenset()

    @property
    def bot(self) -> str:
        """Why this is no human, by today's rules; '' for a human."""
        return bot_reason(self.signs)


# The version of `bot_reason`: raise it with every change there, and re-judge stored scans if they shall follow.
RULES: Final = 1

# The signs: words of our own, so that nothing of a user agent is kept with them.
EMPTY: Final = "empty"
KNOWN_BOT: Final = "known_bot"  # isbot takes it for a bot


# isbot takes these for bots; people use them: QR scanner apps, and Alipay with its `ws:390|780`.
_NOT_BOTS: Final = (r"(?<!cam)scan", r"\|")
# What makes isbot take people for bots (LG's televisions, a scanner app), and a library that it does not know.
_HARMLESS: Final = re.compile(r"\bWebAppManager\b|\bScanbot/")
_ALSO_BOTS: Final = re.compile(r"^Dart/")

_PURPOSES: Final = (
    (
        "preview",
        re.compile(
            r"whatsapp|facebookexternalhit|facebot|slack|telegrambot|twitterbot|discord|linkedinbot|preview|viber|"
            r"skypeuri|pinterestbot|embedly|iframely|imessage",
            re.I,
        ),
    ),
    ("monitor", re.compile(r"uptime|pingdom|statuscake|monitor|health|checker|newrelic|datadog|site24x7", re.I)),
    (
        "tool",
        re.compile(
            r"curl|wget|python|httpx|axios|okhttp|node|go-http|java|ruby|perl|php|postman|insomnia|headless|phantom|"
            r"libwww|httpie|powershell|apache-http|got |undici|deno|bun/|rust|dart",
            re.I,
        ),
    ),
)

# Apps with a browser of their own, by what they add to its user agent. The first that fits names the app.
_APPS: Final = tuple(
    (name, re.compile(pattern, re.I))
    for name, pattern in (
        ("Instagram", r"\bInstagram\b"),
        ("Messenger", r"FB_IAB/(Orca|MESSENGER)|FBAN/Messenger"),
        ("Facebook", r"FB_IAB|FBAN/FB|\[FBAN|FBAV/"),
        ("WeChat", r"MicroMessenger"),
        ("Alipay", r"AlipayClient"),
        ("LINE", r"\bLine/\d"),
        ("KakaoTalk", r"KAKAOTALK"),
        ("TikTok", r"musical_ly|BytedanceWebview|TikTok"),
        ("Snapchat", r"Snapchat/?\d"),
        ("LinkedIn", r"LinkedInApp"),
        ("Pinterest", r"\[Pinterest/"),
        ("X", r"Twitter for (iPhone|Android|iPad)|TwitterAndroid"),
        ("Telegram", r"Telegram-(Android|iOS)|TelegramWebview"),
        ("WhatsApp", r"(?<!^)\bWhatsApp/"),
        ("Google", r"\bGSA/"),
        ("Google Lens", r"\bGoogleLens\b"),
        ("QR scanner", r"\bqr ?(code)? ?-?(scan|reader)|barcode|\bscanner\b|scanlife|i-?nigma|neoreader|\bscanbot/"),
    )
)

# uap-core names every variant; a reader of statistics wants the browser.
_BROWSERS: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("Safari", r"^Mobile Safari|^Safari"),
        ("Samsung Internet", r"^Samsung Internet"),
        ("Chrome", r"^Chrome|^Chromium|^CriOS"),
        ("Firefox", r"^Firefox|^FxiOS"),
        ("Edge", r"^Edge"),
        ("Opera", r"^Opera"),
        ("DuckDuckGo", r"^DuckDuckGo"),
        ("WeChat", r"^WeChat"),
    )
)
_SYSTEMS: Final = {"Mac OS X": "macOS", "ChromeOS": "Chrome OS"}
_DESKTOPS: Final = frozenset({"Windows", "macOS", "Linux", "Ubuntu", "Chrome OS", "Fedora", "Debian", "FreeBSD"})


@lru_cache(maxsize=REMEMBERED)
def judge(user_agent: str, device_hint: str = "") -> Agent:
    """Judge a user agent; `device_hint` (CloudFront's device headers) helps where it tells no device."""
    text = _readable(user_agent)
    found = _parsed(text)
    system = "" if found.os is None else _system(found.os.family)
    family = "" if found.user_agent is None else found.user_agent.family
    return Agent(
        device=_device(text, system) or device_hint or UNKNOWN,
        os=system,
        browser=_browser(family),
        app=next((name for name, pattern in _APPS if pattern.search(text)), ""),
        signs=signs(text),
    )


def bot_reason(signs: Collection[str]) -> str:
    """Why signs tell of a bot: empty, preview, monitor, tool or crawler; '' for a human."""
    if EMPTY in signs:
        return EMPTY
    if KNOWN_BOT not in signs:
        return ""
    return next((purpose for purpose, _ in _PURPOSES if purpose in signs), "crawler")


def scan_method(via: str, referrer: str, agent: Agent) -> tuple[str, str]:
    """How a scan came about, and with which app.

    A `via` of the short URL wins. A link opened within an app was scanned, or tapped, there. A phone or tablet
    without a referrer is inferred to be its camera: nothing else opens a link without one as often.
    """
    if via:
        return via, agent.app
    if agent.app:
        return "app_scanner", agent.app
    if agent.device in (MOBILE, TABLET) and not referrer:
        camera = {"iOS": "iOS Camera", "Android": "Android Camera"}
        return "camera", camera.get(agent.os, "")
    return "manual_entry", ""


def signs(user_agent: str) -> frozenset[str]:
    """All that the bot rules go by, in a few words of our own."""
    text = _readable(user_agent)
    if not text.strip():
        return frozenset({EMPTY})
    purposes = {purpose for purpose, pattern in _PURPOSES if pattern.search(text)}
    known = _ALSO_BOTS.search(text) or _bots().is_bot(_HARMLESS.sub("", text))
    return frozenset({*purposes, *([KNOWN_BOT] if known else [])})


def _readable(user_agent: str) -> str:
    return user_agent[:LONGEST].encode("utf-8", "replace").decode()  # ua-parser raises on lone surrogates


def _device(text: str, system: str) -> str:
    """The class of device: what the agent says of itself first, then what its system usually is."""
    if "iPad" in text or re.search(r"Tablet(?! PC)", text):  # Windows said `Tablet PC` of any machine with a pen
        return TABLET
    if "Mobile" in text or "Opera Mini" in text or "iPhone" in text or "iPod" in text:
        return MOBILE
    if system == "Android":  # Chrome and Firefox put `Mobile` on phones only
        return TABLET
    return DESKTOP if system in _DESKTOPS else ""


def _browser(family: str) -> str:
    known = family if family in BROWSERS else ""
    return next((name for name, pattern in _BROWSERS if pattern.search(family)), known)


def _system(family: str) -> str:
    name = _SYSTEMS.get(family, family)
    return name if name in _DESKTOPS | SYSTEMS else ""


@cache
def _bots() -> Quick:
    from is_bot import Bots

    bots = Bots()
    bots.exclude(_NOT_BOTS)
    return quick(bots)


def _parsed(text: str) -> "Result":
    from ua_parser import parse

    return parse(text)

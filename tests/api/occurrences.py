"""Events of every type for tests: plausible ones, and those that hypothesis thinks up."""

from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st

from chalicelib.core.codes import QrCode
from chalicelib.core.event_samples import LINK, sample
from chalicelib.core.events import TYPES, Drawn, Event, Scanned
from chalicelib.core.links import Details, Link
from chalicelib.core.styles import Style

MS: Final = 1_768_487_538_000  # 2026-01-15T14:32:18Z
BASE: Final = "https://qz.example"
ORGANIZATION: Final = 373_451_238_983_548  # org_akmvj71hvw
# What a text may be at worst: each character is up to six bytes of JSON.
_TEXT: Final = st.text(st.characters(), max_size=30)
_LONG: Final = st.builds(lambda text, times: text * times, _TEXT, st.sampled_from([0, 1, 10, 300]))
_OPTIONAL: Final = st.none() | _LONG
_SHORT: Final = st.none() | st.text(st.characters(codec="utf-8"), max_size=200)


def event(type: str) -> Event:
    """A plausible event, the same every time."""
    return sample(type, ORGANIZATION, MS, "0123456789abcdef")


def about(happened: Event, link: Link, code: QrCode | None = None) -> Event:
    """The same about another link."""
    subject: Any = happened.subject
    return replace(happened, subject=replace(subject, link=link, **({"qr_code": code} if code else {})))


def details() -> st.SearchStrategy[Details]:
    values = st.recursive(st.none() | st.booleans() | st.integers() | _LONG, lambda it: st.lists(it, max_size=3))
    return st.builds(
        Details,
        description=_OPTIONAL,
        category=_SHORT,
        tags=st.lists(_LONG, max_size=20).map(tuple),
        utm=st.dictionaries(st.sampled_from(["utm_source", "utm_term", "ref", "window"]), _LONG),
        prompt=_OPTIONAL,
        welcome_message=_OPTIONAL,
        template=_SHORT,
        metadata=st.dictionaries(_TEXT, values, max_size=5),
        hands_over=st.booleans(),
    )


@st.composite
def events(draw: st.DrawFn) -> Event:
    """An event of any type, about a link and a QR code of any texts."""
    found = event(draw(st.sampled_from(TYPES)))
    link = Link(ORGANIZATION, LINK, "spring-sale", draw(_LONG), MS, label=draw(_SHORT), details=draw(details()))
    if isinstance(found.subject, Drawn):
        style = Style(logo=draw(_OPTIONAL))
        code = QrCode(
            ORGANIZATION, 5, draw(_LONG), MS, label=draw(_SHORT), link=draw(st.sampled_from([None, LINK])), style=style
        )
        return replace(found, subject=Drawn(code, draw(st.sampled_from([None, link]))))
    if isinstance(found.subject, Scanned):
        key = found.subject.scan.key._replace(ms=draw(st.integers(0, 4 * MS)))
        return replace(found, subject=replace(found.subject, scan=replace(found.subject.scan, key=key), link=link))
    return about(found, link)

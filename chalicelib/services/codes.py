"""Codes as the `dynamic` API has them: static ones, which are standalone QR codes, are made here; links and they are
listed together."""

from collections.abc import Callable, Iterator, Mapping
from heapq import merge
from typing import NamedTuple

from chalicelib import ids
from chalicelib.core.codes import QrCode, check_style_fits
from chalicelib.core.links import Link
from chalicelib.core.styles import DEFAULT
from chalicelib.qr import payloads
from chalicelib.services import creating, listing, proving
from chalicelib.services.accounts import Caller
from chalicelib.services.creating import Created, OnceKey
from chalicelib.store import codes as stored
from chalicelib.store import links
from chalicelib.store.transactions import Refusal, Transaction


class NewCode(NamedTuple):
    """What a static code is made from: a kind and the fields that its payload is built of."""

    kind: str
    fields: Mapping[str, object]
    label: str | None


class Page(NamedTuple):
    """Some codes, newest first, and the number before which the next page begins; None at the end."""

    codes: list[Link | QrCode]
    next_before: int | None


def create(
    caller: Caller, new: NewCode, now_ms: int, shape: Callable[[QrCode], str], once: OnceKey | None = None
) -> Created:
    """A new static code under the caller's limits, those of an hour too.

    Raises InvalidRequest and what `creating.create` raises.
    """
    payload = payloads.build(new.kind, new.fields)
    check_style_fits(payload, DEFAULT, "fields")

    def make(write: Transaction, _: list[Refusal]) -> str:
        code = QrCode(
            organization=caller.organization.number,
            number=ids.new(now_ms),
            kind=new.kind,
            payload=payload,
            created_ms=now_ms,
            label=new.label,
        )
        proved = proving.of_code(code, None)
        stored.put_new(write, proved)
        return shape(proved)

    return creating.create(caller, make, now_ms, once, hourly=True)


def page(caller: Caller, limit: int, before: int | None, search: str = "") -> Page:
    """Links and static codes together, newest first; a search as in `listing.page`."""
    codes = _newest_first(caller.organization.number, before, None if search else limit + 1)
    found, next_before = listing.page(codes, limit, lambda code: listing.matches(search, _texts(code)))
    return Page(found, next_before)


def _texts(code: Link | QrCode) -> list[str | None]:
    if isinstance(code, Link):
        return [code.label, code.slug, code.destination]
    return [code.label, code.payload]


def _newest_first(organization: int, before: int | None, page_size: int | None) -> Iterator[Link | QrCode]:
    dynamic: Iterator[Link | QrCode] = links.newest_first(organization, before, page_size)
    static: Iterator[Link | QrCode] = stored.newest_first(organization, (stored.STANDALONE,), before, page_size)
    return merge(dynamic, static, key=lambda code: code.number, reverse=True)

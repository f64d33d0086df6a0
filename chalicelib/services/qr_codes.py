"""QR codes: make them of a link or of a payload, find, restyle and delete them, read how often they were scanned."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from typing import Any, Final, NamedTuple

from chalicelib import ids
from chalicelib.core import codes, kinds
from chalicelib.core import rollups as r
from chalicelib.core.codes import QrCode
from chalicelib.core.links import DELETED
from chalicelib.core.plans import Meter
from chalicelib.core.styles import DEFAULT, Style
from chalicelib.core.windows import NO_DAYS, Window
from chalicelib.errors import NotFound, Unavailable
from chalicelib.qr import payloads
from chalicelib.services import analytics, creating, links, listing, logos, proving
from chalicelib.services.accounts import Caller
from chalicelib.services.analytics import Report
from chalicelib.services.creating import Created, OnceKey
from chalicelib.services.logos import Logo
from chalicelib.store import codes as stored
from chalicelib.store import links as stored_links
from chalicelib.store import pictures
from chalicelib.store.transactions import Refusal, Transaction
from chalicelib.store.versions import Held

ATTEMPTS: Final = 8
EVERY_KIND: Final = (stored.STANDALONE, stored.BOUND)


@dataclass(frozen=True, slots=True)
class NewQrCode:
    """What a QR code is made from: a link, by its id in any spelling, or a `kind` and the fields of its payload, or a
    payload.

    `base` is the address that short links start with; `own_hosts` are refused as those of logos. `compact` spells a
    link's short URL in capitals. A style with a `logo_image` gets that logo, which must be stored.
    """

    base: str
    own_hosts: Collection[str]
    link: str | None = None
    payload: str = ""
    style: Style = DEFAULT
    compact: bool = False
    kind: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    label: str | None = None


class Page(NamedTuple):
    """Some QR codes, newest first, how many the whole list has, and the number before which the next page begins;
    None at the end."""

    codes: list[QrCode]
    total: int
    next_before: int | None


def create(
    caller: Caller, new: NewQrCode, now_ms: int, shape: Callable[[QrCode], str], once: OnceKey | None = None
) -> Created:
    """A new QR code under the caller's limits; `shape` makes the body of the answer.

    Its logo is fetched when nothing else stands in the way any more: neither for a replay nor for one that is refused.
    Raises InvalidRequest, UnsafeDestination, Unscannable, NotFound for the link, and what `creating.create` raises.
    """
    _check_logo(new.style, new.own_hosts)
    building = _standalone if new.link is None else _of_link
    built, fetch = building(caller, new, now_ms), cache(logos.fetch)  # once for all attempts

    def make(write: Transaction, _: list[Refusal]) -> str:
        code, logo = _with_logo(write, built(write), fetch)
        proved = proving.of_code(code, logo)
        stored.put_new(write, proved)
        return shape(proved)

    return creating.create(caller, make, now_ms, once, meter=Meter.QR_GENERATED, hourly=False)


def get(caller: Caller, spelled: str) -> QrCode:
    """The QR code with an id in any spelling, also one that was deleted. Raises NotFound."""
    return _held(caller, spelled).value


def page(
    caller: Caller, limit: int, offset: int, before: int | None, link: int | None = None, standalone: bool = False
) -> Page:
    """QR codes newest first, without the deleted: of one link, standalone ones, or all.

    `offset` of the newest are left out, unless the page begins `before` a number. No link has a standalone one.
    """
    organization, skipped = caller.organization.number, offset if before is None else 0
    found, total = _listed(organization, before, None if skipped else limit + 1, link, standalone)
    chosen, next_before = listing.page(islice(found, skipped, None), limit, lambda _: True)
    return Page(_standing(organization, chosen), total, next_before)


def edit(
    caller: Caller, spelled: str, style: Mapping[str, Any], own_hosts: Collection[str], label: str | None = None
) -> QrCode:
    """Give a QR code another look: `style` has what changes, by the names of `Style`; what it holds is printed.

    A logo is fetched if it is another one, unless `logo_image` names what is stored of it. A `label` of None leaves
    what there is, '' takes it away. Raises NotFound (of a deleted one too), InvalidRequest, UnsafeDestination,
    Unscannable.
    """
    fetch = cache(logos.fetch)

    def edited(write: Transaction, code: QrCode) -> QrCode:
        named = code if label is None else replace(code, label=label or None)
        look = _restyled(code.style, style)
        if "logo" in style:
            _check_logo(look, own_hosts)
        if {"level", "logo"} & style.keys():
            codes.check_style_fits(code.payload, look, "logo" if look.logo else "level")
        if {"logo", "logo_image"} & style.keys() and not _has_same_logo(code.style, look):
            return proving.of_code(*_with_logo(write, replace(named, style=look), fetch))
        if look == code.style:
            return named
        return proving.of_code(replace(named, style=look), logos.of(code.organization, look))

    return _changed(caller, spelled, edited)


def delete(caller: Caller, spelled: str, now_ms: int) -> QrCode:
    """Take a QR code out of every list; it stays readable by its id, and its scans go on. Raises NotFound."""
    return _changed(caller, spelled, lambda _, code: replace(code, deleted_ms=now_ms))


def report(code: QrCode, window: Window, now_ms: int) -> Report:
    """The scans that came by a QR code, whatever is pending included; none by a standalone one. Raises Unavailable."""
    if code.link is None:
        return Report({}, {}, pending=0)
    return analytics.scope_report(code.organization, code.link, code.marker, window, now_ms)


def scan_count(code: QrCode, now_ms: int) -> int:
    """How often a QR code was ever scanned, up to now. Raises Unavailable."""
    return report(code, NO_DAYS, now_ms).total


def scan_counts(caller: Caller, listed: Iterable[QrCode]) -> dict[int, int]:
    """How often QR codes were ever scanned, by their numbers, as far as it is counted now. Raises Unavailable."""
    scopes = {code.number: (code.link, code.marker) for code in listed if code.link is not None}
    lifetimes = analytics.marked_lifetimes(caller.organization.number, list(scopes.values()))
    return {number: r.amount(lifetimes[scope], r.TOTAL) for number, scope in scopes.items()}


def download_counts(listed: Iterable[QrCode]) -> dict[int, int]:
    """How often the pictures of QR codes were downloaded, by their numbers. Raises Unavailable."""
    return pictures.downloads([code.number for code in listed])


def _standalone(caller: Caller, new: NewQrCode, now_ms: int) -> Callable[[Transaction], QrCode]:
    payload, kind, source = _payload(new)
    codes.check_style_fits(payload, new.style, source)

    def built(_: Transaction) -> QrCode:
        return QrCode(caller.organization.number, ids.new(now_ms), payload, now_ms, kind, style=new.style)

    return built


def _payload(new: NewQrCode) -> tuple[str, str, str]:
    """What a standalone one holds, of which kind that is, and the field to blame for it."""
    if new.kind is not None:
        return payloads.build(new.kind, new.fields), new.kind, "fields"
    return codes.check_payload(new.payload, "payload"), kinds.kind_of(new.payload), "payload"


def _of_link(caller: Caller, new: NewQrCode, now_ms: int) -> Callable[[Transaction], QrCode]:
    """Takes the next marker of its link. Whoever makes one at the same time finds the link changed, and looks again."""
    if new.compact:
        codes.check_compact(new.base)

    def built(write: Transaction) -> QrCode:
        held = links.held(caller, new.link or "")
        link, marker = held.value, held.value.markers + 1
        if link.status == DELETED:
            raise NotFound.of("code")
        since_ms = now_ms if link.marked_ms is None else link.marked_ms
        stored_links.put_marker(write, held, replace(link, markers=marker, marked_ms=since_ms))
        payload, number = codes.encoded(new.base, link.slug, marker, new.compact), ids.new(now_ms)
        made = QrCode(link.organization, number, payload, now_ms, link=link.number, marker=marker, style=new.style)
        return replace(made, label=new.label)

    return built


def _listed(
    organization: int, before: int | None, page_size: int | None, link: int | None, standalone: bool
) -> tuple[Iterator[QrCode], int]:
    """What a list has from a place on, and how many it has in all."""
    if link is None:
        kinds = (stored.STANDALONE,) if standalone else EVERY_KIND
        return stored.newest_first(organization, kinds, before, page_size), stored.count(organization, kinds)
    if standalone:
        return iter(()), 0
    return stored.of_link(organization, link, before, page_size), stored.count_of_link(organization, link)


def _held(caller: Caller, spelled: str) -> Held[QrCode]:
    """Of an erased link there are none, even while the erasing runs."""
    number, organization = ids.parse(spelled), caller.organization.number
    found = None if number is None else stored.read(organization, number)
    if found is None or not _standing(organization, [found.value]):
        raise NotFound.of("QR code")
    return found


def _standing(organization: int, found: list[QrCode]) -> list[QrCode]:
    """Those whose link is not being erased."""
    known = stored_links.terms({(organization, code.link) for code in found if code.link is not None})
    return [code for code in found if code.link is None or (organization, code.link) in known]


def _changed(caller: Caller, spelled: str, change: Callable[[Transaction, QrCode], QrCode]) -> QrCode:
    """`change` may add to the transaction, and is called anew for each attempt."""
    for _ in range(ATTEMPTS):
        held = _held(caller, spelled)
        if held.value.deleted_ms is not None:
            raise NotFound.of("QR code")
        write = Transaction()
        changed = change(write, held.value)
        stored.put_again(write, held, changed)
        if not write.commit():
            return changed
    raise Unavailable.storage()


def _restyled(before: Style, change: Mapping[str, Any]) -> Style:
    """The style after a change. What is stored of a logo goes with the logo that it is of."""
    after = replace(before, **change)
    if "logo" not in change or "logo_image" in change or (before.logo is not None and after.logo == before.logo):
        return after
    return replace(after, logo_image=None)


def _has_same_logo(before: Style, after: Style) -> bool:
    """Whether nothing is to be fetched or found for it; a logo that was never fetched is."""
    same = (after.logo, after.logo_image) == (before.logo, before.logo_image)
    return same and (after.logo is None or after.logo_image is not None)


def _check_logo(style: Style, own_hosts: Collection[str]) -> None:
    if style.logo is not None:
        logos.check_url(style.logo, own_hosts)


def _with_logo(write: Transaction, code: QrCode, fetch: Callable[[str], Logo]) -> tuple[QrCode, bytes | None]:
    """The code, and the image of its logo, which goes into the same transaction; without a logo, none."""
    digest, url = code.style.logo_image, code.style.logo
    if digest is None and url is None:
        return code, None
    logo = fetch(url or "") if digest is None else logos.chosen(code.organization, digest)
    logos.keep(write, code.organization, logo)
    return replace(code, style=replace(code.style, logo_image=logo.digest)), logo.content

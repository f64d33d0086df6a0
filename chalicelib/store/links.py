"""Links and their slugs, in the objects table.

pk <organization>      sk link#<number>     the link
pk slug#<slug>         sk slug              what the redirect needs; kept as a tombstone for ever
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, fields
from typing import Any, Final

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core import targets
from chalicelib.core.judging import Span, Terms
from chalicelib.core.links import DELETED, ERASED, Details, Link
from chalicelib.core.scannability import Scannability
from chalicelib.store import numbered, pictures
from chalicelib.store.gathered import Wanted
from chalicelib.store.numbered import sort_key
from chalicelib.store.tables import Record, whole
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held, new_version, unchanged

ACTIONS_A_LINK: Final = 3  # of `put_new`: itself, its slug, its picture


class LinkItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    slug = UnicodeAttribute()
    destination = UnicodeAttribute()
    label = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    pause_until = NumberAttribute(null=True)
    valid_until = NumberAttribute(null=True)
    redirect_type = NumberAttribute()
    created = NumberAttribute()
    left_out = UnicodeAttribute(null=True)
    updated = NumberAttribute(null=True)
    custom = BooleanAttribute(null=True)
    markers = NumberAttribute(null=True)
    marked = NumberAttribute(null=True)
    campaign = NumberAttribute(null=True)
    client = NumberAttribute(null=True)
    details = UnicodeAttribute(null=True)
    imported = NumberAttribute(null=True)


class TermsItem(Record):
    """Of a link or an organization, what the fold must know."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    status = UnicodeAttribute(null=True)
    left_out = UnicodeAttribute(null=True)
    keep_days = NumberAttribute(null=True)
    marked = NumberAttribute(null=True)


class SlugItem(Record):
    """The item behind `core.targets.Target`, attribute by attribute."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    organization = NumberAttribute()
    link = NumberAttribute()
    location = UnicodeAttribute()
    status = UnicodeAttribute()
    redirect_type = NumberAttribute()
    hashing_key = BinaryAttribute(legacy_encoding=False)
    slots = NumberAttribute()
    pause_until = NumberAttribute(null=True)
    valid_until = NumberAttribute(null=True)
    gone = BooleanAttribute(null=True)
    markers = NumberAttribute(null=True)
    hands_over = BooleanAttribute(null=True)


def put_new(write: Transaction, link: Link, hashing_key: bytes) -> None:
    """Add a new link, its slug and its picture to a transaction; refusals name `link`, `slug` and `picture`."""
    write.put(_link_item(link), LinkItem.pk.does_not_exist(), "link")
    write.put(_slug_item(link, hashing_key, slots=1), SlugItem.pk.does_not_exist(), "slug")
    pictures.put_new(write, link.organization, link.number, pictures.LINK)


def put_again(write: Transaction, held: Held[Link], link: Link) -> None:
    """Add to a transaction an edit of what the redirect need not know; a refusal names `link`."""
    write.put(_link_item(link), unchanged(LinkItem.version, held.version), "link")


def put_marker(write: Transaction, held: Held[Link], link: Link) -> None:
    """Add to a transaction that a link has one more QR code, for the redirect too; a refusal names `marker`."""
    write.put(_link_item(link), unchanged(LinkItem.version, held.version), "marker")
    slug = SlugItem(targets.partition(link.slug), targets.SORT)
    write.update(slug, [SlugItem.markers.set(link.markers)], SlugItem.link == link.number, "marker")


def replace(write: Transaction, held: Held[Link], link: Link, hashing_key: bytes, slots: int) -> None:
    """Add an edit of a link to a transaction. A changed slug retires the old one and claims the new."""
    put_again(write, held, link)
    if link.slug == held.value.slug:
        write.put(_slug_item(link, hashing_key, slots), SlugItem.link == link.number, "own slug")
    else:
        retire(write, held.value)
        write.put(_slug_item(link, hashing_key, slots), SlugItem.pk.does_not_exist(), "slug")


def erase(write: Transaction, held: Held[Link]) -> None:
    """Add the tombstones of a link to a transaction: it answers 404 from now on, its slug for ever."""
    condition = unchanged(LinkItem.version, held.version)
    actions = [LinkItem.status.set(ERASED), LinkItem.version.set(new_version())]
    write.update(LinkItem(*_link_address(held.value.organization, held.value.number)), actions, condition, "link")
    retire(write, held.value)


def retire(write: Transaction, link: Link) -> None:
    """Add a slug's tombstone to a transaction."""
    old = SlugItem(targets.partition(link.slug), targets.SORT)
    write.update(old, [SlugItem.gone.set(True)], SlugItem.link == link.number, "old slug")


def read(organization: int, number: int) -> Held[Link] | None:
    """A link as it is now, consistently; None when there is none or it is being erased."""
    try:
        found = LinkItem.get(*_link_address(organization, number), consistent_read=True)
    except LinkItem.DoesNotExist:
        return None
    return alive(found)


def wanted(organization: int, number: int) -> Wanted[LinkItem]:
    """A link, to be gathered with other items."""
    return Wanted(LinkItem, *_link_address(organization, number))


def alive(found: LinkItem | None) -> Held[Link] | None:
    """A link as it was read; None when there is none or it is being erased."""
    return None if found is None or found.status == ERASED else Held(_link(found), int(found.version))


def several(organization: int, numbers: Collection[int]) -> dict[int, Link]:
    """Many links by their numbers, consistently; what is not there or is being erased is missing."""
    addresses = [_link_address(organization, number) for number in numbers]
    found = LinkItem.batch_get(addresses, consistent_read=True)
    return {link.number: link for link in (_link(item) for item in found if item.status != ERASED)}


def from_image(image: dict[str, Any]) -> Link:
    """The link in a stream record's image."""
    return _link(LinkItem.from_raw_data(image))


def count(organization: int) -> int:
    """How many links `newest_first` has, consistently."""
    shown = ~LinkItem.status.is_in(DELETED, ERASED)
    return int(LinkItem.count(str(organization), LinkItem.sk.between("link#", "link#~"), shown, consistent_read=True))


def terms(links: Collection[tuple[int, int]]) -> dict[tuple[int, int], Terms]:
    """What owners decided about these (organization, link), consistently; erased links are missing."""
    addresses = {_link_address(*link): link for link in links}
    owners = {(str(organization), "organization") for organization, _ in links}
    found = {(i.pk, i.sk): i for i in TermsItem.batch_get([*addresses, *owners], consistent_read=True)}
    keep = {organization: found[organization, sort].keep_days for organization, sort in owners & found.keys()}
    return {
        link: Terms(_spans(found[address].left_out), whole(keep.get(address[0])), whole(found[address].marked))
        for address, link in addresses.items()
        if address in found and found[address].status != ERASED
    }


def check_there(write: Transaction, organization: int, number: int) -> None:
    """Add to a transaction that a link is there and not being erased; a refusal names `link`."""
    there = LinkItem.pk.exists() & (LinkItem.status != ERASED)
    write.check(LinkItem, _link_address(organization, number), there, "link")


def newest_first(organization: int, before: int | None, page_size: int | None = None) -> Iterator[Link]:
    """An organization's links with numbers below `before`, newest first, without those that are deleted."""
    for found in numbered.newest_first(LinkItem, "link", organization, before, page_size):
        if found.status not in (DELETED, ERASED):
            yield _link(found)


def of_slug(slug: str) -> tuple[int, int] | None:
    """The organization and the number of the link that a slug leads to, consistently; None when it leads nowhere."""
    try:
        found = SlugItem.get(targets.partition(slug), targets.SORT, consistent_read=True)
    except SlugItem.DoesNotExist:
        return None
    return None if found.gone else (int(found.organization), int(found.link))


def taken(slugs: Collection[str]) -> set[str]:
    """Which of these slugs are in use, or were once, consistently."""
    return set(owners(slugs))


def owners(slugs: Collection[str]) -> dict[str, tuple[int, int] | None]:
    """Whose slugs are, as (organization, link), consistently: None for one that is gone; free ones are missing."""
    addresses = {(targets.partition(slug), targets.SORT): slug for slug in slugs}
    found = SlugItem.batch_get(list(addresses), consistent_read=True)
    return {addresses[i.pk, i.sk]: None if i.gone else (int(i.organization), int(i.link)) for i in found}


def delete(organization: int, number: int) -> None:
    """Remove a link and its picture, once nothing counts for it any more. Its slug stays a tombstone."""
    pictures.delete(number)
    LinkItem(*_link_address(organization, number)).delete()


def _link_address(organization: int, number: int) -> tuple[str, str]:
    return str(organization), sort_key("link", number)


def _link_item(link: Link) -> LinkItem:
    return LinkItem(
        *_link_address(link.organization, link.number),
        version=new_version(),
        slug=link.slug,
        destination=link.destination,
        label=link.label,
        status=link.status,
        pause_until=link.pause_until_ms,
        valid_until=link.expires_ms,
        redirect_type=link.redirect_type,
        created=link.created_ms,
        left_out=json.dumps(link.left_out) if link.left_out else None,
        updated=link.updated_ms or None,
        custom=link.custom or None,
        markers=link.markers or None,
        marked=link.marked_ms,
        campaign=link.campaign or None,
        client=link.client or None,
        details=_stored(link.details),
        imported=link.imported,
    )


def _slug_item(link: Link, hashing_key: bytes, slots: int) -> SlugItem:
    return SlugItem(
        targets.partition(link.slug),
        targets.SORT,
        organization=link.organization,
        link=link.number,
        location=link.location,
        status=link.status,
        redirect_type=link.redirect_type,
        hashing_key=hashing_key,
        slots=slots,
        pause_until=link.pause_until_ms,
        valid_until=link.expires_ms,
        markers=link.markers or None,
        hands_over=link.details.hands_over or None,
    )


def _link(found: LinkItem) -> Link:
    return Link(
        organization=int(found.pk),
        number=int(found.sk.removeprefix("link#")),
        slug=found.slug,
        destination=found.destination,
        created_ms=int(found.created),
        label=found.label,
        status=found.status,
        pause_until_ms=whole(found.pause_until),
        expires_ms=whole(found.valid_until),
        redirect_type=int(found.redirect_type),
        left_out=_spans(found.left_out),
        updated_ms=int(found.updated or 0),
        custom=bool(found.custom),
        markers=int(found.markers or 0),
        marked_ms=whole(found.marked),
        campaign=int(found.campaign or 0),
        client=int(found.client or 0),
        details=_details(found.details),
        imported=whole(found.imported),
    )


def _stored(details: Details) -> str | None:
    """What differs from the defaults."""
    given = {f.name: value for f in fields(details) if (value := getattr(details, f.name))}
    if details.scannability:
        given["scannability"] = asdict(details.scannability)
    if details.thresholds is not None:
        given["thresholds"] = details.thresholds  # none at all is not the same as its organization's
    return json.dumps(given, ensure_ascii=False) if given else None


def _details(stored: str | None) -> Details:
    given = json.loads(stored or "{}")
    found = given.get("scannability")
    scannability = None if found is None else Scannability.restored(found)
    own = given.get("thresholds")
    thresholds = None if own is None else tuple(own)
    tags = tuple(given.get("tags", ()))
    return Details(**{**given, "tags": tags, "scannability": scannability, "thresholds": thresholds})


def _spans(stored: str | None) -> tuple[Span, ...]:
    return tuple((first, end) for first, end in json.loads(stored or "[]"))

"""What `/api/v1/urls` answers with, field by field, as the service's document has it."""

from typing import Annotated, Final, Literal

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.dialects import Problem
from chalicelib.api.fields import Time, Url, one_of, said
from chalicelib.core import utm
from chalicelib.core.days import iso_time, iso_time_if_any
from chalicelib.core.links import ACTIVE, DELETED, DRAFT, EXPIRED, PAUSED, REDIRECTS, Link

UrlId = Annotated[str, said("The url's id. Paths and filters take every spelling of it.", "12345")]
Tag = Annotated[str | None, said("Added to the destination's query.")]

# The fields of a url and the UTM parameters that they stand for.
UTM_FIELDS: Final = dict(
    zip(("utmSource", "utmMedium", "utmCampaign", "utmTerm", "utmContent"), utm.NAMES, strict=True)
)


class DocumentedUrl(TypedDict):
    id: UrlId
    shortCode: Annotated[str, said("What the short link ends with.", "spring-sale")]
    targetUrl: Annotated[Url, said("As it was given, without UTM parameters.")]
    customSlug: Annotated[str | None, said("The short code if somebody chose it, or else null.")]
    organizationId: str
    createdAt: Time


class ShortUrl(DocumentedUrl, total=False):
    """A url: a short link, and where it leads."""

    shortUrl: Url
    title: str | None
    description: str | None
    category: str | None
    tags: list[str]
    redirectType: Annotated[int, one_of(*REDIRECTS), said("The status that the short link answers with.")]
    expiresAt: Annotated[Time | None, said("When it ends: from then on the short link answers 410.")]
    isPasswordProtected: Literal[False]
    utmSource: Tag
    utmMedium: Tag
    utmCampaign: Tag
    utmTerm: Tag
    utmContent: Tag
    customUtmParams: Annotated[dict[str, str], said("Further parameters for the destination's query.")]
    status: Annotated[str, one_of(ACTIVE, PAUSED, DRAFT, EXPIRED, DELETED), said("Whether it redirects now.")]
    updatedAt: Time


class Failed(TypedDict):
    """A row that was not made."""

    index: Annotated[int, said("Its place in what was sent, from 0.")]
    error: Problem


class Bulk(TypedDict):
    """What became of many urls. They are made in order: those of `created` are the first that were sent."""

    created: list[ShortUrl]
    failed: Annotated[list[Failed], said("The rest; nothing of it exists.")]


class DeletedUrl(TypedDict):
    """What was deleted."""

    id: UrlId
    deleted: Literal[True]


def url(link: Link, base: str, now_ms: int) -> ShortUrl:
    details = link.details
    shown: ShortUrl = {
        "id": str(link.number),
        "shortCode": link.slug,
        "targetUrl": link.destination,
        "customSlug": link.slug if link.custom else None,
        "organizationId": ids.spell("org", link.organization),
        "createdAt": iso_time(link.created_ms),
        "shortUrl": f"{base}/{link.slug}",
        "title": link.label,
        "description": details.description,
        "category": details.category,
        "tags": list(details.tags),
        "redirectType": link.redirect_type,
        "expiresAt": iso_time_if_any(link.expires_ms),
        "isPasswordProtected": False,
        "customUtmParams": utm.custom(details.utm),
        "status": link.state(now_ms),
        "updatedAt": iso_time(link.updated_ms or link.created_ms),
    }
    return shown | {name: details.utm.get(of) for name, of in UTM_FIELDS.items()}  # type: ignore[return-value]

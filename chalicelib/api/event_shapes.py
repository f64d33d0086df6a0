"""What webhooks say, field by field: the envelope of each format, and the product's own words for what happened.

What is not known is null. An id is spelled `dc_...` for a link and `qr_...` for one of its QR codes.
"""

from typing import Annotated, Any, Generic, TypeVar

from typing_extensions import TypedDict

from chalicelib.api.fields import Compact, Count, Time, Url, one_of, said
from chalicelib.api.styles import Scannability, ShownStyle
from chalicelib.core.agents import DESKTOP, MOBILE, TABLET
from chalicelib.core.conversations import MOST_MESSAGES
from chalicelib.core.events import TYPES
from chalicelib.core.kinds import KINDS
from chalicelib.core.links import ACTIVE, DELETED, DRAFT, EXPIRED, PAUSED, REDIRECTS
from chalicelib.core.styles import FORMATS, LEVELS
from chalicelib.core.viewers import METHODS

T = TypeVar("T")

EventId = Annotated[str, said("The event's id: the same whenever it comes again.", "evt_test_0123456789abcdef")]
EventType = Annotated[str, one_of(*TYPES), said("What happened.")]
Happened = Annotated[Time, said("When it happened.")]
LinkId = Annotated[str, said("The link's id.", "dc_c1s")]
QrCodeId = Annotated[str | None, said("The QR code's id; null where none is known.", "qr_c1t")]
Slug = Annotated[str, said("What the short link ends with.", "spring-sale")]
Label = Annotated[str | None, said("A name for people.", "Spring poster")]
CampaignId = Annotated[str | None, said("The campaign that the link is in.", "camp_c1v")]
ClientId = Annotated[str | None, said("The client that the link belongs to.")]
Metadata = Annotated[dict[str, Any], said("What was given with the link.")]
Status = Annotated[str, one_of(ACTIVE, PAUSED, DRAFT, EXPIRED, DELETED), said("Whether it redirects.")]


class Standard(TypedDict, Generic[T]):
    """An event in the format `standard`, that of Standard Webhooks."""

    type: EventType
    timestamp: Happened
    data: T


class Qrcodes(TypedDict, Generic[T]):
    """An event in the format `qrcodes`."""

    event: EventType
    timestamp: Happened
    data: T


class Qr(TypedDict, Generic[T]):
    """An event in the format `qr`."""

    id: EventId
    type: EventType
    createdAt: Happened
    data: T


class Qpr(TypedDict, Generic[T]):
    """An event in the format `qpr`."""

    id: EventId
    type: EventType
    created_at: Happened
    data: T


class ScanData(TypedDict):
    """A scan of a link, by a person, and the conversation that it led to."""

    scan_id: Annotated[str, said("The scan's id.")]
    link_id: LinkId
    slug: Slug
    label: Label
    qr_id: QrCodeId
    campaign_id: CampaignId
    client_id: ClientId
    scanned_at: Time
    country: Annotated[str | None, said("ISO 3166 code.", "US")]
    region: Annotated[str | None, said("Code of the region or state.", "CA")]
    region_name: Annotated[str | None, said("Its name.", "California")]
    city: Annotated[str | None, said("Its name.", "San Francisco")]
    language: Annotated[str | None, said("The first that the browser asks for.", "en")]
    device: Annotated[str | None, one_of(MOBILE, TABLET, DESKTOP, None)]
    os: Annotated[str | None, said("The operating system.", "iOS")]
    browser: Annotated[str | None, said("Its name.", "Safari")]
    referrer: Annotated[str | None, said("Host of the page that led to it; null for none.", "instagram.com")]
    method: Annotated[str | None, one_of(*sorted(METHODS), None), said("How it was scanned.")]
    app: Annotated[str | None, said("The app that scanned. A phone's camera is inferred.", "iOS Camera")]
    is_unique: Annotated[bool, said("Whether it is the first scan of this link by its visitor.")]
    conversation_started: Annotated[bool, said("Whether the destination reported a conversation.")]
    conversation_messages: Annotated[int, said(f"Messages in all, {MOST_MESSAGES:,} at most.")]
    conversation_ended: Annotated[bool, said("Whether the destination said that it is over.")]
    metadata: Metadata


class LinkData(TypedDict):
    """A link."""

    link_id: LinkId
    slug: Slug
    short_url: Url
    destination: Annotated[Url, said("As it was given, without UTM parameters.")]
    label: Label
    status: Status
    campaign_id: CampaignId
    client_id: ClientId
    redirect_type: Annotated[int, one_of(*REDIRECTS), said("The status that the short link answers with.")]
    pause_until: Annotated[Time | None, said("When a pause will end by itself.")]
    expires_at: Annotated[Time | None, said("When it ends.")]
    description: str | None
    category: str | None
    tags: list[str]
    utm: Annotated[dict[str, str], said("Parameters for the destination's query.")]
    prompt: str | None
    welcome_message: str | None
    template: str | None
    metadata: Metadata
    created_at: Time
    updated_at: Time


class QrCodeData(TypedDict):
    """A QR code of a link, or a standalone one: then all of the link is null."""

    qr_id: Annotated[str, said("The QR code's id.", "qr_c1t")]
    link_id: Annotated[str | None, said("The id of the link that it leads to.", "dc_c1s")]
    slug: str | None
    label: Label
    campaign_id: CampaignId
    client_id: ClientId
    kind: Annotated[str, one_of(*KINDS), said("What it holds.")]
    payload: Annotated[str, said("What it holds, as it was printed.")]
    image_url: Annotated[Url, said("Its picture.")]
    format: Annotated[str, one_of(*FORMATS)]
    size: Annotated[int, said("The picture's width and height in pixels.")]
    error_correction: Annotated[str, one_of(*LEVELS)]
    quiet_zone: Annotated[int, said("The margin around it, in modules.")]
    style: Annotated[ShownStyle, said("Its shapes and colours, in the words of `qr-code-styling`.")]
    logo_url: Annotated[str | None, said("The image at its centre.")]
    compact: Compact
    scannability: Scannability | None
    created_at: Time
    deleted_at: Annotated[Time | None, said("When it was deleted; null while it is not.")]


class ReachedData(TypedDict):
    """A number of scans that a link, or one of its QR codes, has come to."""

    link_id: LinkId
    slug: Slug
    label: Label
    qr_id: QrCodeId
    campaign_id: CampaignId
    client_id: ClientId
    threshold: Annotated[Count, said("The number that was reached.", 100)]
    total_scans: Annotated[Count, said("How many there were when that was seen: the threshold, or a little more.")]

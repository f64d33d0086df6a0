"""What the `reporting` API answers with, field by field, as the service's document has it."""

from typing import Annotated, Final, Generic, Literal, NotRequired, TypeVar

from typing_extensions import TypedDict

from chalicelib.api.fields import Count, Time, Url, one_of, said
from chalicelib.core import campaigns
from chalicelib.core.links import ACTIVE, DELETED, DRAFT, EXPIRED, PAUSED

UNKNOWN: Final = "Unknown"
DEVICES: Final = {"mobile": "Mobile", "tablet": "Tablet", "desktop": "Desktop"}

# What the document prints.
SUMMARY: Final = {
    "totalScans": 14209,
    "uniqueVisitors": 9840,
    "topDevices": [{"device": "Mobile", "count": 12100}],
    "topCountries": [{"country": "United States", "scans": 8400}],
}
QR_ROW: Final = {
    "id": "qr_123456",
    "title": "Summer Campaign Flyer",
    "shortUrl": "https://smllr.link/x9ab",
    "destinationUrl": "https://example.com/promo",
    "totalScans": 4120,
    "createdAt": "2026-05-01T12:00:00Z",
}
QR_REPORT: Final = {
    "qrId": "qr_123456",
    "timeline": [{"date": "2026-05-15", "scans": 340}],
    "geolocation": [{"city": "San Francisco", "region": "California", "country": "US", "scans": 210}],
}
CAMPAIGN_ROW: Final = {"id": "camp_9876", "name": "Q3 Billboards", "qrCount": 12, "totalScans": 28900}
CAMPAIGN_REPORT: Final = {
    "campaignId": "camp_9876",
    "name": "Q3 Billboards",
    "aggregatedScans": 28900,
    "topPerformingQr": {"id": "qr_sub_1", "scans": 9400},
}
CLIENT_ROW: Final = {"id": "client_555", "name": "Acme Corp", "activeQrs": 45, "status": "ACTIVE"}
CLIENT_REPORT: Final = {"clientId": "client_555", "clientName": "Acme Corp", "totalScans": 128500, "activeQrs": 45}

T = TypeVar("T")

QrId = Annotated[str, said("The code's id. Paths and bodies take every spelling of it.", "qr_akn2ybt1za")]
CampaignId = Annotated[str, said("The campaign's id.", "camp_akn2ybt1za")]
ClientId = Annotated[str, said("The client's id.", "client_akn2ybt1za")]
CampaignOfIt = Annotated[str | None, said("The campaign that it is assigned to.")]
ClientOfIt = Annotated[str | None, said("The client that it is assigned to.")]
ClientStatus = Annotated[str, one_of(*campaigns.STATUSES), said("Whether the client's own keys see anything.")]
Ever = Annotated[Count, said("Scans ever, with those that were imported.")]
InPeriod = Annotated[Count, said("Scans within the period.")]


class Envelope(TypedDict, Generic[T]):
    """What every answer is put in."""

    status: Annotated[int, said("The HTTP status.")]
    message: Annotated[str, said("For people.")]
    data: T


class Qr(TypedDict):
    """A code: a link that is scanned."""

    id: QrId
    title: Annotated[str, said("Its name for people, or else what its short link ends with.")]
    shortUrl: Url
    destinationUrl: Url
    totalScans: Ever
    createdAt: Time
    status: NotRequired[Annotated[str, one_of(ACTIVE, PAUSED, DRAFT, EXPIRED, DELETED)]]
    campaignId: NotRequired[CampaignOfIt]
    clientId: NotRequired[ClientOfIt]


class Qrs(Envelope[list[Qr]]):
    """Codes, newest first."""

    nextCursor: NotRequired[Annotated[str, said("The cursor of the next page; absent at the end.")]]


class DeviceCount(TypedDict):
    device: Annotated[str, one_of(*DEVICES.values(), UNKNOWN)]
    count: Count


class CountryCount(TypedDict):
    country: Annotated[str, said("Its English name, `Unknown`, or `other` for the remainder of a full table.")]
    scans: Count


class ReferrerCount(TypedDict):
    referrer: Annotated[str, said("The host that led there, `Direct`, or `other` for the remainder of a full table.")]
    count: Count


class PlaceCount(TypedDict):
    """A place, as fine as it is known: what is not is `Unknown`. `other` is the remainder of a full table."""

    city: str
    region: Annotated[str, said("The region's name.")]
    country: Annotated[str, said("ISO 3166 code.", "US")]
    scans: Count


class TimelinePoint(TypedDict):
    date: Annotated[str, said("A day, a month's first day, or when an hour begins, in UTC.", "2026-05-15")]
    scans: Count


Timeline = Annotated[list[TimelinePoint], said("By hour of a day, by month of a year, by day otherwise; oldest first.")]
TopDevices = Annotated[list[DeviceCount], said("Most scans first.")]
TopCountries = Annotated[list[CountryCount], said("The leading ten.")]


class TopQr(TypedDict):
    id: QrId
    scans: Count


class Numbers(TypedDict, total=False):
    """What every report has beside the documented fields."""

    uniqueVisitors: Count
    uniqueVisitorsSummed: Annotated[
        Literal[True], said("The visitors of several codes were added up: who saw two of them counts twice.")
    ]
    timeline: Timeline
    topDevices: TopDevices
    topCountries: TopCountries
    botsExcluded: Annotated[Count, said("Scans by bots: in no total.")]
    ownTestsExcluded: Annotated[Count, said("Scans left out as own tests: in no total.")]
    pending: Annotated[Count, said("Scans that are not counted yet: a burst is under way.")]
    recounting: Annotated[Literal[True], said("Stored scans are being judged again.")]


class DocumentedSummary(TypedDict):
    totalScans: InPeriod
    uniqueVisitors: Annotated[Count, said("Of the UTC days that begin within the period.")]
    topDevices: TopDevices
    topCountries: TopCountries


class DocumentedQrReport(TypedDict):
    qrId: QrId
    timeline: Timeline
    geolocation: Annotated[list[PlaceCount], said("The leading ten places.")]


class DocumentedCampaignReport(TypedDict):
    campaignId: CampaignId
    name: str
    aggregatedScans: InPeriod
    topPerformingQr: Annotated[TopQr | None, said("The most scanned within the period; null without codes.")]


class DocumentedClientReport(TypedDict):
    clientId: ClientId
    clientName: str
    totalScans: InPeriod
    activeQrs: Annotated[Count, said("Codes that redirect now.")]


class Summary(DocumentedSummary, total=False):
    """What all codes come to."""

    uniqueVisitorsSummed: Literal[True]
    timeline: Timeline
    botsExcluded: Count
    ownTestsExcluded: Count
    pending: Count
    recounting: Literal[True]


class QrReport(DocumentedQrReport):
    """What a code comes to."""

    uniqueVisitors: NotRequired[Count]
    topCountries: NotRequired[TopCountries]
    botsExcluded: NotRequired[Count]
    ownTestsExcluded: NotRequired[Count]
    pending: NotRequired[Count]
    recounting: NotRequired[Literal[True]]
    title: NotRequired[str]
    totalScans: NotRequired[InPeriod]
    devices: NotRequired[TopDevices]
    referrers: NotRequired[Annotated[list[ReferrerCount], said("The leading ten.")]]
    campaignId: NotRequired[CampaignOfIt]
    clientId: NotRequired[ClientOfIt]


class CampaignReport(DocumentedCampaignReport, Numbers):
    """What a campaign's codes come to."""

    qrCount: NotRequired[Count]
    clientId: NotRequired[ClientOfIt]


class ClientReport(DocumentedClientReport, Numbers):
    """What a client's codes come to."""

    qrCount: NotRequired[Count]
    status: NotRequired[ClientStatus]


class Campaign(TypedDict):
    """A named group of codes."""

    id: CampaignId
    name: str
    qrCount: Count
    totalScans: Ever
    clientId: NotRequired[ClientOfIt]
    createdAt: NotRequired[Time]


class Client(TypedDict):
    """A sub-account, whose own keys see what is assigned to it."""

    id: ClientId
    name: str
    activeQrs: Annotated[Count, said("Codes that redirect now.")]
    status: ClientStatus
    qrCount: NotRequired[Count]
    totalScans: NotRequired[Ever]
    createdAt: NotRequired[Time]


class Removed(TypedDict):
    """What was deleted."""

    id: str
    deleted: Literal[True]

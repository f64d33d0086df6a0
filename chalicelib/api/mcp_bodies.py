"""What the tools of `/mcp` take. Descriptions are for the model that fills them in."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from chalicelib.api.bodies import Label, Moment
from chalicelib.api.dynamic_qr import DATA_LIMITS, SMALLEST, checked_data
from chalicelib.api.qr_urls_bodies import MOST_TAGS, Line
from chalicelib.api.requests import LONGEST_IDEMPOTENCY_KEY
from chalicelib.api.styles import SentBackground, SentColour
from chalicelib.core import styles

DEFAULT_PAGE: Final = 20
LARGEST_PAGE: Final = 100
MOST_BULK: Final = 100
DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 365
MOST_COMPARED: Final = 5
MOST_COMPARED_DAYS: Final = 180  # with as many before them less than the 400 for which uniques are exact
DEFAULT_TOP: Final = 10
MOST_TOP: Final = 50
LONGEST_ID: Final = 64

State = Literal["active", "paused", "draft", "expired"]

Id = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID)]
LinkId = Annotated[Id, Field(description="The link's id, as list_links and create_link answer it.")]
Destination = Annotated[str, Field(description="Where the link leads: an http or https URL.", max_length=8192)]
Named = Annotated[Label, Field(description="A name for people; visitors never see it.")]
Slug = Annotated[
    str,
    Field(description="What the short link ends with: 3 to 50 letters, digits and hyphens. Random if left out."),
]
CampaignId = Annotated[Id, Field(description="The id of the campaign that the link belongs to.")]
Tags = Annotated[list[Line], Field(description="Words to sort links by.", max_length=MOST_TAGS)]
Once = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_IDEMPOTENCY_KEY),
    Field(description="Any text of your own: calling again with the same one within a day makes nothing twice."),
]
Confirmation = Annotated[
    str,
    Field(
        description="Leave it out at first. Give what the first call answered when the user has agreed.", max_length=200
    ),
]
Days = Annotated[int, Field(description="How many days, today included.", ge=1, le=MOST_DAYS)]


class Arguments(BaseModel):
    """An argument that is not known is refused by its name: whoever made it up had better know."""

    model_config = ConfigDict(strict=True, extra="forbid")


class ListLinks(Arguments):
    search: str = Field("", description="Only links whose label, slug or destination holds this.", max_length=200)
    status: State | None = Field(None, description="Only links that are in this state now.")
    campaign: CampaignId | None = Field(None, description="Only links of the campaign with this id.")
    limit: int = Field(DEFAULT_PAGE, description="Links a page.", ge=1, le=LARGEST_PAGE)
    cursor: str = Field("", description="The next_cursor of the page before.", max_length=200)


class GetLink(Arguments):
    link: LinkId


class NewLink(Arguments):
    """A link that shall be made."""

    destination: Destination
    label: Named | None = None
    slug: Slug | None = None
    campaign: CampaignId | None = None
    expires_at: Moment | None = Field(None, description="When the link ends for good (ISO 8601); never if left out.")
    tags: Tags = []


class CreateLink(NewLink):
    idempotency_key: Once | None = None


class BulkCreateLinks(Arguments):
    links: list[NewLink] = Field(description="The links, in order.", min_length=1, max_length=MOST_BULK)
    idempotency_key: Once | None = None


class UpdateLink(Arguments):
    link: LinkId
    destination: Destination | None = Field(None, description="Another place to lead to. Needs a confirmation.")
    slug: Slug | None = Field(
        None, description="Another ending; codes with the old one stop working for ever. Needs a confirmation."
    )
    label: Named | None = Field(None, description="Another name; null takes it away.")
    status: Literal["active", "paused"] | None = Field(None, description="paused stops redirecting, active resumes.")
    pause_until: Moment | None = Field(None, description="Pauses until this time (ISO 8601); null: without an end.")
    expires_at: Moment | None = Field(None, description="When the link ends for good (ISO 8601); null: never.")
    campaign: CampaignId | None = Field(None, description="The campaign's id; null takes the link out of its campaign.")
    tags: Tags | None = Field(None, description="All of its tags anew.")
    confirmation: Confirmation | None = None


class DeleteLink(Arguments):
    link: LinkId
    erase_scans: bool = Field(
        default=False, description="Erase everything that was counted for it too; otherwise its numbers stay."
    )
    confirmation: Confirmation | None = None


class GetScans(Arguments):
    link: LinkId
    days: Days = DEFAULT_DAYS


class Compare(Arguments):
    links: list[Id] = Field(
        description="Ids of 2 to 5 links to be compared, or of one: it is compared with its own days before.",
        min_length=1,
        max_length=MOST_COMPARED,
    )
    days: int = Field(DEFAULT_DAYS, description="How many days, today included.", ge=1, le=MOST_COMPARED_DAYS)


class TopLinks(Arguments):
    days: Days = DEFAULT_DAYS
    limit: int = Field(DEFAULT_TOP, description="How many links at most.", ge=1, le=MOST_TOP)
    campaign: CampaignId | None = Field(None, description="Only links of the campaign with this id.")


class GenerateQr(Arguments):
    link: LinkId | None = Field(None, description="The link whose short URL it shall hold. Either this or text.")
    text: Annotated[str, AfterValidator(checked_data), Field(json_schema_extra=DATA_LIMITS)] | None = Field(
        None, description="Any text or URL that it shall hold; scans of it are not counted. Either this or link."
    )
    format: Literal["png", "svg"] = Field("png", description="png is an image to be shown, svg the text of one.")
    size: int = Field(styles.DEFAULT.size, description="Width and height in pixels.", ge=SMALLEST, le=styles.LARGEST)
    foreground: SentColour = Field(styles.DEFAULT.foreground, description="The colour of the modules, as #RRGGBB.")
    background: SentBackground = Field(styles.DEFAULT.background, description="As #RRGGBB, or transparent.")
    shape: Literal["default", "rounded", "extra-rounded", "dots", "classy", "classy-rounded"] = Field(
        "default", description="What the modules look like."
    )
    level: styles.Level = Field(styles.DEFAULT.level, description="Error correction, from L to H: H survives most.")
    quiet_zone: int = Field(styles.QUIET_ZONE, description="The margin in modules.", ge=0, le=styles.WIDEST_QUIET_ZONE)

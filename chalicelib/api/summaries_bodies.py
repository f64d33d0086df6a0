"""What `/v1/summaries` is sent."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.api.bodies import AnyId, Body, printable
from chalicelib.core.names import LONGEST_NAME
from chalicelib.core.summaries import LAST_HOUR, MONDAY, SUNDAY, Schedule

LONGEST_ZONE: Final = 64

Url = Annotated[
    str,
    Field(
        description="The incoming webhook of a Slack channel, or of whatever takes the same messages: https, on a "
        "public host. The URL is a secret, and never shown again.",
        json_schema_extra={"format": "uri", "writeOnly": True},
    ),
]
Scope = Annotated[Literal["organization", "link", "campaign"], Field(description="What the scans are counted of.")]
ScopeId = Annotated[AnyId | None, Field(description="The id of the link or campaign, in any spelling.")]
Frequency = Literal["daily", "weekly"]
Hour = Annotated[int, Field(ge=0, le=LAST_HOUR, description="The hour of the local day at which it is due.")]
Weekday = Annotated[int, Field(ge=MONDAY, le=SUNDAY, description="Of a weekly one: from 0, Monday, to 6, Sunday.")]
Zone = Annotated[
    str, Field(max_length=LONGEST_ZONE, description="An IANA time zone.", examples=["Europe/London", "Asia/Kathmandu"])
]
Thresholds = Annotated[bool, Field(description="Whether numbers of scans that are reached are told there too.")]
Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME), AfterValidator(printable)]
Active = Annotated[bool, Field(description="false pauses it, true resumes it, also when it was disabled.")]


class CreateSummary(Body):
    url: Url
    scope: Scope = "organization"
    scope_id: ScopeId = None
    frequency: Frequency = "daily"
    hour: Hour = 9
    weekday: Weekday = MONDAY
    time_zone: Zone = "UTC"
    thresholds: Thresholds = True
    name: Name = ""
    active: Active = True

    def schedule(self) -> Schedule:
        return Schedule(self.frequency, self.hour, self.weekday, self.time_zone)


class EditSummary(Body):
    """What is not given, or null, stays as it is. A scope comes with its id."""

    url: Url | None = None
    scope: Scope | None = None
    scope_id: ScopeId = None
    frequency: Frequency | None = None
    hour: Hour | None = None
    weekday: Weekday | None = None
    time_zone: Zone | None = None
    thresholds: Thresholds | None = None
    name: Name | None = None
    active: Active | None = None

    def schedule(self) -> dict[str, Any]:
        """What changes of the schedule, by name."""
        return {name: value for name in Schedule._fields if (value := getattr(self, name)) is not None}

"""The form of a summary: what it offers, what was typed, and what that asks for."""

from typing import Any, Final

from chalicelib import ids
from chalicelib.core.summaries import CAMPAIGN, DAILY, LINK, ORGANIZATION, WEEKLY, Schedule, Subscription
from chalicelib.core.zones import choices
from chalicelib.errors import InvalidRequest
from chalicelib.pages.clock import zone_of
from chalicelib.pages.forms import Form
from chalicelib.pages.visits import Visit
from chalicelib.services import subjects

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FREQUENCIES: Final = ((DAILY, "Every day"), (WEEKLY, "Every week"))
NOWHERE: Final = -1  # what no hour and no weekday is


def empty(visit: Visit) -> dict[str, Any]:
    """What the fields hold before anything was typed; `?about=` chooses the link or campaign that it is about."""
    asked = visit.query.get("about", "")
    return {
        "url": "",
        "name": "",
        "about": ORGANIZATION if ids.parse(asked) is None else asked,
        "other_link": "",
        "frequency": DAILY,
        "weekday": "0",
        "hour": "9",
        "time_zone": zone_of(visit),
        "thresholds": ["1"],
    }


def stored(subscription: Subscription) -> dict[str, Any]:
    """What the fields hold of a summary that there is. Its URL is a secret, and not shown."""
    schedule = subscription.schedule
    return {
        "url": "",
        "name": subscription.name,
        "about": about(subscription),
        "other_link": "",
        "frequency": schedule.frequency,
        "weekday": str(schedule.weekday),
        "hour": str(schedule.hour),
        "time_zone": schedule.time_zone,
        "thresholds": ["1"] if subscription.thresholds else [],
    }


def typed(form: Form) -> dict[str, Any]:
    """What was typed into the fields, but for the URL: a secret goes on no page."""
    names = ("name", "about", "other_link", "frequency", "weekday", "hour", "time_zone")
    return {"url": "", **{name: form[name] for name in names}, "thresholds": form.all("thresholds")}


def offered(visit: Visit, values: dict[str, Any]) -> dict[str, Any]:
    """The form with these values, and what there is to choose from."""
    chosen = ids.parse(values["about"])
    known = subjects.around(visit.caller, [] if chosen is None else [chosen])
    return {
        "typed": values,
        "campaigns": [(ids.spell("camp", it.number), it.name) for it in known.campaigns],
        "links": [(ids.spell("dc", it.number), f"{it.name} (/{it.slug})") for it in known.links],
        "more": known.more,
        "frequencies": FREQUENCIES,
        "weekdays": list(enumerate(WEEKDAYS)),
        "hours": [(hour, f"{hour:02}:00") for hour in range(24)],
        "zones": [(zone, zone.replace("_", " ")) for zone in _zones(values["time_zone"])],
    }


def _zones(chosen: str) -> list[str]:
    """The zones to choose from, with the chosen one: an API takes others too, such as US/Eastern."""
    return [*choices(), *([chosen] if chosen not in choices() else [])]


def about(subscription: Subscription) -> str:
    """What a summary is about, as the form spells it."""
    if subscription.scope == ORGANIZATION:
        return ORGANIZATION
    return ids.spell("dc" if subscription.scope == LINK else "camp", subscription.of)


def scope(form: Form) -> tuple[str, str | None]:
    """The scope that was chosen, and the id of what it is of."""
    if form["other_link"]:
        return LINK, form["other_link"]
    if form["about"] == ORGANIZATION:
        return ORGANIZATION, None
    return CAMPAIGN if form["about"].startswith("camp_") else LINK, form["about"]


def schedule(form: Form) -> Schedule:
    """When it shall be due. Raises InvalidRequest for what is no number."""
    hour, weekday = (NOWHERE if (n := form.whole(name)) is None else n for name in ("hour", "weekday"))
    return Schedule(form["frequency"], hour, weekday, form["time_zone"])


def placed(error: InvalidRequest, form: Form) -> InvalidRequest:
    """The same error, about the field that this form has for it."""
    if error.field not in ("scope", "scope_id"):
        return error
    return error.about("other_link" if form["other_link"] else "about")


def words(schedule: Schedule) -> str:
    """When it is due: Mondays at 09:00, Europe/London."""
    days = "Every day" if schedule.frequency == DAILY else f"{WEEKDAYS[schedule.weekday]}s"
    return f"{days} at {schedule.hour:02}:00, {schedule.time_zone.replace('_', ' ')}"

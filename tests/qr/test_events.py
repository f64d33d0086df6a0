"""Events: what a phone's calendar gets is what was entered, its times in UTC."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InvalidRequest
from chalicelib.qr.payloads import build
from tests.qr.readers import content_lines, text

EVENING = "2026-05-01T19:00:00+02:00"
entered = st.text(st.one_of(st.sampled_from("\\;,:\n"), st.characters(exclude_categories=["Cs", "Cc"])), max_size=40)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=zones)  # noqa: DTZ001 - it gets a zone


def _times(fields: Mapping[str, object]) -> list[tuple[str, str]]:
    lines = content_lines(build("event", {"title": "A", **fields}))
    return [(name, value) for name, value in lines if name.startswith("DT")]


def test_an_event_is_what_phones_read() -> None:
    fields = {
        "title": "Concert; Ada, Bob",
        "start": EVENING,
        "end": "2026-05-01T21:30:00+02:00",
        "location": "Hall 1\nMain St",
        "description": "Doors\\open: 18:30",
        "url": "https://example.com/a,b;c",
    }
    assert build("event", fields) == (
        "BEGIN:VEVENT\r\nSUMMARY:Concert\\; Ada\\, Bob\r\nDTSTART:20260501T170000Z\r\nDTEND:20260501T193000Z\r\n"
        "LOCATION:Hall 1\\nMain St\r\nDESCRIPTION:Doors\\\\open: 18:30\r\nURL:https://example.com/a,b;c\r\n"
        "END:VEVENT\r\n"
    )


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        pytest.param({"start": EVENING}, {"DTSTART": "20260501T170000Z"}, id="no end"),
        pytest.param({"start": EVENING, "end": "", "duration": None}, {"DTSTART": "20260501T170000Z"}, id="empty end"),
        pytest.param({"start": "2026-05-01T19:00"}, {"DTSTART": "20260501T190000Z"}, id="no offset is UTC"),
        pytest.param({"start": "2026-05-01 19:00:00.9Z"}, {"DTSTART": "20260501T190000Z"}, id="whole seconds"),
        pytest.param({"start": "0999-05-01T19:00Z"}, {"DTSTART": "09990501T190000Z"}, id="four digits of a year"),
        pytest.param(
            {"start": EVENING, "duration": 90},
            {"DTSTART": "20260501T170000Z", "DTEND": "20260501T183000Z"},
            id="minutes",
        ),
        pytest.param(
            {"start": EVENING, "duration": "P1DT2H30M"},
            {"DTSTART": "20260501T170000Z", "DTEND": "20260502T193000Z"},
            id="a duration",
        ),
        pytest.param(
            {"start": EVENING, "duration": "P2W"},
            {"DTSTART": "20260501T170000Z", "DTEND": "20260515T170000Z"},
            id="weeks",
        ),
        pytest.param({"start": "2026-05-01"}, {"DTSTART;VALUE=DATE": "20260501"}, id="a day"),
        pytest.param({"start": "20260501"}, {"DTSTART;VALUE=DATE": "20260501"}, id="a day in short"),
        pytest.param(
            {"start": "2026-05-01", "end": "2026-05-01"},
            {"DTSTART;VALUE=DATE": "20260501", "DTEND;VALUE=DATE": "20260502"},
            id="a day with itself as the last",
        ),
        pytest.param(
            {"start": "2026-02-27", "end": "2026-03-01"},
            {"DTSTART;VALUE=DATE": "20260227", "DTEND;VALUE=DATE": "20260302"},
            id="three days",
        ),
        pytest.param(
            {"start": "2026-02-27", "duration": "P3D"},
            {"DTSTART;VALUE=DATE": "20260227", "DTEND;VALUE=DATE": "20260302"},
            id="three days by a duration",
        ),
    ],
)
def test_it_begins_and_ends_as_is_asked(fields: Mapping[str, object], shown: Mapping[str, str]) -> None:
    assert _times(fields) == list(shown.items())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"title": " "}, "title", id="no title"),
        pytest.param({"start": ""}, "start", id="no start"),
        pytest.param({"start": "tomorrow"}, "start", id="no time"),
        pytest.param({"start": 1_777_000_000}, "start", id="a number"),
        pytest.param({"start": "2026-02-30"}, "start", id="no day"),
        pytest.param({"start": "0001-01-01T00:00+14:00"}, "start", id="before every year"),
        pytest.param({"end": EVENING}, "end", id="ends as it starts"),
        pytest.param({"end": "2026-05-01T18:00:00+01:00"}, "end", id="ends as it starts, elsewhere"),
        pytest.param({"end": "2026-04-30T19:00Z"}, "end", id="ends before"),
        pytest.param({"end": "2026-05-02"}, "end", id="a day after a time"),
        pytest.param({"start": "2026-05-01", "end": "2026-05-02T00:00Z"}, "end", id="a time after a day"),
        pytest.param({"start": "2026-05-02", "end": "2026-05-01"}, "end", id="a day before"),
        pytest.param({"start": "2026-05-02", "end": "9999-12-31"}, "end", id="after every year"),
        pytest.param({"end": "2026-05-02T00:00Z", "duration": 5}, "duration", id="both ends"),
        *(
            pytest.param({"duration": value}, "duration", id=f"duration {value!r}")
            for value in (0, -5, True, 1.5, "soon", "P", "PT", "P0D", "90", "PT1H30", "-PT5M", "P١D", [90])
        ),
        pytest.param({"start": "2026-05-01", "duration": "PT36H"}, "duration", id="a day and a half"),
        pytest.param({"start": "9999-05-01", "duration": "P99999D"}, "duration", id="for ever"),
        pytest.param({"start": "9999-05-01T00:00Z", "duration": "P999W"}, "duration", id="nearly for ever"),
        pytest.param({"url": "javascript:alert(1)"}, "url", id="script"),
        pytest.param({"url": 7}, "url", id="no url"),
        pytest.param({"location": 7}, "location", id="no text"),
    ],
)
def test_a_wrong_field_is_named(fields: Mapping[str, object], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        build("event", {"title": "A", "start": EVENING, **fields})
    assert refused.value.field == f"fields.{field}"


@given(entered.filter(str.strip), entered, entered, times, st.integers(1, 10_000))
def test_what_was_entered_is_read_back(
    title: str, location: str, description: str, start: datetime, lasts: int
) -> None:
    fields = {"summary": title, "location": location, "description": description}
    payload = build("event", {**fields, "start": start.isoformat(), "duration": lasts})
    lines = content_lines(payload)
    assert (lines[0], lines[-1]) == (("BEGIN", "VEVENT"), ("END", "VEVENT"))
    found = {name: text(value) for name, value in lines[1:-1]}
    begins, ends = (_utc(found.pop(name)) for name in ("DTSTART", "DTEND"))
    assert begins == start.astimezone(UTC).replace(microsecond=0)
    assert ends - begins == timedelta(minutes=lasts)
    assert found == {
        "SUMMARY": title,
        **{name.upper(): fields[name] for name in fields if name != "summary" and fields[name]},
    }


@given(st.dates(max_value=date(9999, 12, 30)), st.integers(0, 100))
def test_the_last_day_is_included(first: date, more: int) -> None:
    last = min(first + timedelta(days=more), date(9999, 12, 30)) if first.year < 9999 else first
    (_, begins), (_, ends) = _times({"start": first.isoformat(), "end": last.isoformat()})
    assert date.fromisoformat(begins) == first
    assert date.fromisoformat(ends) == last + timedelta(days=1)


def _utc(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text)

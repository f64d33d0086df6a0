import pytest

from chalicelib.errors import BodyTooLarge, InvalidRequest
from chalicelib.pages.forms import MOST_BYTES, MOST_FIELDS, Form


def test_a_field_that_is_not_there_is_empty() -> None:
    assert Form.read(b"")["label"] == ""


def test_values_come_without_spaces_around_them() -> None:
    assert Form.read(b"label=+Spring+poster%0A")["label"] == "Spring poster"


def test_several_checkboxes_of_one_name_are_several_values() -> None:
    form = Form.read(b"events=scan.created&events=&events=qr.created")
    assert form.all("events") == ["scan.created", "qr.created"]


@pytest.mark.parametrize("text", ["-1", "1.5", "ten", "²", "9" * 16])
def test_what_is_no_whole_number_names_its_field(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Form({"days": [text]}).whole("days")
    assert refused.value.field == "days"


def test_an_empty_number_is_none() -> None:
    assert Form.read(b"days=").whole("days") is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"a=" + b"x" * MOST_BYTES, BodyTooLarge),
        (b"a=\xff\xfe", InvalidRequest),
        (b"&".join(b"a=1" for _ in range(MOST_FIELDS + 1)), InvalidRequest),
    ],
    ids=["too many bytes", "not UTF-8", "too many fields"],
)
def test_what_no_form_of_ours_sends_is_refused(body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        Form.read(body)

"""Answers that are files."""

import json
from base64 import b64decode
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.app import CaseInsensitiveMapping

from chalicelib.api.files import Bytes, content_disposition, is_held

ETAG = '"abc"'


def test_bytes_leave_as_base64_whatever_they_are() -> None:
    content = bytes(range(256))
    answer: dict[str, Any] = Bytes(content, {"Content-Type": "image/png"}, 200).to_dict([])
    assert b64decode(answer["body"]) == content
    assert (answer["isBase64Encoded"], answer["statusCode"]) == (True, 200)
    assert answer["headers"] == {"Content-Type": "image/png"}
    assert json.dumps(answer)


@pytest.mark.parametrize(
    ("name", "attachment", "header"),
    [
        pytest.param("spring-sale", False, 'inline; filename="spring-sale.png"', id="shown"),
        pytest.param("spring-sale", True, 'attachment; filename="spring-sale.png"', id="saved"),
        pytest.param(
            "Café", True, "attachment; filename=\"Cafe.png\"; filename*=UTF-8''Caf%C3%A9.png", id="in its own letters"
        ),
        pytest.param(
            "春", False, "inline; filename=\"qr-code.png\"; filename*=UTF-8''%E6%98%A5.png", id="another script"
        ),
        pytest.param('"; x"\r\ny', False, 'inline; filename="x-y.png"', id="hostile"),
    ],
)
def test_a_file_has_its_name_in_a_header(name: str, attachment: bool, header: str) -> None:
    made = content_disposition(name, "png", attachment=attachment)
    assert made == header


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        pytest.param(None, False, id="nothing"),
        pytest.param('"abc"', True, id="the tag"),
        pytest.param('W/"abc"', True, id="a weak one"),
        pytest.param('"x", W/"y","abc"', True, id="one of several"),
        pytest.param("*", True, id="any"),
        pytest.param('"x", "y"', False, id="others"),
        pytest.param('"ABC"', False, id="in capitals"),
        pytest.param("abc", False, id="not quoted"),
        pytest.param("", False, id="empty"),
        pytest.param('"', False, id="broken"),
    ],
)
def test_a_copy_is_held_when_a_tag_of_the_list_is_its_own(sent: str | None, held: bool) -> None:
    headers = CaseInsensitiveMapping({} if sent is None else {"If-None-Match": sent})
    request: Any = SimpleNamespace(headers=headers)
    assert is_held(request, ETAG) is held

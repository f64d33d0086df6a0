"""What proves a body: the headers of each format, held against vectors that openssl and others made."""

import pytest

from chalicelib.core.endpoints import FORMATS, QPR, QR, QRCODES, SLACK, STANDARD
from chalicelib.core.signatures import key_of, signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = b'{"id":"evt_scan_1","data":{}}'
MS = 1_614_265_330_999
STANDARD_NAMES = {"Content-Type", "webhook-id", "webhook-timestamp", "webhook-signature"}
QR_NAMES = {"X-Shortnd-Event", "X-Shortnd-Delivery-Id", "X-Shortnd-Timestamp", "X-Shortnd-Signature"}


def _signed(format: str, *secrets: str, body: bytes = BODY) -> dict[str, str]:
    return signed(format, secrets or (SECRET,), "evt_scan_1", "scan.created", body, MS)


def test_the_vector_of_standard_webhooks_comes_out() -> None:
    headers = signed(
        STANDARD, [SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", "x", b'{"test": 2432232314}', 1_614_265_330_000
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_body_alone_is_signed_with_the_whole_secret_for_qpr() -> None:
    expected = "sha256=8ce65919c78a7aeab1e2bbf47f6611b221c51673ad7c8c678cf6ddd173862da6"
    assert _signed(QPR)["X-3QPR-Signature"] == expected


def test_timestamp_and_body_are_signed_with_the_whole_secret_for_qr() -> None:
    headers = _signed(QR)
    assert {name: headers[name] for name in QR_NAMES} == {
        "X-Shortnd-Event": "scan.created",
        "X-Shortnd-Delivery-Id": "evt_scan_1",
        "X-Shortnd-Timestamp": "1614265330",
        "X-Shortnd-Signature": "sha256=5ab876aca9e44e6eeecd0fa9c0214882f6d520f7a24a7cc067fa187a1d3e0653",
    }


def test_a_secret_from_elsewhere_is_the_key_itself() -> None:
    signature = _signed(STANDARD, "correct horse")["webhook-signature"]
    assert signature == "v1,VSIQdzh7mVgCpEJ+S67hln3K996mTaLRVHY6DDh+YMw="


@pytest.mark.parametrize(
    ("format", "names"),
    [
        (STANDARD, STANDARD_NAMES),
        (QRCODES, STANDARD_NAMES),
        (QPR, STANDARD_NAMES | {"X-3QPR-Signature"}),
        (QR, STANDARD_NAMES | QR_NAMES),
        (SLACK, {"Content-Type"}),
    ],
)
def test_each_format_has_its_own_headers(format: str, names: set[str]) -> None:
    headers = _signed(format)
    assert headers.keys() == names
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_tells_a_repeat_by_its_id(format: str) -> None:
    headers = _signed(format)
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("evt_scan_1", "1614265330")


def test_in_an_overlap_there_is_a_signature_for_each_secret_and_the_newest_is_first() -> None:
    new, old = (_signed(QPR, secret) for secret in (OTHER, SECRET))
    both = _signed(QPR, OTHER, SECRET)
    assert both["webhook-signature"] == f"{new['webhook-signature']} {old['webhook-signature']}"
    assert both["X-3QPR-Signature"] == new["X-3QPR-Signature"] != old["X-3QPR-Signature"]


def test_the_body_is_signed_byte_for_byte() -> None:
    bodies = [b"{}", b"{} ", '{"é":1}'.encode(), '{"é":1}'.encode("latin-1"), b"\xff"]
    for format in FORMATS:
        assert len({_signed(format, body=body)["webhook-signature"] for body in bodies}) == len(bodies)


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_goes_out_unsigned(format: str) -> None:
    with pytest.raises(ValueError, match="no secret"):
        signed(format, [], "evt_scan_1", "scan.created", BODY, MS)


def test_slack_needs_no_secret() -> None:
    assert signed(SLACK, [], "evt_scan_1", "scan.created", BODY, MS) == {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        pytest.param("whsec_aGVsbG8=", b"hello", id="padded"),
        pytest.param("whsec_aGVsbG8", b"hello", id="without padding"),
        pytest.param("whsec_", b"whsec_", id="nothing behind it"),
        pytest.param("whsec_not base64!", b"whsec_not base64!", id="no base64"),
        pytest.param("whsec_aGVsbG8=\n", b"whsec_aGVsbG8=\n", id="a line end"),
        pytest.param("whsec_a", b"whsec_a", id="too little for a byte"),
        pytest.param("whsec_aéé", "whsec_aéé".encode(), id="not ASCII behind it"),
        pytest.param("aGVsbG8=", b"aGVsbG8=", id="base64 without the prefix"),
        pytest.param("schlüssel", "schlüssel".encode(), id="not ASCII"),
    ],
)
def test_the_key_is_what_the_base64_stands_for_or_else_the_text(secret: str, key: bytes) -> None:
    assert key_of(secret) == key

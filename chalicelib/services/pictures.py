"""Pictures of links and QR codes, for anybody who knows a number: found, drawn, and their downloads counted."""

import hashlib
import json
import random
import time
from dataclasses import asdict
from typing import Final

from chalicelib import ids, logs
from chalicelib.core.codes import QrCode
from chalicelib.core.links import DELETED, Link
from chalicelib.core.pictures import Picture
from chalicelib.core.styles import Style
from chalicelib.errors import Gone, NotFound, Unavailable
from chalicelib.qr import pictures as drawing
from chalicelib.services import logos
from chalicelib.store import codes, links, pictures
from chalicelib.store.transactions import Transaction

# How long a picture waits for its count at most, beyond the first try.
COUNTING_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 0.05


def find(spelled: str, base: str) -> Picture:
    """The picture of a link or QR code, by its id in any spelling. `base` is where short links start.

    Raises NotFound; Gone for what was deleted softly, and for the QR codes of such a link, which lead nowhere.
    """
    number = ids.parse(spelled)
    owned = None if number is None else pictures.read(number)
    if number is None or owned is None:
        raise NotFound.of("picture")
    if owned.kind == pictures.LINK:
        return Picture.of_link(_link(owned.organization, number), base)
    return _of_code(owned.organization, number)


def etag(picture: Picture) -> str:
    """The entity tag of a picture."""
    return etag_of(picture.payload, picture.style)


def etag_of(payload: str, style: Style) -> str:
    """A strong entity tag (RFC 9110, 8.8.3): of all that decides the bytes, which need not be drawn for it."""
    parts = asdict(style)
    del parts["logo"]  # where it came from; what is drawn is the stored image
    decided = json.dumps([drawing.RENDERER, payload, parts], sort_keys=True)
    return f'"{hashlib.sha256(decided.encode()).hexdigest()[:32]}"'


def draw(picture: Picture) -> bytes:
    """The file, with the logo as it is stored. Raises InvalidRequest for what no symbol holds, Unavailable."""
    return drawing.draw(picture.payload, picture.style, logos.of(picture.organization, picture.style))


def count_download(picture: Picture) -> None:
    """Count a download, once, however often it is sent. Whoever waits for the picture gets it even if that fails."""
    if not picture.counted:
        return
    write = pictures.download(picture.number)
    latest = time.monotonic() + COUNTING_SECONDS
    while (failure := _failure(write)) and time.monotonic() < latest:
        time.sleep(random.uniform(0, LONGEST_WAIT_SECONDS))  # noqa: S311 - spreads load, guards nothing
    if failure:
        logs.report("download not counted", picture=picture.number, error=failure)


def _failure(write: Transaction) -> str:
    """Why a count failed that may be tried again; '' when it did not, and when there is nothing any more to count."""
    try:
        refusals = write.commit()
    except Unavailable as error:
        return type(error.__cause__).__name__
    return next((refusal.code for refusal in refusals if not refusal.condition), "")  # else it was erased just now


def _of_code(organization: int, number: int) -> Picture:
    held = codes.read(organization, number)
    if held is None:
        raise NotFound.of("picture")
    code: QrCode = held.value
    if code.deleted_ms is not None:
        raise Gone.of("QR code")
    return Picture.of_code(code, None if code.link is None else _link(organization, code.link))


def _link(organization: int, number: int) -> Link:
    held = links.read(organization, number)
    if held is None:
        raise NotFound.of("picture")
    if held.value.status == DELETED:
        raise Gone.of("link")
    return held.value

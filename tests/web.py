"""A stand-in for the web: what is fetched of it, and what it answers with."""

from io import BytesIO

from PIL import Image

from chalicelib.outbound.policies import PUBLIC, Limits, Policy
from chalicelib.outbound.refused import Refused


def picture(colour: str = "#C03030", side: int = 64) -> bytes:
    """A PNG of one colour."""
    written = BytesIO()
    Image.new("RGB", (side, side), colour).save(written, "PNG")
    return written.getvalue()


class Web:
    """Answers every URL with a picture, unless `answers` has something else for it."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Refused] = {}
        self.asked: list[str] = []

    def get(self, url: str, _limits: Limits, _accept: str, _policy: Policy = PUBLIC) -> bytes:
        """In place of `fetching.get`."""
        self.asked.append(url)
        answer = self.answers.get(url, picture())
        if isinstance(answer, Refused):
            raise answer
        return answer

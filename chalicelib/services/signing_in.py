"""Signing in by a link in a mail, which is good for 15 minutes and once.

Whoever asks learns nothing about an address: known or not, the same is checked, counted and sent to the jobs queue, and
the address itself goes nowhere. The job, which nobody waits for, looks it up and mails what its member has on record.
"""

import secrets
from typing import Final

from chalicelib import logs
from chalicelib.config import settings
from chalicelib.core import key_texts
from chalicelib.core.accounts import Member
from chalicelib.core.names import check_email
from chalicelib.core.sign_ins import (
    LINK_MS,
    MOST_FOR_ADDRESS,
    MOST_FROM_SOURCE,
    SUBJECT,
    WINDOW_MS,
    address_digest,
    letter,
    recent,
    source_digest,
)
from chalicelib.errors import NotFound, RateLimited, SignInEnded, Unavailable
from chalicelib.services import sessions
from chalicelib.store import addresses, mail, members, queues, sign_ins
from chalicelib.store.sign_ins import SignIn
from chalicelib.store.transactions import Transaction

ATTEMPTS: Final = 8
RETRY_SECONDS: Final = 20
_BYTES: Final = 32


def sends_mail() -> bool:
    """Whether mails are sent at all: the installation has an address to send from."""
    return bool(settings().mail_from)


def ask(address: str, source: str, now_ms: int) -> None:
    """Ask for a link to be mailed to an address. `source` is the IP address that the request came from.

    Raises InvalidRequest for what is no address, RateLimited for too many, Unavailable.
    """
    digest = address_digest(check_email(address))
    _count(f"source#{source_digest(source)}", MOST_FROM_SOURCE, now_ms)
    _count(f"address#{digest}", MOST_FOR_ADDRESS, now_ms)
    queues.send_job({"sign_in": digest, "asked_ms": now_ms})


def send_link(digest: str, asked_ms: int, now_ms: int) -> bool:
    """Mail a link to the address with a SHA-256, if it is a member's; False when it is to be tried again in a moment.

    Done twice, it sends two good links. After 15 minutes nobody waits for it any more, and nothing is sent. Raises
    Unavailable when it can be done neither now nor soon.
    """
    if not sends_mail():
        logs.info("no mails are sent")
        return True
    if now_ms >= asked_ms + LINK_MS:
        return True
    try:
        _mail(digest, now_ms)
    except Unavailable:
        # An order that fails would come again after an hour, which suits work that takes long.
        queues.send_job({"sign_in": digest, "asked_ms": asked_ms}, RETRY_SECONDS)
        return False
    return True


def link_for(organization: int, member: int, base: str, now_ms: int) -> str:
    """A link for a member, without a mail; `base` is the installation's address. Raises NotFound for no member."""
    known = members.read(organization, member)
    if known is None:
        raise NotFound.of("member")
    _let_sign_in(known)
    return _new_link(SignIn(address_digest(known.email), organization, now_ms + LINK_MS), base)


def is_good(token: str, now_ms: int) -> bool:
    """Whether a link can be used. It stays so: what follows links in mails uses none up."""
    found = sign_ins.read(key_texts.digest(token))
    return found is not None and found.ends_ms > now_ms


def redeem(token: str, now_ms: int) -> str:
    """Use a link up; the text of the session that it began. Raises SignInEnded when it is used, expired or unknown.

    One transaction deletes the link and writes the session: who is cut off before it may try again, and of two who try
    at once one is signed in.
    """
    digest = key_texts.digest(token)
    for _ in range(ATTEMPTS):
        found = sign_ins.read(digest)
        member = _who(found) if found and found.ends_ms > now_ms else None
        if member is None:
            raise SignInEnded.of_link()
        write = Transaction()
        sign_ins.use(write, digest, now_ms)
        text = sessions.add(write, member, now_ms)
        if not write.commit():
            return text
    raise Unavailable.storage()


def _mail(digest: str, now_ms: int) -> None:
    """To the address that the member has on record."""
    known = sessions.memberships(digest)
    if known:
        url = _new_link(SignIn(digest, None, now_ms + LINK_MS), settings().public_url)
        mail.send(known[0].email, SUBJECT, letter(url))


def _who(link: SignIn) -> Member | None:
    """Whose link it is: the member in the organization that it names, or else in the oldest; None when all are gone."""
    mine = sessions.memberships(link.address)
    return next((member for member in mine if member.organization == link.organization), mine[0] if mine else None)


def _new_link(link: SignIn, base: str) -> str:
    token = secrets.token_urlsafe(_BYTES)
    sign_ins.put(key_texts.digest(token), link)
    return f"{base}/sign-in/{token}"


def _let_sign_in(member: Member) -> None:
    """Write down whose the member's address is: of members from before people signed in, it is not."""
    write = Transaction()
    members.hold(write, member)
    addresses.put(write, member)
    if write.commit():
        raise Unavailable.storage()


def _count(who: str, most: int, now_ms: int) -> None:
    """Count that a link is asked for. Raises RateLimited for one too many, which is not counted."""
    for _ in range(ATTEMPTS):
        held = sign_ins.read_asked(who)
        times = recent(held.value, now_ms)
        if len(times) >= most:
            raise RateLimited.sign_ins(most, times[-most] + WINDOW_MS, now_ms)
        if sign_ins.put_asked(who, held, now_ms):
            return
    raise Unavailable.storage()

"""What can go wrong, in the product's own words. HTTP knows nothing of these, nor they of HTTP.

QuietzoneError
├── InvalidRequest            invalid_request        `field` names what is wrong
│   ├── BodyTooLarge          invalid_request
│   ├── IdempotencyMismatch   invalid_request
│   ├── NotSupported          not_supported          what may be asked for, and does not exist yet
│   ├── UnsafeDestination     unsafe_destination
│   └── Unscannable           unscannable            a picture that nobody could read
├── Unauthorized              unauthorized           no key, or one that is not known
│   ├── Forbidden             unauthorized           the key lacks a scope, or its member the role
│   ├── KeyExpired            unauthorized
│   └── KeyRevoked            unauthorized
├── NotFound                  not_found              also for what another organization owns
│   └── MethodNotAllowed      method_not_allowed     the route is there, with other methods
├── Gone                      gone                   deleted, and known to have been there
│   └── SignInEnded           gone                   a link to sign in with that is used, expired or unknown
├── SlugTaken                 slug_taken
├── PlanLimitExceeded         plan_limit_exceeded
├── RateLimited               rate_limited           `limit`, `remaining`, `reset_ms`, `retry_after`
└── Unavailable               server_error           storage fails; trying again may help: `retry_after`
"""

from collections.abc import Iterable
from typing import ClassVar, Self

RETRY_SECONDS = 5


class QuietzoneError(Exception):
    """`code` is stable and for programs, `message` for people; `field` names the input that is wrong, if one is."""

    code: ClassVar[str]

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def within(self, place: str) -> Self:
        """The same about a part of something bigger: of `slug` within `urls.3` comes `urls.3.slug`."""
        field = f"{place}.{self.field}" if self.field else place
        return self.about(field)

    def about(self, field: str) -> Self:
        """The same about a field that somebody else calls otherwise."""
        return type(self)(f"{field}: {self.problem}", field)

    @property
    def problem(self) -> str:
        """The message without the field's name that it begins with."""
        return self.message.removeprefix(f"{self.field}: ")

    @property
    def sentence(self) -> str:
        """The problem as it stands beside its field: with a capital, without a stop."""
        return self.problem[:1].upper() + self.problem[1:]


class InvalidRequest(QuietzoneError):
    code = "invalid_request"

    @classmethod
    def for_field(cls, field: str, problem: str) -> Self:
        """`problem` ends the sentence that the field's name begins: "must be ..."."""
        return cls(f"{field}: {problem}", field)


class BodyTooLarge(InvalidRequest):
    @classmethod
    def over(cls, most_bytes: int) -> "BodyTooLarge":
        return cls(f"body: must be at most {most_bytes} bytes", "body")


class IdempotencyMismatch(InvalidRequest):
    @classmethod
    def of_key(cls) -> "IdempotencyMismatch":
        return cls("Idempotency-Key: was used before with a different request", "Idempotency-Key")


class NotSupported(InvalidRequest):
    code = "not_supported"

    @classmethod
    def yet(cls, field: str) -> "NotSupported":
        return cls(f"{field}: is not supported yet", field)


class UnsafeDestination(InvalidRequest):
    code = "unsafe_destination"


class Unscannable(InvalidRequest):
    code = "unscannable"


class Unauthorized(QuietzoneError):
    code = "unauthorized"

    @classmethod
    def missing_key(cls) -> "Unauthorized":
        return cls("An API key is needed: Authorization: Bearer <key>, or x-api-key")

    @classmethod
    def unknown_key(cls) -> "Unauthorized":
        return cls("This API key is not known")

    @classmethod
    def invalid_token(cls) -> "Unauthorized":
        return cls("This token is not valid, or not any more")

    @classmethod
    def signed_out(cls) -> "Unauthorized":
        return cls("You are not signed in, or not any more")


class Forbidden(Unauthorized):
    @classmethod
    def scope(cls, scope: str) -> "Forbidden":
        return cls(f"This API key lacks the scope {scope}")

    @classmethod
    def to_clients(cls) -> "Forbidden":
        return cls("A client's API key is good for reports only")

    @classmethod
    def client_inactive(cls) -> "Forbidden":
        return cls("The client that this API key belongs to is not active")

    @classmethod
    def role(cls, role: str) -> "Forbidden":
        return cls(f"This API key's member may not do this to a member with the role {role}")

    @classmethod
    def by_role(cls, role: str) -> "Forbidden":
        return cls(f"This is not for the role {role}. Ask an owner or an admin of the organization")

    @classmethod
    def other_site(cls) -> "Forbidden":
        return cls("This form was not sent from a page of ours. Please open the page again, and try once more")

    @classmethod
    def origin(cls) -> "Forbidden":
        return cls("Pages of other origins may not call this")

    @classmethod
    def token(cls) -> "Forbidden":
        return cls("A token is given for an API key, not for another token")


class KeyExpired(Unauthorized):
    @classmethod
    def of_caller(cls) -> "KeyExpired":
        return cls("This API key has expired")


class KeyRevoked(Unauthorized):
    @classmethod
    def of_caller(cls) -> "KeyRevoked":
        return cls("This API key was revoked")


class NotFound(QuietzoneError):
    code = "not_found"

    @classmethod
    def of(cls, what: str) -> "NotFound":
        return cls(f"There is no such {what}")


class MethodNotAllowed(NotFound):
    code = "method_not_allowed"

    @classmethod
    def but(cls, methods: Iterable[str]) -> "MethodNotAllowed":
        return cls(f"This route takes {', '.join(sorted(methods))} only")


class Gone(QuietzoneError):
    code = "gone"

    @classmethod
    def of(cls, what: str) -> "Gone":
        return cls(f"This {what} was deleted")


class SignInEnded(Gone):
    @classmethod
    def of_link(cls) -> "SignInEnded":
        return cls("This link to sign in was used already, or has expired. Please ask for another one")


class SlugTaken(QuietzoneError):
    code = "slug_taken"

    @classmethod
    def of(cls, slug: str) -> "SlugTaken":
        return cls(f"slug: {slug} is taken", "slug")


class PlanLimitExceeded(QuietzoneError):
    code = "plan_limit_exceeded"

    @classmethod
    def monthly(cls, plan: str, limit: int, used: int, units: int, month: str, next_month: str) -> "PlanLimitExceeded":
        """`month` is the one in which so many are `used`, `next_month` the time at which the next begins."""
        return cls(
            f"The {plan} plan allows {limit} QR codes a month: {used} were made in {month}, which leaves no room for "
            f"{units} more. Take a larger plan, or go on when the next month begins, at {next_month}"
        )


class RateLimited(QuietzoneError):
    """`remaining` units are left of the `limit`, fewer than were asked for. `reset_ms` is when there are enough, or as
    many as there ever are; `retry_after` is the whole seconds until then."""

    code = "rate_limited"

    def __init__(self, message: str, limit: int, remaining: int, reset_ms: int, retry_after: int) -> None:
        super().__init__(message)
        self.limit = limit
        self.remaining = remaining
        self.reset_ms = reset_ms
        self.retry_after = retry_after

    @classmethod
    def an_hour(cls, limit: int, remaining: int, units: int, reset_ms: int, now_ms: int) -> "RateLimited":
        seconds = _seconds(reset_ms, now_ms)
        if units > limit:
            said = f", and never {units} at once; ask for fewer"
        else:
            left = f", and {remaining} are left, not {units}" if units > 1 else ""
            said = f"{left}; try again in {seconds} s"
        return cls(f"At most {limit} creates an hour{said}", limit, remaining, reset_ms, seconds)

    @classmethod
    def a_minute(cls, limit: int, reset_ms: int, now_ms: int) -> "RateLimited":
        seconds = _seconds(reset_ms, now_ms)
        return cls(f"At most {limit} of these requests a minute; try again in {seconds} s", limit, 0, reset_ms, seconds)

    @classmethod
    def sign_ins(cls, limit: int, reset_ms: int, now_ms: int) -> "RateLimited":
        seconds = _seconds(reset_ms, now_ms)
        text = f"At most {limit} links to sign in with in 15 minutes; try again in {seconds} s"
        return cls(text, limit, 0, reset_ms, seconds)


class Unavailable(QuietzoneError):
    code = "server_error"

    def __init__(self, message: str, retry_after: int = RETRY_SECONDS) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    @classmethod
    def storage(cls) -> "Unavailable":
        return cls("The service is busy. Please try again, with the same Idempotency-Key if you sent one")

    @classmethod
    def tables(cls, names: Iterable[str]) -> "Unavailable":
        return cls(f"Cannot be reached: {', '.join(names)}")

    @classmethod
    def time_is_up(cls) -> "Unavailable":
        return cls("There was no time for this one. Please try again, with the same Idempotency-Key if you sent one")


def _seconds(until_ms: int, now_ms: int) -> int:
    """Whole seconds to wait, so that it is late enough then."""
    return max(1, -(-(until_ms - now_ms) // 1000))

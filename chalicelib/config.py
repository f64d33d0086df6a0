"""Settings of a function, read from its environment once; a missing one fails the first use loudly."""

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Settings:
    """What the stack template hands every function but the redirect, which reads its few settings itself.

    `public_url` is the address that short links start with, without a slash at the end; empty means: the
    address that the request came to. `creates_per_hour` bounds the successful creates of one member.
    `origin_secret` is what our own distribution proves itself with, '' for none. `secrets_path` is where secrets lie in
    SSM's parameter store. `local_receivers` admits receivers of webhooks on this machine, over http: for trying the
    product out. `mail_from` is who mails are from, '' to send none.
    """

    objects_table: str
    scans_table: str
    rollups_table: str
    visitors_table: str
    deliveries_table: str
    jobs_queue_url: str
    delivery_queue_url: str
    slow_queue_url: str
    events_dead_letters_url: str
    exports_bucket: str
    secrets_path: str
    public_url: str
    origin_secret: str
    plan_default: str
    creates_per_hour: int
    local_receivers: bool
    mail_from: str


@cache
def settings() -> Settings:
    """The settings of this process. Raises KeyError naming the first variable that is missing."""
    environ = os.environ
    return Settings(
        objects_table=environ["OBJECTS_TABLE"],
        scans_table=environ["SCANS_TABLE"],
        rollups_table=environ["ROLLUPS_TABLE"],
        visitors_table=environ["VISITORS_TABLE"],
        deliveries_table=environ["DELIVERIES_TABLE"],
        jobs_queue_url=environ["JOBS_QUEUE_URL"],
        delivery_queue_url=environ["DELIVERY_QUEUE_URL"],
        slow_queue_url=environ["SLOW_QUEUE_URL"],
        events_dead_letters_url=environ["EVENTS_DEAD_LETTERS_URL"],
        exports_bucket=environ["EXPORTS_BUCKET"],
        secrets_path=environ["SECRETS_PATH"],
        public_url=environ["PUBLIC_URL"].rstrip("/"),
        origin_secret=environ["ORIGIN_SECRET"],
        plan_default=environ["PLAN_DEFAULT"],
        creates_per_hour=int(environ["CREATES_PER_HOUR"]),
        local_receivers=environ["LOCAL_RECEIVERS"] == "true",
        mail_from=environ["MAIL_FROM"],
    )

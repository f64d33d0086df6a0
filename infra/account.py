"""The AWS account that commands work on, as the environment's credentials open it.

With `AWS_ENDPOINT_URL` on this machine it is the embedded AWS: then nothing of the user's own settings is used.
"""

import os
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from infra import aws
from infra.artifacts import Clients

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Account:
    """An account: `number`, and `identity` of whom the credentials are. `region` is where `clients` go.

    `is_embedded` when it is an embedded AWS, at `endpoint`. Raises BotoCoreError and ClientError without credentials,
    or with some that are not good.
    """

    def __init__(self, region: str) -> None:
        self.region = region
        self.endpoint = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
        self.is_embedded = urlsplit(self.endpoint).hostname in LOOPBACK
        self.clients = self.clients_in(region)
        told = self.clients("sts").get_caller_identity()
        self.number, self.identity = str(told["Account"]), str(told["Arn"])

    def clients_in(self, region: str) -> Clients:
        """A function from a service's name to its client in a region."""
        if self.is_embedded:
            return aws.clients(self.endpoint, region)
        session = boto3.Session(region_name=region)
        config = Config(retries={"mode": "standard", "total_max_attempts": 5}, s3={"addressing_style": "path"})

        @cache
        def client(service: str) -> Any:
            return session.client(service, config=config)

        return client

    def environment(self) -> dict[str, str]:
        """The variables with which an SDK speaks to this account and region."""
        if self.is_embedded:
            return aws.environment(self.endpoint, self.region)
        return {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}

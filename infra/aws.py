"""boto3 clients for the embedded AWS that see nothing of the user's AWS settings."""

import os
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from infra.artifacts import Clients

REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def environment(endpoint: str, region: str = REGION) -> dict[str, str]:
    """The variables with which an SDK speaks to the embedded AWS, and to nothing else."""
    return {
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def clients(endpoint: str, region: str = REGION) -> Clients:
    """A function from a service's name to its client at `endpoint`."""
    nothing = (None, None, os.devnull, None)
    core = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": nothing,
            "credentials_file": nothing,
        }
    )
    session = boto3.Session("test", "test", region_name=region, botocore_session=core)
    config = Config(proxies={}, s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, read_timeout=120)

    @cache
    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint, config=config)

    return client

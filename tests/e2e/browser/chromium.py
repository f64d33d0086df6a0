"""Debian's chromium under Playwright: nothing is downloaded, and nothing but loopback can be reached."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.qr.programs import need

# What a test of ours does within seconds on two busy cores, and what hangs does not.
TIMEOUT_MS: Final = 20_000
FLAGS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)


@contextmanager
def chromium(hosts: dict[str, str]) -> Iterator[Browser]:
    """A browser for which the names in `hosts` lie at loopback's `address:port`, and no other name exists.

    Skips the test that asks for it where there is no chromium, and fails it in CI.
    """
    need("chromium")
    with sync_playwright() as playwright:
        browser = _launch(playwright, hosts)
        try:
            yield browser
        finally:
            browser.close()


def _launch(playwright: Playwright, hosts: dict[str, str]) -> Browser:
    mapped = [f"MAP {name} {address}" for name, address in hosts.items()]
    rules = ", ".join([*mapped, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"])
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        headless=True,
        chromium_sandbox=os.geteuid() != 0,  # root has no sandbox to be in
        args=[*FLAGS, f"--host-resolver-rules={rules}"],
    )

"""The system's chromium under Playwright: nothing is downloaded, and nothing but loopback can be reached."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, sync_playwright

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
def chromium(hosts: Mapping[str, str]) -> Iterator[Browser]:
    """A browser for which the names in `hosts` lie at loopback's `address:port`, and no other name exists.

    Raises FileNotFoundError where there is no chromium.
    """
    path = shutil.which("chromium")
    if path is None:
        raise FileNotFoundError("chromium is missing: apt install chromium")
    mapped = [f"MAP {name} {address}" for name, address in hosts.items()]
    rules = ", ".join([*mapped, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            headless=True,
            chromium_sandbox=os.geteuid() != 0,  # root has no sandbox to be in
            args=[*FLAGS, f"--host-resolver-rules={rules}"],
        )
        try:
            yield browser
        finally:
            browser.close()

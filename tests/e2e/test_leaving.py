"""In and out on the whole stack: what another service exported is imported, scanned, read, and archived."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from infra.local import LocalStack
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.organizations import new_tenant

EXPORTS = Path(__file__).parent.parent / "exports"


def make(stack: LocalStack, module: str, variables: dict[str, str], exits: int = 0) -> str:
    """Run a command as `make` does; return what it prints."""
    environment = {**os.environ, "STATE_FOLDER": str(stack.folder), **variables}
    command = [sys.executable, "-m", f"infra.{module}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == exits, done.stderr
    return done.stdout


def test_links_come_in_with_their_visits_and_go_out_with_their_scans(stack: LocalStack, tmp_path: Path) -> None:
    tenant = new_tenant(stack)
    whose = {"ORGANIZATION": str(tenant.organization)}
    said = make(stack, "importing", {"FROM": str(EXPORTS / "kutt.json"), **whose}, exits=1)
    assert "entry 2: password: links cannot have one here" in said
    assert "2 imported, with 318 visits; 0 there already" in said

    client = Client(stack.url, tenant.api_key)
    assert client.scan("Wine-List", IPHONE_SAFARI).headers["location"] == "https://example.com/wine"
    assert client.scan("old-offer", IPHONE_SAFARI).status == 410
    codes = {code["slug"]: code for code in client.api("GET", "/v1/dynamic").json["codes"]}
    assert codes.keys() == {"wine-list", "old-offer"}
    report = client.scans(codes["wine-list"])
    assert (report["scans"]["total"], report["imported"], report["analytics"]["window_total"]) == (311, 310, 1)
    client.close()

    archive = tmp_path / "out.zip"
    make(stack, "exporting", {"TO": str(archive), "IMAGES": "svg", **whose})
    with ZipFile(archive) as zipped:
        rows = {row["slug"]: row for row in csv.DictReader(io.StringIO(zipped.read("links.csv").decode()))}
        rules = zipped.read("redirects/rules/_redirects").decode().splitlines()
        scanned = [zipped.read(name).decode() for name in zipped.namelist() if name.startswith("scans/")]
        assert zipped.read("images/links/wine-list.svg").startswith(b"<svg")
    assert (rows["wine-list"]["counted_scans"], rows["wine-list"]["total_scans"]) == ("1", "311")
    assert "/WINE-LIST https://example.com/wine 302" in rules
    assert not any("old-offer" in rule for rule in rules)
    assert [text.count("human") for text in scanned] == [1]

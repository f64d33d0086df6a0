"""The zip that every cold start unpacks, and that has to be uploaded with every change."""

from infra.package import Package

MOST_BYTES = 20_000_000  # `bench/zips.py` tells what is in it


def test_the_zip_stays_small(production: Package) -> None:
    assert production.code.stat().st_size <= MOST_BYTES

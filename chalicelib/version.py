"""Which release this is, in semantic versioning; `docs/releases.md` says what its three numbers promise."""

from typing import Final

VERSION: Final = "0.10.0"

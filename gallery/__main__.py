"""`make gallery`: write `docs/gallery.md` and its pictures anew."""

import shutil
import sys
from pathlib import Path
from typing import Final

from gallery import page
from gallery.layout import FOLDER

DOCS: Final = Path(__file__).parent.parent / "docs"


def main() -> int:
    shown = page.parts()
    text, pictures = page.markdown(shown), page.pictures(shown)
    shutil.rmtree(DOCS / FOLDER, ignore_errors=True)
    (DOCS / FOLDER).mkdir(parents=True)
    for path, content in pictures.items():
        (DOCS / path).write_bytes(content)
    (DOCS / "gallery.md").write_text(text)
    size = sum(map(len, pictures.values()))
    print(f"docs/gallery.md: {len(pictures)} pictures, {size / 1000:,.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The process of the embedded AWS, whose queries answer with 1 MB at a time, as DynamoDB's do: for `bench/reading.py`.

MiniStack sends all of it in one answer, so a benchmark of what grows would count too few requests. A script like
`infra/embedded/engine.py`; a query with a filter is left as it is.
"""

import json
import sys
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

MEGABYTE: Final = 1 << 20


def end_pages_at_a_megabyte() -> None:
    """Make the embedded DynamoDB end the pages of its queries where DynamoDB does."""
    from ministack.services import dynamodb

    everything = dynamodb._query

    def paged(asked: dict[str, Any]) -> Any:
        answer = everything(asked)
        if answer[0] != 200 or len(answer[2]) < MEGABYTE or "FilterExpression" in asked:
            return answer
        fit = fitting(json.loads(answer[2])["Items"])
        return everything({**asked, "Limit": fit}) if fit else answer

    dynamodb._query = paged


def fitting(items: list[dict[str, Any]]) -> int:
    """How many items end a page that would be too large; 0 where all of them fit."""
    from bench import capacity

    sizes = list(accumulate(map(capacity.size, items)))
    return next((n for n, size in enumerate(sizes, 1) if size >= MEGABYTE), 0)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    del sys.argv[1:]
    from ministack.app import main

    from infra.embedded.engine import stop_with_parent

    stop_with_parent()
    end_pages_at_a_megabyte()
    main()

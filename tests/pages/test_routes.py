"""The paths of pages, as API Gateway wants them."""

from collections import defaultdict

from chalicelib.pages.routes import BLUEPRINTS


def test_a_part_of_paths_that_varies_has_one_name() -> None:
    """API Gateway refuses `/links/{a}` beside `/links/{b}/edit`: a variable part of a path is one resource."""
    named = defaultdict(set)
    for path in {path for bp in BLUEPRINTS for _, path in bp.paths}:
        parts = path.split("/")
        for place, part in enumerate(parts):
            if part.startswith("{"):
                named["/".join(parts[:place])].add(part.replace("+", ""))
    assert {where: names for where, names in named.items() if len(names - {"{proxy}"}) > 1} == {}

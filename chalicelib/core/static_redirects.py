"""A static redirect map: files that lead on from printed codes without any of this product.

    map.csv               every slug, where it leads, and those that lead nowhere now
    rules/_redirects      for hosts that know this file: Netlify, Cloudflare Pages, GitLab Pages
    pages/<slug>/...      a page for each path, for any host of static files: an S3 website, GitHub Pages, a web server
    nginx.conf            for nginx

Slugs do not mind case, and codes are printed in capitals too; static hosts do mind. So each path is there in small and
in capital letters, and the page for what is not there tries the small ones.
"""

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from chalicelib.core import csv_lines, notices

RULES: Final = "rules"
PAGES: Final = "pages"

# Cloudflare Pages ignores longer lines, and more rules than that.
LONGEST_RULE: Final = 1_000
MOST_RULES: Final = 2_000
# GitLab Pages passes over rules with other statuses; to a GET these are the same.
RULED_STATUSES: Final = {307: 302, 308: 301}
LONGEST_NGINX_VALUE: Final = 4_000  # its buffer for a word has 4,096 bytes

FIELDS: Final = ("slug", "leads_to", "status_code", "state", "qr_codes")

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url={url}"><link rel="canonical" href="{url}"><title>Moving on</title>
</head><body><p><a href="{url}">{url}</a></p></body></html>
"""
_TO_SMALL_LETTERS: Final = (
    "<script>var p=location.pathname,s=p.toLowerCase();"
    # With the origin: a path that begins with two slashes would be another host's URL.
    "if(p!==s)location.replace(location.origin+s+location.search+location.hash)</script></body>"
)
_NGINX: Final = """# Include this in the http block, with the name and the root that are yours.
map_hash_bucket_size 128;
map_hash_max_size {size};

geo $dollar {{ default "$"; }}
{maps}
server {{
    listen 80;
    server_name qr.example.com;
    root /var/www/{pages};
    error_page 404 /404.html;
{returns}
    location / {{ try_files $uri $uri/index.html =404; }}
}}
"""


README: Final = """A static redirect map: it leads on from printed codes without Quietzone.

map.csv            every slug, where it leads and with which status; those that lead nowhere now say why
pages/             publish this folder on any host of static files. Each path has a page that leads on at once. On S3:
                       aws s3 sync pages/ s3://BUCKET/
                       aws s3 website s3://BUCKET/ --index-document index.html --error-document 404.html
rules/             publish this folder on Netlify, Cloudflare Pages or GitLab Pages: _redirects answers with the
                   status of each link, 302 for 307 and 301 for 308, which GitLab does not take. It has {rules:,} rules.
                   Cloudflare takes {most:,}, GitLab 1,000 by default; beyond that take pages/
nginx.conf         for nginx, with pages/ as its root

Then point the DNS name that the codes carry at that host, with a certificate for it. Nothing is counted any more.
Links that end at a time go on; those that are paused, drafts or expired are left out.
"""


class Hop(NamedTuple):
    """Where a slug leads: `location` is a URL as a header takes it, '' while the link leads nowhere. `markers` is how
    many QR codes it has."""

    slug: str
    location: str
    status: int
    state: str
    markers: int = 0

    def paths(self) -> Iterator[str]:
        """What may be printed of it behind the host, without the slash: each QR code's, in small letters."""
        yield self.slug
        for marker in range(2, self.markers + 1):
            yield f"{self.slug}.{marker}"


class File(NamedTuple):
    """A file by its path in the map."""

    name: str
    text: str


def files(hops: Sequence[Hop]) -> Iterator[File]:
    """All files of the map."""
    leading = [hop for hop in hops if hop.location]
    ruled = rules(leading)
    yield File("README.txt", README.format(rules=ruled.count("\n"), most=MOST_RULES))
    yield File("map.csv", _table(hops))
    yield File("nginx.conf", nginx(leading))
    for folder in (RULES, PAGES):
        yield File(f"{folder}/404.html", lost())
    yield File(f"{RULES}/_redirects", ruled)
    for hop in leading:
        content = page(hop.location)
        for path in _cased(hop.paths()):
            yield File(f"{PAGES}/{path}/index.html", content)
            yield File(f"{PAGES}/s/{path}/index.html", content)
            if _rule(path, hop) is None:
                yield File(f"{RULES}/{path}/index.html", content)


def rules(hops: Iterable[Hop]) -> str:
    """The `_redirects` file: a path, a URL and a status on each line. What is too long for a line has a page."""
    lines = [rule for hop in hops for path in _cased(hop.paths()) if (rule := _rule(path, hop))]
    return "\n".join([*lines, "/s/* /:splat 302", "/S/* /:splat 302"]) + "\n"


def page(url: str) -> str:
    """A page that leads on at once, in every browser, without a script."""
    return _PAGE.format(url=html.escape(url))


def lost() -> str:
    """The page for what is not there."""
    return notices.page(notices.UNKNOWN).replace("</body>", _TO_SMALL_LETTERS)


def nginx(hops: Sequence[Hop]) -> str:
    """A server for nginx, whose maps do not mind case. What is too long for it has a page."""
    fitting = [hop for hop in hops if len(_nginx_value(hop.location)) <= LONGEST_NGINX_VALUE]
    statuses = sorted({hop.status for hop in fitting})
    maps = "\n".join(_nginx_map(status, fitting) for status in statuses)
    returns = "\n".join(
        f"    if ($quietzone_{status}) {{ return {status} $quietzone_{status}; }}" for status in statuses
    )
    size = max(2048, 4 * sum(hop.markers + 1 for hop in fitting))
    return _NGINX.format(size=size, maps=maps, returns=returns, pages=PAGES)


def _nginx_map(status: int, hops: Iterable[Hop]) -> str:
    entries = [
        f'    "{root}{path}" "{_nginx_value(hop.location)}";'
        for hop in hops
        if hop.status == status
        for path in hop.paths()
        for root in ("/", "/s/")
    ]
    return "\n".join([f"map $uri $quietzone_{status} {{", '    default "";', *entries, "}"])


def _nginx_value(url: str) -> str:
    """A URL in quotes. nginx has no escape for its variables' sign: a variable that holds it is in its place."""
    return url.replace("\\", "\\\\").replace('"', '\\"').replace("$", "${dollar}")


def _rule(path: str, hop: Hop) -> str | None:
    rule = f"/{path} {hop.location} {RULED_STATUSES.get(hop.status, hop.status)}"
    return rule if len(rule) <= LONGEST_RULE else None


def _cased(paths: Iterable[str]) -> Iterator[str]:
    """Each path in small and in capital letters, where these differ."""
    for path in paths:
        yield from dict.fromkeys((path, path.upper()))


def _table(hops: Iterable[Hop]) -> str:
    rows = ((hop.slug, hop.location, hop.status, hop.state, max(1, hop.markers)) for hop in hops)
    return csv_lines.lines([FIELDS, *rows])

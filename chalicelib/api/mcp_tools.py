"""Every tool of `/mcp`, in the order in which they are listed."""

from typing import Final

from chalicelib.api import mcp_bodies as bodies
from chalicelib.api import mcp_changes, mcp_links, mcp_pictures, mcp_scans
from chalicelib.api import mcp_shapes as shapes
from chalicelib.api.mcp_tool import Tool
from chalicelib.core import limits
from chalicelib.services import rankings

TOOLS: Final = (
    Tool(
        "list_links",
        "List links",
        "List the short links of this account, newest first, or search them by a word in their label, slug or "
        "destination. Use it to find the id of a link that the user names. With a search or a filter a page may be "
        "short or empty and still have a next_cursor.",
        bodies.ListLinks,
        shapes.Links,
        mcp_links.list_links,
        scope="urls:read",
        read_only=True,
        idempotent=True,
    ),
    Tool(
        "get_link",
        "Get a link",
        "Read one short link: where it leads, whether it is active, when it expires.",
        bodies.GetLink,
        shapes.Link,
        mcp_links.get_link,
        scope="urls:read",
        read_only=True,
        idempotent=True,
    ),
    Tool(
        "create_link",
        "Create a link",
        "Make a short link. Its destination can be changed later without printing its QR code anew; get the code with "
        "generate_qr. Give an idempotency_key when you may have to try again.",
        bodies.CreateLink,
        shapes.Link,
        mcp_links.create_link,
        scope="urls:write",
        limit=limits.QR_WRITE,
    ),
    Tool(
        "update_link",
        "Update a link",
        "Change a link: its destination, slug, label, campaign, tags or expiry, or pause and resume it. What is left "
        "out stays. A new destination or slug changes nothing at first: the answer says what it would do and has a "
        "confirmation; once the user agrees, call again with the same arguments and the confirmation.",
        bodies.UpdateLink,
        shapes.Outcome,
        mcp_changes.update_link,
        scope="urls:write",
        limit=limits.QR_WRITE,
        destructive=True,
        idempotent=True,
    ),
    Tool(
        "delete_link",
        "Delete a link",
        "End a short link for ever; codes that are printed with it stop working. Its numbers stay, unless erase_scans "
        "is true. To stop it for a while, pause it with update_link instead. The first call changes nothing: the "
        "answer says what it would do and has a confirmation; once the user agrees, call again with the same arguments "
        "and the confirmation, within ten minutes.",
        bodies.DeleteLink,
        shapes.Outcome,
        mcp_changes.delete_link,
        scope="urls:write",
        limit=limits.QR_WRITE,
        destructive=True,
        idempotent=True,
    ),
    Tool(
        "bulk_create_links",
        "Create many links",
        f"Make up to {bodies.MOST_BULK} short links at once. Wrong rows are refused before any is made, and the error "
        "names the row, as in links.3.destination. If it stops half-way, created has the first and failed the rest.",
        bodies.BulkCreateLinks,
        shapes.Bulk,
        mcp_links.bulk_create_links,
        scope="urls:write",
        limit=limits.QR_WRITE,
    ),
    Tool(
        "get_scans",
        "Get scans of a link",
        "Read how often a link was scanned, by default in the last 30 days: totals, unique visitors, every day, and "
        "the leading countries, cities, devices, systems, browsers and referrers. Bots are left out of every number.",
        bodies.GetScans,
        shapes.Scans,
        mcp_scans.get_scans,
        scope="analytics:read",
        clients=True,
        read_only=True,
        idempotent=True,
    ),
    Tool(
        "generate_qr",
        "Generate a QR code",
        "Draw the QR code of a link, or of any text, as a PNG or SVG. It is read back before it is answered: what "
        "nobody could scan is refused, and scannability says how well it can be read. Nothing is stored. Only scans of "
        "a link's code are counted.",
        bodies.GenerateQr,
        shapes.Drawn,
        mcp_pictures.generate_qr,
        scope="qr:read",
        read_only=True,
        idempotent=True,
    ),
    Tool(
        "compare",
        "Compare links",
        "Compare 2 to 5 links over the same days, each also with as many days before; or one link with its own days "
        "before. The days of today's period are not over yet.",
        bodies.Compare,
        shapes.Comparison,
        mcp_scans.compare,
        scope="analytics:read",
        clients=True,
        limit=limits.REPORTING,
        read_only=True,
        idempotent=True,
    ),
    Tool(
        "top_links",
        "Top links",
        "List the links that were scanned most in the last days. In an account with more than "
        f"{rankings.MOST_LINKS:,} links the newest so many are looked at; complete says whether that was all.",
        bodies.TopLinks,
        shapes.Ranking,
        mcp_scans.top_links,
        scope="analytics:read",
        clients=True,
        limit=limits.REPORTING,
        read_only=True,
        idempotent=True,
    ),
)

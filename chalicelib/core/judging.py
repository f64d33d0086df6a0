"""What a scan turned out to be: device, system, browser, app, scan method, human or bot."""

from dataclasses import replace

from chalicelib.core import agents
from chalicelib.core.scans import Facts, Scan


def judged(scan: Scan) -> Facts:
    """The facts of a scan with all that its user agent tells; unchanged when it was judged before."""
    raw = scan.unjudged
    if raw is None:
        return scan.facts
    agent = agents.judge(raw.user_agent, raw.device_hint)
    method, app = agents.scan_method(raw.via, scan.facts.referrer, agent)
    return replace(
        scan.facts,
        device=agent.device,
        os=agent.os,
        browser=agent.browser,
        method=method,
        app=app,
        bot=agent.bot,
    )

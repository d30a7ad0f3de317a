"""Who opens a link: a person, or a program that looks at it for one."""

import re

from flask import request

#: What opens links by itself: previews of messengers, scanners of mail, browsers that load ahead.
_MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|preview|facebookexternalhit|whatsapp|slack|skype|curl/|wget/|python-requests|scan",
    re.IGNORECASE,
)


def by_machine() -> bool:
    """Whether nobody reads this: a messenger's preview, a mail scanner, a browser that loads ahead."""
    ahead = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    agent = request.headers.get("User-Agent", "")
    return "prefetch" in ahead or bool(_MACHINES.search(agent))

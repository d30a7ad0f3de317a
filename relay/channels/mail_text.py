"""How a mail looks: text first, and the same text as calm HTML whose links can be tapped. Pure.

Sources: RFC 5322 (format), RFC 2046 5.1.4 (alternatives, the plainest first), RFC 3834 5 (Auto-Submitted).
"""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

#: Seven bits everywhere, so that no server on the way has to be asked what it can carry.
POLICY = SMTP.clone(cte_type="7bit")
#: Only ASCII belongs to an address, so that 「https://…/s/abcをひらく」 ends where it should.
LINK = re.compile(r"https?://[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
#: What stands at the end of a link is rarely meant as a part of it.
CLOSING = ".,;:!?)'"
KANA = re.compile(r"[\u3041-\u30ff]")
PARAGRAPH = re.compile(r"\n{2,}")
ATOMS = re.compile(r"[\w!#$%&'*+\-/=?^`{|}~]+(\.[\w!#$%&'*+\-/=?^`{|}~]+)*", re.ASCII)
VISIBLE = re.compile(r"[!-~]+")

PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0 auto;padding:16px;max-width:36em;font-family:sans-serif;font-size:16px;line-height:1.7">
{paragraphs}
</body>
</html>
"""


def compose(
    *, sender: str, sender_name: str, recipient: str, subject: str, body: str, ref: str, at: datetime
) -> EmailMessage:
    """The whole mail. ``ref`` is its Message-ID without the angle brackets."""
    mail = EmailMessage(policy=POLICY)
    local, _, domain = sender.rpartition("@")
    mail["From"] = Address(display_name=" ".join(sender_name.split()), username=local, domain=domain)
    mail["To"] = recipient
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{ref}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body)
    mail.add_alternative(html(body, title=subject), subtype="html")
    return mail


def html(text: str, *, title: str) -> str:
    """``text`` as a page: its paragraphs and lines as they are, its links to tap."""
    blocks = PARAGRAPH.split(text.strip("\n"))
    return PAGE.format(
        language="ja" if KANA.search(text) else "en",
        title=escape(" ".join(title.split())),
        paragraphs="\n".join(f"<p>{_lines(block)}</p>" for block in blocks),
    )


def address(text: str) -> str:
    """``text`` as servers take it: some old mobile addresses (``a..b@``, ``a.@``) must be quoted.

    Raises ``ValueError`` when it is no address at all.
    """
    local, at, domain = text.strip().rpartition("@")
    if not (at and VISIBLE.fullmatch(local) and ATOMS.fullmatch(domain)):
        raise ValueError("no address")
    if ATOMS.fullmatch(local) or (local[0] == local[-1] == '"'):
        return f"{local}@{domain}"
    quoted = local.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"@{domain}'


def _lines(block: str) -> str:
    return "<br>\n".join(_with_links(line) for line in block.split("\n"))


def _with_links(line: str) -> str:
    done, at = "", 0
    for found in LINK.finditer(line):
        link = found[0].rstrip(CLOSING)
        done += escape(line[at : found.start()]) + f'<a href="{escape(link)}">{escape(link)}</a>'
        at = found.start() + len(link)
    return done + escape(line[at:])

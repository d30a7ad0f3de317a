"""``relay triage-export``: what people corrected, as labelled reports."""

import json
import sys
from datetime import datetime

import click

from relay import clock, db
from relay.cases import export
from relay.cases.export import Choice

_EMPTY = {
    "ja": "書き出す通報はありません（訂正された通報、--all なら終了した案件の通報だけが対象です）",
    "en": "nothing to write: only corrected reports count, or with --all reports of closed cases",
}
_WITHHELD = {
    "ja": "虐待の疑いがある通報{count}件は除きました（書き出すときは --sealed）",
    "en": "{count} report(s) of suspected abuse left out (--sealed writes them too)",
}


@click.command("triage-export")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Only what was corrected (with --all: closed) since this day, Japanese time.",
)
@click.option("--all", "every", is_flag=True, help="All reports of closed cases, corrected or not.")
@click.option("--sealed", is_flag=True, help="Reports of suspected abuse too. Handle the file with care.")
@click.option("--raw", is_flag=True, help="Keep family names and telephone numbers (otherwise 〇〇).")
@click.option("--lang", type=click.Choice(("ja", "en")), default="ja", show_default=True)
def triage_export(since: datetime | None, every: bool, sealed: bool, raw: bool, lang: str) -> None:
    """Write reports as people read them in the end, one JSON object a line, in UTF-8.

    Each line holds id, text, level, signs, days, town, number, sealed, and where there is one the reason as note.
    """
    day = since.replace(tzinfo=clock.JAPAN) if since else None
    choice = Choice(since=day, every=every, sealed=sealed, raw=raw)
    written = 0
    with db.transaction() as session:
        for record in export.records(session, choice):
            # Bytes, so that Japanese comes out right whatever the terminal's locale is.
            line = json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace")
            sys.stdout.buffer.write(line + b"\n")
            written += 1
        withheld = export.withheld(session, choice)
    sys.stdout.buffer.flush()
    if withheld:
        click.echo(_WITHHELD[lang].format(count=withheld), err=True)
    elif not written:
        click.echo(_EMPTY[lang], err=True)

"""Finding a case by what a caller reads out: the receipt number of the report, or the number of the case."""

import re
import unicodedata

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from relay import db
from relay.accounts.scope import signed_in
from relay.cases import details
from relay.cases.views.blueprints import bp
from relay.web.language import _

#: A receipt number without its hyphen; case numbers are shorter.
RECEIPT_DIGITS = 8
MOST_TYPED = 40


@bp.get("/cases/find")
@signed_in
def find() -> ResponseReturnValue:
    """Go to the case; back to the board with a sentence when there is none.

    Whose case it is does not matter here: a case of another desk has a page that says so.
    """
    typed = request.args.get("q", "").strip()[:MOST_TYPED]
    with db.transaction() as session:
        number = details.case_of_receipt(session, receipt(typed)) or _case(typed)
        if number is not None and details.elsewhere(session, number) is not None:
            return redirect(url_for("cases.case", number=number))
    flash(
        _(
            "「%(typed)s」の案件は見つかりません。受付番号（例 4821-7730）か案件の番号を確かめてください。",
            typed=typed,
        ),
        "warning",
    )
    return redirect(url_for("cases.board"))


def receipt(typed: str) -> str:
    """A receipt number as it is stored: 「４８２１ー７７３０」 and 「48217730」 are 4821-7730."""
    written = unicodedata.normalize("NFKC", typed)
    digits = re.sub(r"\D", "", written)
    if len(digits) == RECEIPT_DIGITS and digits.isascii():
        return f"{digits[:4]}-{digits[4:]}"
    return written.strip()


def _case(typed: str) -> int | None:
    digits = unicodedata.normalize("NFKC", typed).strip()
    short = digits.isascii() and digits.isdigit() and len(digits) < RECEIPT_DIGITS
    return int(digits) if short else None

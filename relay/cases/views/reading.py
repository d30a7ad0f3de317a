"""Correcting how a report was read: signs struck and added, days, and taking a correction back."""

from flask import flash
from flask.typing import ResponseReturnValue

from relay.cases import corrections
from relay.cases.corrections import Reread
from relay.cases.errors import CaseError
from relay.cases.views import actions, forms
from relay.cases.views.actions import action
from relay.vocabulary import Level, Sign
from relay.web import words
from relay.web.language import _


@action("reading")
def reading(number: int) -> ResponseReturnValue:
    """Strike signs that do not hold, add one that was missed, set the days."""
    case = actions.details_of(number)
    report = next((report for report in case.reports if report.id == forms.number("report")), None)
    if report is None:
        raise CaseError("この通報は、もうこの案件にありません。ページを開き直してください。")
    signs = (frozenset(report.signs) - forms.signs("strike")) | forms.signs(f"add-{report.id}")
    decided = corrections.correct(
        number,
        actions.user(),
        report_id=report.id,
        wanted=Reread(signs=signs, days=forms.days(f"days-{report.id}")),
        reason=forms.text(f"why-{report.id}"),
    )
    if case.open:
        _say_level(case.row.level, actions.details_of(number).row.level, decided)
    return actions.back(number, _("読み取りを直しました。今後の読み取りの改善に使います。"))


@action("reading_undo")
def reading_undo(number: int) -> ResponseReturnValue:
    """Take one correction back."""
    correction = forms.number("correction")
    if correction is None:
        raise CaseError("この訂正は、もう取り消されています。")
    corrections.undo(number, actions.user(), correction_id=correction)
    case = actions.details_of(number)
    if case.row.sealed and not any(Sign.ABUSE in report.signs for report in case.reports):
        flash(_("一度「取扱注意」になった案件は、読み取りを直しても「取扱注意」のままです。"), "info")
    return actions.back(number, _("訂正を元に戻しました。"))


def _say_level(before: Level, now: Level, decided: Level) -> None:
    if now > before:
        flash(_("緊急度が「%(level)s」に上がりました。", level=words.level_word(now)), "warning")
    elif decided < now:
        flash(
            _(
                "直した読み取りでは「%(read)s」ですが、案件は「%(level)s」のままです。"
                "下げるときは「緊急度を変える」で理由を書いてください。",
                read=words.level_word(decided),
                level=words.level_word(now),
            ),
            "info",
        )

"""Words for states, messages, reasons, numbers and times, in the page's language. Templates call them ``say``."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import LazyString, lazy_gettext

from relay import clock, settings, telephone
from relay.cases.chronicle import Sent
from relay.cases.queries import Place
from relay.cases.rereading import words_of
from relay.duty import texts
from relay.vocabulary import Sign
from relay.web import words
from relay.web.language import _

#: What templates call for a number.
phone = telephone.shown
LINK = re.compile(r"https?://\S+")
MINUTES_A_HOUR = 60
MINUTES_A_DAY = 24 * MINUTES_A_HOUR

WHO: Mapping[str, LazyString] = {
    "duty": lazy_gettext("当番"),
    "backup": lazy_gettext("予備の当番"),
    "head": lazy_gettext("センター長"),
    "city": lazy_gettext("市の当直"),
    "everyone": lazy_gettext("全員"),
}
PURPOSES: Mapping[str, LazyString] = {
    "duty": lazy_gettext("担当者への連絡"),
    "update": lazy_gettext("続報"),
    "reminder": lazy_gettext("対応の確認"),
    "alarm": lazy_gettext("届かないことの警告"),
    "receipt": lazy_gettext("受付の返信"),
    "ask_place": lazy_gettext("場所の問い合わせ"),
    "feedback": lazy_gettext("結果のお知らせ"),
    "reply": lazy_gettext("返信への回答"),
}
STATES: Mapping[str, LazyString] = {
    "queued": lazy_gettext("送信待ち"),
    "sending": lazy_gettext("送信中"),
    "accepted": lazy_gettext("送信済み"),
    "delivered": lazy_gettext("届いた"),
    "undelivered": lazy_gettext("届かない"),
    "failed": lazy_gettext("送れなかった"),
}
WITHDRAWN = "withdrawn"
STATE_TONES: Mapping[str, str] = {"delivered": "good", "undelivered": "error", "failed": "error"}
NOT_SENT: Mapping[str, LazyString] = {
    "handset_off": lazy_gettext("電源が入っていないか、圏外"),
    "blocked": lazy_gettext("受信を拒否している"),
    "unknown_number": lazy_gettext("使われていない番号"),
    "landline": lazy_gettext("SMSを受け取れない電話"),
    "filtered": lazy_gettext("通信会社に止められた"),
    "unknown": lazy_gettext("理由は不明"),
    "expired": lazy_gettext("時間が過ぎた"),
    "withdrawn": lazy_gettext("必要がなくなったため"),
    "opted_out": lazy_gettext("STOPと返信し、受け取りを止めている"),
    "bad_number": lazy_gettext("番号が正しくない"),
    "country_not_allowed": lazy_gettext("この国の番号には送れない"),
    "not_mobile": lazy_gettext("携帯電話の番号ではない"),
    "too_long": lazy_gettext("文が長すぎる"),
    "unknown_address": lazy_gettext("使われていないメールアドレス"),
    "bad_address": lazy_gettext("メールアドレスが正しくない"),
    "mailbox_full": lazy_gettext("相手の受信箱がいっぱい"),
    "no_mail": lazy_gettext("メールを送る設定がない"),
    "left": lazy_gettext("退職した"),
    "unclear": lazy_gettext("届いたかどうか分からない"),
}
VIA: Mapping[str, LazyString] = {
    "link": lazy_gettext("リンク"),
    "sms": lazy_gettext("SMSの返信"),
    "voice": lazy_gettext("電話"),
    "board": lazy_gettext("画面"),
}
CHANNELS: Mapping[str, LazyString] = {
    "form": lazy_gettext("フォーム"),
    "sms": lazy_gettext("SMS"),
    "api": lazy_gettext("事業者のシステム"),
    "voice": lazy_gettext("電話"),
    "email": lazy_gettext("メール"),
}
MISSING: Mapping[str, LazyString] = {
    "town": lazy_gettext("家の場所"),
    "which": lazy_gettext("どの町か"),
    "house": lazy_gettext("番地か名字"),
}
RAISED_BY: Mapping[str, LazyString] = {
    "second_report": lazy_gettext("同じ家について続けて通報があったため"),
    "place_answer": lazy_gettext("場所の返信に新しい様子があったため"),
    "joined": lazy_gettext("まとめた案件のほうが緊急だったため"),
    "reading_corrected": lazy_gettext("読み取りを直した結果"),
}


def of(table: Mapping[str, LazyString], code: object) -> str:
    """The word for a code; a code without a word is shown as it is, so that nothing is hidden."""
    text = "" if code is None else str(code)
    return str(table.get(text, text))


def state(sent: Sent) -> str:
    """How far a message got, in a word. What was taken back in time is no failure."""
    return _("送らなかった") if sent.reason == WITHDRAWN else of(STATES, sent.state)


def tone(sent: Sent) -> str:
    """The colour that goes with ``state``."""
    return "" if sent.reason == WITHDRAWN else STATE_TONES.get(sent.state, "")


def not_sent(reason: str | None) -> str:
    """Why a message did not arrive."""
    if reason and reason.startswith("error_"):
        return _("エラー %(code)s", code=reason.removeprefix("error_"))
    return of(NOT_SENT, reason or "unknown")


def body(text: str) -> str:
    """A message as others than its receiver may read it: a link in it is its receiver's own key."""
    return LINK.sub(_("［本人だけのリンク］"), text)


def names(people: Sequence[str]) -> str:
    """Several people in one breath."""
    return ("、" if words.language() == "ja" else ", ").join(people)


def district(name: str) -> str:
    """「木曽川地区」, in English the bare name."""
    return texts.district(name) if words.language() == "ja" else name


def longest(said: Sequence[str]) -> list[str]:
    """The words of a report without those that stand inside others: 「新聞が3日」 is said by 「新聞が3日分たまっ」."""
    return [words for words in said if not any(words != other and words in other for other in said)]


def place(found: Place) -> str:
    """The address in one line, else the district of the phone's position, else that it is not known."""
    if not found.address and found.district:
        return _("位置情報から %(district)s", district=district(found.district))
    return found.address or _("場所が不明")


def missing_signs(present: Sequence[Sign]) -> list[tuple[str, str]]:
    """The signs that are not ``present``, to choose from."""
    return [(sign.value, words.sign_word(sign)) for sign in Sign if sign not in present]


def ago(moment: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    minutes = int((clock.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return _("たった今")
    if minutes < MINUTES_A_HOUR:
        return _("%(count)s分前", count=minutes)
    if minutes < MINUTES_A_DAY:
        return _("%(count)s時間前", count=minutes // MINUTES_A_HOUR)
    return _("%(count)s日前", count=minutes // MINUTES_A_DAY)


def reason(code: str) -> str:
    """The sentence for one triage rule; a rule that a later lexicon dropped is named by its code."""
    texts = words_of(settings.current().config).reasons.get(code)
    return texts[words.language()] if texts else code

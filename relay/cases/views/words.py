"""Sentences for what happened to a case; words for states, messages and reasons. In the page's language."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import phonenumbers
from flask_babel import LazyString, lazy_gettext

from relay import clock, config_files, settings
from relay.cases.chronicle import Sent
from relay.cases.queries import Place
from relay.cases.views.language import _
from relay.timeline import Kind
from relay.triage import lexicon
from relay.web import words

LINK = re.compile(r"https?://\S+")
MOBILE = re.compile(r"\+81([5-9]0)(\d{4})(\d{4})")
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
RAISED_BY: Mapping[str, LazyString] = {
    "second_report": lazy_gettext("同じ家について続けて通報があったため"),
    "place_answer": lazy_gettext("場所の返信に新しい様子があったため"),
    "joined": lazy_gettext("まとめた案件のほうが緊急だったため"),
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


def place(found: Place) -> str:
    """The address in one line, or that it is not known."""
    return found.address or _("場所が不明")


def phone(number: str) -> str:
    """A number as people here write it: 090-1234-5678, 0586-28-9100."""
    mobile = MOBILE.fullmatch(number)
    if mobile:
        return "0" + "-".join(mobile.groups())
    try:
        parsed = phonenumbers.parse(number, "JP")
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


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
    texts = _lexicon(settings.current().config).reasons.get(code)
    return texts[words.language()] if texts else code


@lru_cache(maxsize=4)
def _lexicon(folder: Path) -> lexicon.Lexicon:
    return lexicon.load(config_files.path_of(folder, "triage.toml"))


def sentence(kind: Kind, data: Mapping[str, Any]) -> str:
    """What happened, in one sentence. Free texts (a note, a reason) stand beside it: see ``said``."""
    return _SENTENCES[kind](data)


def said(kind: Kind | None, data: Mapping[str, Any]) -> str:
    """The free text that belongs to an event, as its author wrote it."""
    if kind in (Kind.NOTE, Kind.CLOSED):
        return str(data.get("text") or "")
    if kind in (Kind.LEVEL_SET, Kind.REOPENED):
        return str(data.get("reason") or "")
    return ""


def _level(code: object) -> str:
    return words.level_word(str(code))


def _step(data: Mapping[str, Any]) -> str:
    return _(
        "%(who)s（%(names)s）に知らせました",
        who=of(WHO, data.get("who")),
        names=names(data.get("officers") or []),
    )


def _reported(data: Mapping[str, Any]) -> str:
    number, level = data.get("report"), _level(data.get("level"))
    if data.get("joined"):
        return _("通報 %(number)s が加わりました（%(level)s）", number=number, level=level)
    return _("通報 %(number)s を受け付けました（%(level)s）", number=number, level=level)


def _placed(data: Mapping[str, Any]) -> str:
    spot = Place(
        town=data.get("town"),
        number=data.get("number"),
        building=data.get("building"),
        room=data.get("room"),
        surname=None,
    )
    if data.get("centre"):
        return _("場所を「%(place)s」にしました（%(centre)s）", place=place(spot), centre=data["centre"])
    return _("場所を「%(place)s」にしました（市の窓口）", place=place(spot))


def _raised(data: Mapping[str, Any]) -> str:
    return _(
        "緊急度を「%(before)s」から「%(after)s」に上げました（%(why)s）",
        before=_level(data.get("from")),
        after=_level(data.get("to")),
        why=of(RAISED_BY, data.get("why")),
    )


def _level_set(data: Mapping[str, Any]) -> str:
    before, after = _level(data.get("from")), _level(data.get("to"))
    return _("緊急度を「%(before)s」から「%(after)s」に変えました", before=before, after=after)


def _waiting(data: Mapping[str, Any]) -> str:
    opens = words.moment_word(datetime.fromisoformat(str(data["until"])))
    return _("センターが開く %(time)s に知らせます", time=opens)


def _split(data: Mapping[str, Any]) -> str:
    if "to" in data:
        return _("通報の一部を案件 %(number)s に分けました", number=data["to"])
    return _("案件 %(number)s から分けた案件です", number=data.get("from"))


def _joined(data: Mapping[str, Any]) -> str:
    if "into" in data:
        return _("案件 %(number)s にまとめました", number=data["into"])
    return _("案件 %(number)s をここにまとめました", number=data.get("from"))


def _closed(data: Mapping[str, Any]) -> str:
    return _("「%(outcome)s」で終了しました", outcome=words.outcome_word(str(data.get("outcome"))))


def _failed(data: Mapping[str, Any]) -> str:
    return _(
        "%(officer)s に届きませんでした（%(reason)s）",
        officer=data.get("officer"),
        reason=not_sent(data.get("reason")),
    )


def _alarm(data: Mapping[str, Any]) -> str:
    return _(
        "%(officer)s の電話に届かないことを市に警告しました（%(reason)s）",
        officer=data.get("officer"),
        reason=not_sent(data.get("reason")),
    )


def _accepted(data: Mapping[str, Any]) -> str:
    return _("%(officer)s が受けました（%(via)s）", officer=data.get("officer"), via=of(VIA, data.get("via")))


def _refused(data: Mapping[str, Any]) -> str:
    return _(
        "%(officer)s も受けようとしました（担当は %(owner)s）",
        officer=data.get("officer"),
        owner=data.get("owner"),
    )


def _released(data: Mapping[str, Any]) -> str:
    if data.get("officer"):
        return _("%(officer)s から次の人に交代します", officer=data["officer"])
    return _("次の人に知らせます")


_SENTENCES: Mapping[Kind, Callable[[Mapping[str, Any]], str]] = {
    Kind.OPENED: lambda data: _("案件を開きました（%(level)s）", level=_level(data.get("level"))),
    Kind.REPORTED: _reported,
    Kind.RECEIVED_AT_DESK: lambda _data: _("場所がはっきりしないため、市の窓口で受けました"),
    Kind.PLACED: _placed,
    Kind.ASKED_PLACE: lambda data: _(
        "通報した人に場所をたずねました（%(number)s）", number=data.get("report")
    ),
    Kind.RAISED: _raised,
    Kind.LEVEL_SET: _level_set,
    Kind.WAITING_FOR_OPENING: _waiting,
    Kind.STEP: _step,
    Kind.STEP_EMPTY: lambda data: _(
        "%(who)sが決まっていないため、次へ進みました", who=of(WHO, data.get("who"))
    ),
    Kind.STEP_FAILED: _failed,
    Kind.ALARM: _alarm,
    Kind.ACCEPTED: _accepted,
    Kind.ACCEPT_REFUSED: _refused,
    Kind.REMINDED: lambda data: _(
        "%(officer)s に、対応が進んでいるかたずねました", officer=data.get("officer")
    ),
    Kind.LEASE_LOST: lambda data: _(
        "%(officer)s から返事がないため、次の人に知らせます", officer=data.get("officer")
    ),
    Kind.PROGRESS: lambda _data: _("対応を続けています"),
    Kind.RELEASED: _released,
    Kind.ASSIGNED: lambda data: _("%(officer)s を担当に決めました", officer=data.get("officer")),
    Kind.NOTE: lambda _data: _("メモを書きました"),
    Kind.SPLIT: _split,
    Kind.JOINED: _joined,
    Kind.CLOSED: _closed,
    Kind.REOPENED: lambda _data: _("再開しました"),
}

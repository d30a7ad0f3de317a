"""What happened to a case, one sentence for each kind of event, in the page's language. Templates: ``tell``."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from relay.cases.queries import Place
from relay.cases.views.words import MISSING, RAISED_BY, VIA, WHO, names, not_sent, of, place
from relay.cases.views.words import district as district_word
from relay.timeline import Kind
from relay.web import words
from relay.web.language import _


def sentence(kind: Kind, data: Mapping[str, Any]) -> str:
    """What happened, in one sentence. Free texts (a note, a reason) stand beside it: see ``said``."""
    return _SENTENCES[kind](data)


def said(kind: Kind | None, data: Mapping[str, Any]) -> str:
    """The free text that belongs to an event, as its author wrote it."""
    if kind in (Kind.NOTE, Kind.CLOSED):
        return str(data.get("text") or "")
    if kind in (Kind.LEVEL_SET, Kind.REOPENED, Kind.READING_CORRECTED):
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


def _located(data: Mapping[str, Any]) -> str:
    district = district_word(str(data.get("district")))
    if data.get("centre"):
        return _("位置情報から%(district)sとしました（%(centre)s）", district=district, centre=data["centre"])
    return _("位置情報から%(district)sとしました（市の窓口）", district=district)


def _asked(data: Mapping[str, Any]) -> str:
    number, what = data.get("report"), of(MISSING, data.get("missing") or "town")
    if int(data.get("nth") or 1) > 1:
        return _("通報した人に、もう一度%(what)sをたずねました（%(number)s）", what=what, number=number)
    return _("通報した人に%(what)sをたずねました（%(number)s）", what=what, number=number)


def _answered(data: Mapping[str, Any]) -> str:
    number = data.get("report")
    if data.get("missing"):
        what = of(MISSING, data["missing"])
        return _(
            "通報した人から返事がありました（%(number)s）。%(what)sはまだ分かりません",
            number=number,
            what=what,
        )
    return _("通報した人から場所の返事がありました（%(number)s）", number=number)


def _unanswered(data: Mapping[str, Any]) -> str:
    number = data.get("report")
    if data.get("callable"):
        return _(
            "通報した人に聞いても場所が分からないため、折り返しの電話を頼みました（%(number)s）",
            number=number,
        )
    return _(
        "通報した人に聞いても場所が分かりません。電話番号が分からないため、事業者に確かめてください（%(number)s）",
        number=number,
    )


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


def correction(struck: Sequence[str], added: Sequence[str], days: Sequence[str | None] | None) -> str:
    """What was corrected in a reading, in one breath."""
    parts = []
    if struck:
        parts.append(_("消した様子：%(signs)s", signs=names([words.sign_word(code) for code in struck])))
    if added:
        parts.append(_("加えた様子：%(signs)s", signs=names([words.sign_word(code) for code in added])))
    if days:
        before, after = (_("%(days)s日", days=day) if day else _("日数なし") for day in days)
        parts.append(_("日数：%(before)s → %(after)s", before=before, after=after))
    return ("、" if words.language() == "ja" else "; ").join(parts)


def _corrected(data: Mapping[str, Any]) -> str:
    what = correction(data.get("struck") or (), data.get("added") or (), data.get("days"))
    if data.get("undone"):
        return _("通報 %(number)s の訂正を元に戻しました（%(what)s）", number=data.get("report"), what=what)
    return _("通報 %(number)s の読み取りを直しました（%(what)s）", number=data.get("report"), what=what)


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
    Kind.LOCATED: _located,
    Kind.POSITION_DIFFERS: lambda data: _(
        "通報 %(number)s の位置情報は%(district)sを指していますが、町名（%(own)s）を優先しました",
        number=data.get("report"),
        district=district_word(str(data.get("district"))),
        own=district_word(str(data.get("own"))),
    ),
    Kind.ASKED_PLACE: _asked,
    Kind.PLACE_ANSWERED: _answered,
    Kind.PLACE_UNANSWERED: _unanswered,
    Kind.RAISED: _raised,
    Kind.LEVEL_SET: _level_set,
    Kind.READING_CORRECTED: _corrected,
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
    Kind.CALLED_119: lambda _data: _("119番に通報済みと記録しました"),
    Kind.NOTE: lambda _data: _("メモを書きました"),
    Kind.SPLIT: _split,
    Kind.JOINED: _joined,
    Kind.CLOSED: _closed,
    Kind.REOPENED: lambda _data: _("再開しました"),
}

"""What happened to a search, one sentence for each line of its log, in the page's language. Templates: ``tell``."""

from collections.abc import Callable, Mapping
from typing import Any

from relay.search.states import Closing, Kind
from relay.search.views import words
from relay.web.language import _


def sentence(kind: str, data: Mapping[str, Any]) -> str:
    """What happened. A kind without a sentence is shown by its code, so that nothing is hidden."""
    known = _SENTENCES.get(kind)
    return known(data) if known else kind


def said(kind: str, data: Mapping[str, Any]) -> str:
    """The free text that belongs to a line, as its author wrote it."""
    return str(data.get("note") or "") if kind == "draft" else ""


def _drafted(data: Mapping[str, Any]) -> str:
    if data.get("from") == "person":
        return _("登録者の情報から下書きを作りました")
    if data.get("from") == "neighbour":
        return _("近隣の市町のお知らせから下書きを作りました")
    return _("下書きを作りました")


def _saved(data: Mapping[str, Any]) -> str:
    changed = [words.of(words.FIELDS, name) for name in data.get("fields") or []]
    if not changed:
        return _("写真を変えました")
    return _("下書きを直しました（%(fields)s）", fields=words.names(changed))


def _sent(kind: Kind) -> Callable[[Mapping[str, Any]], str]:
    def tell(data: Mapping[str, Any]) -> str:
        return _("%(what)sを送りました（%(people)s人）", what=words.kind(kind), people=data.get("people", 0))

    return tell


def _closed(data: Mapping[str, Any]) -> str:
    if data.get("closing") in list(Closing):
        return _("「%(closing)s」で終了しました", closing=words.closing(Closing(str(data["closing"]))))
    return _("終了しました")


def _moved(data: Mapping[str, Any]) -> str:
    return _("目撃情報を、捜索 K%(number)s に移しました", number=data.get("to"))


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "drafted": _drafted,
    "saved": _saved,
    "awaiting": lambda _data: _("承認を依頼しました"),
    "draft": lambda _data: _("差し戻しました"),
    "live": lambda _data: _("捜索を始めました"),
    "sent_urgently": lambda _data: _("承認を待たずに、一人の判断で送りました"),
    "closed": _closed,
    "withdrawn": lambda _data: _("取り消しました"),
    "sent_alert": _sent(Kind.ALERT),
    "sent_update": _sent(Kind.UPDATE),
    "sent_widening": _sent(Kind.WIDENING),
    "sent_closing": _sent(Kind.CLOSING),
    "widen_proposed": lambda _data: _("範囲を広げるか、市にたずねました"),
    "ring_kept": lambda _data: _("範囲はこのままにしました"),
    "expiry_warned": lambda _data: _("まもなく自動で終了することを、市に知らせました"),
    "extended": lambda _data: _("終了の期限を延ばしました"),
    "last_seen_moved": lambda _data: _("最後に見た場所を変えました"),
    "sighting": lambda data: _(
        "目撃情報が入りました（%(way)s）", way=words.of(words.CHANNELS, data.get("channel"))
    ),
    "sighting_moved": _moved,
    "sighting_new": lambda _data: _("目撃情報の印を外しました"),
    "sighting_checked": lambda _data: _("目撃情報を「確認済み」にしました"),
    "sighting_false": lambda _data: _("目撃情報を「別の人だった」にしました"),
    "sighting_last_seen": lambda _data: _("目撃情報を、新しい「最後に見た場所」にしました"),
    "sighting_photo": lambda _data: _("目撃情報に写真が付きました"),
    "neighbour_update": lambda _data: _("近隣の市町から続報がありました"),
    "neighbour_closed": lambda _data: _("近隣の市町が捜索を終えました"),
    "wiped": lambda _data: _("個人の情報をすべて消しました"),
}

"""The sentences of refusals and faults: what is wrong, and what to do next."""

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext

from relay.photos import Reason
from relay.search.composing.typed import Fault
from relay.search.errors import SearchError

#: Codes of ``SearchError``.
SENTENCES: Mapping[str, LazyString] = {
    "missing": lazy_gettext("この捜索は見つかりません。番号を確かめてください。"),
    "not_draft": lazy_gettext(
        "この捜索は、もう下書きではないため、変えられません。いまの状態を確かめてください。"
    ),
    "not_awaiting": lazy_gettext(
        "この捜索は、いま承認待ちではありません。すでに送られたか、差し戻されています。状態を確かめてください。"
    ),
    "not_live": lazy_gettext("この捜索は、いま捜索中ではありません。状態を確かめてください。"),
    "same_person": lazy_gettext(
        "承認を依頼した本人は承認できません。ほかの職員に頼んでください。待てないときは「緊急で送る」を使います。"
    ),
    "no_reason": lazy_gettext("一人で送る理由を書いてください。"),
    "nobody": lazy_gettext(
        "知らせる相手が一人もいません。捜索のお知らせに同意した協力員が登録されているか、確かめてください。"
    ),
    "no_words": lazy_gettext("続報の文が空です。伝えることを書いてください。"),
    "words_too_long": lazy_gettext("続報が長すぎて、SMS 2通分に収まりません。短くしてください。"),
    "nothing_to_widen": lazy_gettext(
        "広げても、新しく知らせる人はいません。登録している全員に知らせてあります。"
    ),
    "incomplete": lazy_gettext("まだ足りないことがあります。下の一覧を見て、書き足してください。"),
    "changed": lazy_gettext("ほかの人が先に保存しました。両方を見くらべて、もう一度保存してください。"),
}

#: Codes of ``requirements.faults``: what is still missing before a search may go out, and where to write it.
MISSING: Mapping[str, tuple[LazyString, str]] = {
    "missing": (lazy_gettext("捜索の内容がありません。"), ""),
    "police": (
        lazy_gettext("警察への届出：署の名前か、まだ届け出ていない理由を書いてください。"),
        "police_station",
    ),
    "consent": (
        lazy_gettext("同意：だれが同意したか、または生命の危険がある理由を書いてください。"),
        "consent_by",
    ),
    "range": (
        lazy_gettext("同意：登録した協力員に伝えてよいことを確かめ、印を付けてください。"),
        "consent_ranges",
    ),
    "who": (lazy_gettext("どんな人か：年齢か性別を選んでください。"), "age_band"),
    "features": (
        lazy_gettext("どんな人か：目につくもの・服装・体格・髪のうち、1つは書いてください。"),
        "visible",
    ),
    "seen_at": (lazy_gettext("最後に見た日時を入れてください。おおよそで構いません。"), "seen_date"),
    "seen_later": (lazy_gettext("最後に見た日時が、いまより後になっています。"), "seen_date"),
    "place": (lazy_gettext("最後に見た場所：町名か場所を書いてください。"), "town"),
    "nobody": (
        lazy_gettext(
            "知らせる相手が一人もいません。捜索のお知らせに同意した協力員の登録を、システムの管理者に頼んでください。"
        ),
        "",
    ),
}

#: Codes of ``drafting.Fault``.
FAULTS: Mapping[str, LazyString] = {
    "too_long": lazy_gettext("%(most)s字までにしてください（いま%(length)s字）。"),
    "height": lazy_gettext("身長は%(least)s〜%(most)sの数字（cm）で入れてください。"),
    "date": lazy_gettext("日付を読み取れません。「2026-04-01」のように入れてください。"),
    "future_date": lazy_gettext("日付が今日より後です。確かめてください。"),
    "no_date": lazy_gettext("日付も入れてください。"),
    "no_time": lazy_gettext("時刻も入れてください。おおよそで構いません。"),
    "time": lazy_gettext("時刻を読み取れません。「14:30」のように入れてください。"),
    "future": lazy_gettext("いまより後の時刻です。日付と時刻を確かめてください。"),
    "long_ago": lazy_gettext("%(days)s日以上前の日付です。年と月を確かめてください。"),
    "point": lazy_gettext(
        "緯度と経度は、日本の中の場所を数字で入れてください（例：35.3 と 136.8）。分からなければ両方とも空にします。"
    ),
    "town_unknown": lazy_gettext(
        "「%(town)s」は町名表にありません。一覧から選び直すか、下で地区を選んでください。"
    ),
    "town_several": lazy_gettext(
        "「%(town)s」だけでは1つに決まりません（%(candidates)s など）。町名を全部書くか、下で地区を選んでください。"
    ),
    "town_districts": lazy_gettext("「%(town)s」は地区が1つに決まりません。下で地区を選んでください。"),
    "names_person": lazy_gettext(
        "ここに書いたことはSMSで全員に届きます。本人の名前を外してください（名前は同意がある場合だけ、リンク先に出ます）。"
    ),
    "needed": lazy_gettext("入力してください。"),
    "needed_phone": lazy_gettext("すぐに話せる家族の電話番号を入れてください。"),
    "phone": lazy_gettext("電話番号を読み取れません。「090-1234-5678」のように入れてください。"),
}

#: Why a photo was not taken.
PHOTOS: Mapping[Reason, LazyString] = {
    Reason.EMPTY: lazy_gettext("写真のファイルが空です。選び直してください。"),
    Reason.TOO_BIG: lazy_gettext("写真が大きすぎます（10MBまで）。小さくして、選び直してください。"),
    Reason.NO_PHOTO: lazy_gettext("写真として読めないファイルです。JPEG・PNG・HEICの写真を選んでください。"),
    Reason.TOO_MANY_PIXELS: lazy_gettext("写真の画素数が多すぎます。小さくして、選び直してください。"),
    Reason.TOO_SMALL: lazy_gettext("写真が小さすぎます。別の写真を選んでください。"),
    Reason.ANIMATED: lazy_gettext("動く画像は使えません。写真を選んでください。"),
    Reason.BROKEN: lazy_gettext("写真が壊れていて読めません。別の写真を選んでください。"),
}


def sentence(error: SearchError) -> str:
    """Why something was refused. A code without a sentence would be ours to fix: it is shown rather than hidden."""
    return str(SENTENCES.get(error.code, error.code))


def fault(found: Fault) -> str:
    """What is wrong with one field."""
    return str(FAULTS[found.code]) % dict(found.values)


def faults(found: Mapping[str, Fault]) -> dict[str, str]:
    """What is wrong, field by field."""
    return {name: fault(one) for name, one in found.items()}

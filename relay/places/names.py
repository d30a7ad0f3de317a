"""Family names and telephone numbers in a text: found to be hidden, or to be understood as an answer. Pure.

There is no list of all family names, so a name is what stands before 「さん」「様」「宅」 or 「の奥さん」 and is no
everyday word. In doubt it counts as a name: hidden once too often harms less than shown once.
"""

import re
from collections.abc import Iterable, Iterator

from relay.places.table import TownTable
from relay.places.writing import place_form

#: Stands for a name or number that is not shown.
HIDDEN = "〇〇"
#: Hardly any family name is longer in kanji; of a longer run only the end is the name.
_LONGEST = 4


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_KANJI = "一-龯々〆ヶ"
_FAMILY = (
    "の(?:お|ご)?(?:お?ばあ|婆|お?じい|爺|おばちゃん|おじちゃん|奥さ|奥様|旦那|主人|嫁|息子|娘|母さん|父さん)"
)
_AFTER_KANJI = rf"\s?(?:さん|さま|様(?!子|式|に|な|で|々)|氏(?!名|神)|殿|宅(?!地|配|内|建)|{_FAMILY})"
_AFTER_KANA = rf"\s?(?:さん(?!で)|さま(?![っざたり])|様(?!子|式|に|な|で|々)|宅(?!地|配)|{_FAMILY})"
_NAME = re.compile(
    rf"(?P<kanji>[{_KANJI}]+)(?={_AFTER_KANJI})"
    rf"|(?P<katakana>[ァ-ヴー]{{2,10}})(?={_AFTER_KANA})"
    rf"|(?:(?<![ぁ-ん])|(?<=[^ぁ-ん]の))(?P<hiragana>[ぁ-ん]{{2,6}})(?={_AFTER_KANA})"
)
#: Whole words before 「さん」 and the like that name nobody.
_NOBODY = _words(
    "客 奥 娘 息子 孫 嫁 姑 舅 弟 妹 兄 姉 母 父 婆 爺 叔母 伯母 叔父 伯父 祖母 祖父 旦那 主人 女 男 老人 子供 本人",
    "皆 隣 両隣 隣家 近所 向かい 裏 表 角 大家 家主 管理人 班長 組長 会長 区長 町会長 自治会長 民生委員 委員 同居",
    "常連 利用者 患者 住人 住民 職員 店員 店長 社員 配達員 隊員 消防 警察 刑事 先生 医者 看護師 介護士 相談員 業者",
    "自 在 住 市営住 県営住 公営住 帰 邸 仏 神 王 郵便 駅前 団地 運転 担当 店 屋 契約 収集 タバコ 鍵屋 植木屋",
    "新聞屋 牛乳屋 弁当屋 薬屋 酒屋 米屋 電気屋 水道屋 床屋 八百屋 魚屋 花屋 畳屋",
    "ヘルパー ケアマネ ケアマネージャー ヤクルト ガス ダスキン ドライバー スタッフ オーナー デイ ホーム",
    "いつも くらい ぐらい ここ そこ あそこ みな たく ごくろう おつかれ となり おく まご よめ むすめ むすこ だんな",
    "おや おやじ しゅうと",
)
_NOBODY_ENDS = (
    *("おばあ", "おじい", "ばあ", "じい", "おば", "おじ", "おかあ", "おとう", "おにい", "おねえ"),
    *("おばちゃん", "おじちゃん", "おやじ", "には", "では", "とは", "さん", "お"),
)
#: Short answers that are no name.
_REPLIES = _words(
    "了解 承知 不明 不在 留守 無事 多分 後程 後日 確認 確認中 緊急 至急 連絡 間違 以上 同上 無 有 今 家 外",
    "はい いいえ どうも ふめい りょうかい ありがとう すみません わかりません しりません わからない しらない",
    "わからん しらん ない なし むり まだ たぶん いま さっき おなじ おなじく だいじょうぶ ごめん",
)
_TAIL = r"(?:さん|さま|様)?(?:の?お?(?:宅|家|うち))?(?:です|だと思います|と書いてあります|という(?:家|名前|表札)です)?"
_ALONE = re.compile(
    rf"(?:(?:名字|苗字|表札|名前)は)?(?:(?P<kanji>[{_KANJI}]{{1,{_LONGEST}}})\s?{_TAIL}"
    rf"|(?P<kana>[ァ-ヴー]{{2,8}}|[ぁ-ん]{{2,6}}?)\s?(?!$){_TAIL})[。!！]?"
)

_WIDE = str.maketrans("０１２３４５６７８９（）＋　－−‐‑–—―ーｰ", "0123456789()+ ---------")
_PHONE = re.compile(
    r"(?<![0-9\-])(?:\+81[\- ]?\(?0?\)?[1-9]|\(?0)[0-9]{1,4}(?:[\- )(]{1,2}[0-9]{1,4}){0,3}(?![0-9\-])"
    r"|(?<![0-9\-])0[0-9]{8,10}(?![0-9\-])"
)
_PHONE_DIGITS = range(9, 13)


def hide(text: str, towns: TownTable, *, known: Iterable[str] = ()) -> str:
    """``text`` with family names and telephone numbers as 〇〇. ``known`` names are hidden wherever they stand."""
    spans = [*_phones(text), *_names(text, towns)]
    for name in known:
        if name.strip():
            spans += [match.span() for match in re.finditer(re.escape(name.strip()), text)]
    shown, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            shown += [text[at:start], HIDDEN]
        at = max(at, end)
    return "".join([*shown, text[at:]])


def alone(text: str) -> str | None:
    """The family name where ``text`` is nothing but one (「加藤です」「はしもとさん宅」), as an answer would be."""
    match = _ALONE.fullmatch(text.strip())
    name = match and (match["kanji"] or match["kana"])
    return None if not name or name in _REPLIES or _nobody(name) else name


def named(text: str, towns: TownTable) -> str | None:
    """The one family name that ``text`` tells; None where it tells none, or several."""
    found = {text[start:end] for start, end in _names(text, towns)}
    return found.pop() if len(found) == 1 else None


def _names(text: str, towns: TownTable) -> Iterator[tuple[int, int]]:
    for match in _NAME.finditer(text):
        start, end = match.span()
        if match["kanji"]:
            start = max(start + _town(match["kanji"], towns), end - _LONGEST)
        if start < end and not _nobody(text[start:end]):
            yield start, end


def _town(run: str, towns: TownTable) -> int:
    """How much of a run of kanji is a town before the name (「黒田加藤」); a town alone may be a name as well."""
    folded = place_form(run)
    return max(
        (len(town) for town in towns.written if len(town) < len(run) and folded.startswith(town)), default=0
    )


def _nobody(name: str) -> bool:
    return name in _NOBODY or name.endswith(_NOBODY_ENDS)


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for match in _PHONE.finditer(text.translate(_WIDE)):
        if sum(char.isdigit() for char in match.group()) in _PHONE_DIGITS:
            yield match.span()

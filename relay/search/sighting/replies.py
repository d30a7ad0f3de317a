"""Reading what somebody alerted answers by SMS: 「K3 駅前のコンビニ 10分前 北へ」. Pure.

Nothing is refused here: whatever can't be read stays in the words, and a person reads those.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from relay.places.writing import plain
from relay.search.sighting import moments

#: A search's code: 「K3」「Ｋ３」「k-3」「K 3」. Not inside a word (OK3), not the name of a building or a number of it.
_CODE = re.compile(
    r"(?<![A-Za-zＡ-Ｚａ-ｚ0-9０-９])[KkＫｋ][ 　]?[-‐−ー－#＃.．・]?[ 　]?"
    r"(?P<number>[0-9０-９]{1,9})(?![0-9０-９A-Za-z])"
    r"(?!\s?(?:ビル|棟|館|丁目|番地|階|キロ|号線|[-－−‐][0-9０-９]))"
    r"(?:番|の(?:方|人|件)|さん|について)?(?:です)?"
)
_LEADING = " \t\r\n　、,。.：:；;・-−ー－）)」』"
_EDGES = _LEADING + "（(「『"

_POINTS = {
    "北東": "北東", "東北": "北東", "南東": "南東", "東南": "南東", "南西": "南西", "西南": "南西",
    "北西": "北西", "西北": "北西", "北": "北", "南": "南", "東": "東", "西": "西",
    "north": "北", "south": "南", "east": "東", "west": "西", "northeast": "北東", "northwest": "北西",
    "southeast": "南東", "southwest": "南西",
}  # fmt: skip
_POINT = "北東|東北|南東|東南|南西|西南|北西|西北|北|南|東|西"
_MOVES = r"(?:向|むか|行|い[きっく]|歩|進|走|移動|去|曲|逃|戻|もど)"
_GOING = (
    # 「北へ」「北の方に歩いて」「南方向」「東に向かって」
    re.compile(
        rf"(?<![一-鿿])(?P<point>{_POINT})(?:の?(?:方角|方向|方面|ほう|方)|側)?(?:へ|に(?={_MOVES})|を(?=向))"
    ),
    re.compile(rf"(?<![一-鿿])(?P<point>{_POINT})(?:方向|方面|方角)"),
    # 「駅の方へ」「市役所方面」「川のほうに歩いて」
    re.compile(
        rf"(?P<to>[^\s、。,.!?をがはで]{{1,12}}?(?:の(?:方向|方角|方面|ほう|方)|方面|方向))(?:へ|に(?={_MOVES})|を(?=向)|(?=[\s、。]|$))"
    ),
    # 「駅へ向かって」「公園に向かい」
    re.compile(r"(?P<to>[^\s、。,.!?をがはで]{1,12}?)(?:へ|に)(?=(?:歩いて)?(?:向|むか))"),
    re.compile(r"(?P<to>[^\s、。,.!?をがはで]{1,12})へ(?=[\s、。]|$|歩|行(?!方)|走)"),
    re.compile(
        r"\b(?:towards?|head(?:ing|ed)|going|went|walk(?:ing|ed))\s+(?:to(?:wards?)?\s+)?(?:the\s+)?"
        r"(?P<to>(?:north|south)[ -]?(?:east|west)?|east|west|[A-Za-z][A-Za-z' ]{1,28}?)"
        r"(?=\s*(?:[.,!?;]|$|\d|\b(?:about|at|ago|just|now)\b))",
        re.IGNORECASE,
    ),
)
#: What follows 「へ」 when somebody is told something, not where the person went.
_TOLD = re.compile(r"(?:番|警察|消防|役所|交番|署|センター|様|さん|殿|担当者?|皆|方々|ところ|そちら)$")

#: Behind the words: that it is not so, is asked, or is only thought of.
_NOT = (
    r"(?!(?:い|お[らり])?(?:ま?せん|ない|なかった|なく))(?!か(?:[?、。\s]|$)|でしょうか|\s?\?)"
    r"(?!たら|れば|とき|時は|場合)"
)
_WITH_NOW = re.compile(
    rf"(?:(?:一緒|いっしょ)に(?:い(?:ます|る(?!と)|て(?:い)?ます)|お(?:ります|る)|待って)"
    rf"|(?<!の)目の前(?:に(?:い(?:ます|る)|おら|座|立)|です|[、。\s]|$)|[今いま][、,\s]?(?:私の|自分の)?目の前"
    rf"|(?:隣|となり|横|そば|側|近く|ここ|手元)に(?:い(?:ます|る)|お(?:ります|られます)|座って(?:い)?ま|立って(?:い)?ま)"
    rf"|保護(?:し(?:ました|ています|てます|ておりま|てい?る|た(?!い|方|ら|場合|とき|時|ほう))|中)|お?預かって"
    rf"|待って(?:もらって|いただいて)|引き[止と]め(?:て|ました)|付き添って|つきそって){_NOT}"
)
#: 「見かけたら、そばにいます」 tells what somebody will do.
_IF_EVER = re.compile(r"(?:かけ|つけ|見え|会っ|見)たら")
_ENGLISH_WITH_NOW = re.compile(
    r"\b(?:(?:is|are|am|'m|'s) (?:here )?(?:right )?(?:now )?(?:with|beside|next to|in front of) (?:me|us|her|him|them)"
    r"|i(?: am|'m) (?:staying )?with (?:her|him|them|the (?:person|man|woman|lady))"
    r"|(?:staying|waiting) with (?:me|us|her|him|them)"
    r"|(?:i|we)(?: have|'ve got) (?:her|him|them)\b(?! seen| not))",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"たぶん|多分|おそらく|恐らく|かも|と思(?:う|い|われ|った)|らし(?:き|い|く)|っぽい|似た|似て|に似|ような気|(?:本人|その人|方|人)のよう"
    r"|自信(?:は|が)?(?:な|あり?ませ)|はっきり(?:とは|は|しな|しませ|見え|わか|分か)|不確か|不明確|(?:確か|確実|絶対|間違いない)(?:では|じゃ|とは)"
    r"|(?:本人|間違いな(?:い)?)か(?:どうか|は|$|[?。\s分わ])"
)
_SURE = re.compile(
    r"間違いな[いくし]|まちがいな[いくし]|間違いありません|確実に|確かに|絶対に?"
    r"|本人(?:でした|です(?!か)|と確認|だと(?:確認|名乗))|名前を(?:言|名乗|聞い)|名乗(?:った|りま)|写真と同じ"
)
_ENGLISH_UNSURE = re.compile(
    r"\b(?:maybe|perhaps|might|may have|possibly|probably|not (?:\w+ )?(?:sure|certain)|unsure|i think|similar"
    r"|look(?:s|ed) like|could be)\b",
    re.IGNORECASE,
)
_ENGLISH_SURE = re.compile(
    r"\b(?:definitely|certainly|for sure|i(?: am|'m) (?:quite |very )?(?:sure|certain)|no doubt"
    r"|it (?:is|was) (?:her|him)\b)",
    re.IGNORECASE,
)
#: Words of which a mere thank-you, or "seen nobody", consists.
_IDLE_WORDS = (
    r"はい|ご?(?:了解|承知)|承り|かしこまり|[分わ]かり|ありがとう|有り?難う|お世話(?:様|さま|になって(?:おり|い))",
    r"(?:お疲れ|おつかれ|ご苦労)(?:様|さま)|(?:引き続き)?気(?:を|に)(?:付け|つけ|かけ|留め)(?:て|ながら)?",
    r"探し(?:ながら|て(?:おり|い|み)?)?|注意し(?:て)?|見て(?=み|お)|見かけたら|見たら|ご?(?:連絡|協力|拝見|確認)|配達(?:し|中)",
    r"今の?ところ|いまのところ|まだ|こちらでは|私は|特に|それらしい(?:人|方)は|該当者は",
    r"(?:見(?:て|かけて)い?|見(?:かけ|当たり|つかり)|[い居]|おり)ません|でした|ました|ます|です|っす|だ",
    r"いたし|致し|し(?:て)?|させて|もらい|いただき|ており|ておき|おき|みま|す|ございま|ください|下さい|ながら|と|ね|よ|の|を|に|て",
    r"okay|ok|thank you|thanks?|very much|roger|got it|noted|understood|will do",
    r"i(?:'ll| will| have not|'ve not| haven't)?|look|watch|keep|not seen|seen|an eye|(?:on the )?lookout",
    r"anyone|anybody|nobody|no one|her|him|them|out|for|yet|no",
    r"[\s、。,.!?~〜ー…・'笑()]|[^\w\s、。,.!?~〜ー…・'笑()]",
)
#: Possessive (``++``), so that no text is tried again and again.
_IDLE = re.compile(f"(?:{'|'.join(_IDLE_WORDS)})++", re.IGNORECASE)
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-鿿]")
_LATIN = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one SMS tells of a sighting. ``None``: it does not say."""

    code: int | None
    """The search that it names."""
    text: str
    """The words as written, without the code."""
    rest: str
    """The words without code, time and heading: where, and whatever else was said."""
    minutes: int | None
    """How long ago, in minutes."""
    heading: str | None
    """Where the person went: one of the eight directions, else in the writer's words (「駅の方」)."""
    with_now: bool
    """The person is with the writer now."""
    sure: bool | None
    idle: bool
    """Nothing but thanks, an "I will look out", or "seen nobody"."""
    language: str
    """ja or en."""


def parse(text: str, *, now: datetime) -> Told:
    """Read one SMS. Any string gives an answer."""
    code, words = _without_code(text)
    even = plain(words)
    minutes, spans = moments.minutes_ago(even, now)
    heading, way = _heading(even)
    with_now = bool(_WITH_NOW.search(even) or _ENGLISH_WITH_NOW.search(even)) and not _IF_EVER.search(even)
    return Told(
        code=code,
        text=words,
        rest=_cut(even, [*spans, *way]),
        minutes=0 if minutes is None and with_now else minutes,
        heading=heading,
        with_now=with_now,
        sure=_sure(even),
        idle=bool(_IDLE.fullmatch(even)) or (code is None and not even.strip()),
        language="en" if _LATIN.search(even) and not _JAPANESE.search(even) else "ja",
    )


def _without_code(text: str) -> tuple[int | None, str]:
    match = _CODE.search(text)
    if match is None:
        return None, text.strip()
    before, after = text[: match.start()], text[match.end() :]
    if not before.strip(_EDGES):
        return int(match["number"]), after.strip().lstrip(_LEADING).rstrip()
    return int(match["number"]), f"{before.rstrip()} {after.lstrip(_LEADING)}".strip()


def _heading(text: str) -> tuple[str | None, list[moments.Span]]:
    for pattern in _GOING:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            where = (groups.get("point") or groups.get("to") or "").strip()
            moving = bool(re.match(_MOVES, text[match.end() : match.end() + 2]))
            if not where or (_TOLD.search(where) and not moving):
                continue
            bare = re.sub("の?(?:方向|方面|方角|方|ほう)$", "", where)
            plainly = where.lower().replace(" ", "").replace("-", "")
            return _POINTS.get(plainly) or _POINTS.get(bare) or where, [match.span()]
    return None, []


def _sure(text: str) -> bool | None:
    if _UNSURE.search(text) or _ENGLISH_UNSURE.search(text):
        # 「間違いないと思います」 is as sure as people say it.
        return True if re.search("間違いな[いく](?:と思|です)", text) else False  # noqa: SIM210
    return True if _SURE.search(text) or _ENGLISH_SURE.search(text) else None


def _cut(text: str, spans: list[moments.Span]) -> str:
    """The text without these parts, in one line."""
    parts, position = [], 0
    for start, end in sorted(spans):
        parts.append(text[position:start])
        position = max(position, end)
    parts.append(text[position:])
    kept = (part.strip(_LEADING) for part in parts)
    return " ".join(" ".join(part.split()) for part in kept if part)

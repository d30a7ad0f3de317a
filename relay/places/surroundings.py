"""What stands around the name of a town and says what it is there: a home's town, a family, a landmark, a shop."""

import re

from relay.places.short_names import KANA_ALONE
from relay.places.writing import KANJI

_HONORIFIC = re.compile(
    r"\s?(?:さん|様|さま|氏|宅|家(?!の裏)|くん|君|ちゃん|殿|先生|じいさん|ばあさん|姓|のさん)"
)
_PERSON = re.compile(
    r"の(?:お|ご)?(?:おば[ちさ]|おじ[ちさ]|おばあ|ばあ|婆|おじい|じい|爺|奥さ|奥様|旦那|主人|ご主人|嫁|息子|娘|夫婦|大将|親父|老夫婦|家族)"
)
_LANDMARK = re.compile(
    r"(?:の?駅|神社|大社|八幡宮|天満宮|小(?:学校)?(?:の|校)|小学校|中学|高校|保育|幼稚園|公園"
    r"|病院|医院|クリニック|橋|交差点|バス停|公民館|体育|図書館|線|川(?!田)|山|インター|ic|寺(?!島|前)"
    r"|さま|様のお祭|祭|宮|新聞|時代|町|通|荘|団地|マンション|アパート|コーポ|ハイツ"
    # 朝日, 昭和 and 富士 are towns, a newspaper, an age and a mountain.
    r"|(?<=昭和)(?:と|の?[0-9〇一二三四五六七八九十]+年|の(?:昔|男|女|人間|はじめ|初め|頃|ころ|硬貨|百円|匂い))"
    r"|(?<=富士)の(?:裾|山|頂|見え|写真|絵)"
    r"|(?<=朝日)(?:の?[朝夕]刊|の?販売[店所]|を|と(?:中日|毎日|日経))|の(?:話|日付|頃|ころ|歌|生まれ)|生まれ|と書)"
)
_OWN_SHOP = re.compile(
    r" ?(?:の)?(?:[^\s、。]{0,6}?)(?:販売店|販売所|郵便局|営業所|支店|支局|出張所"
    r"|配送センター|集配|事業所|店の者|店です|店の店員"
    r"|店員|店より|店から|店長|交番|スーパー|コンビニ"
    r"|薬局|銀行|信金"
    r"|ファミマ|セブン|ローソン|店(?=$|[、。\s]))"
    r"(?!の?(?:隣|となり|裏|前|横|向か|そば|近く|角|上|二階|2階|手前|先|斜め|はす))"
)
#: 「毛受の散髪屋です。」: from where somebody writes. It is the home's town, too, unless the person stays away.
_INTRODUCED = re.compile(
    r"の[^、。0-9]{0,8}?(?:屋|[店亭]主|店|局|院|消防|館|亭|朝市|コーナー|センター|組合|ケアマネ|大家|担当|民生委員|[詰務業]所|施設|教会|幼稚園|保育園)(?:さん)?"
    r"(?:です(?!か)|でございます|の者|と申します|から聞|から[。、]|より|だけど|ですが|。)"
)
_NOT_THIS = re.compile(
    r"\s?(?:(?:じゃ|では|で|や)な[いく]|とは別|とは違|と(?:よく|書き|読み)?(?:間違|まちが)|だと言いました)"
)
#: 「本神戸か新神戸の5-5」「若竹だったか」: the writer does not know himself.
_DOUBTED = re.compile(r"(?:だった)?か(?![らなどえ])|かも|のどちらか|のどっちか")
#: 「表札は大野」: what stands on a nameplate is a family.
_NAMEPLATE = re.compile(r"(?:表札|名札|名字|苗字|姓)[はがにもの]?[「『\s]?$")
#: A town of one character (起, 栄) is a word of its own only where a home or a place of that town follows.
_ONE_CHARACTER = re.compile(
    rf"の(?:[{KANJI}]{{1,3}}(?:屋|店|商店街|方面)|町家|渡し場|商店街|方(?![向法針])|畑|田んぼ|土手|父|母|家|お宅|団地|公園|アパート|そば屋|おばあ|おじい|幼稚園|人[、はが])"
)
_CLAUSE_BEGINS = re.compile(r"(?:\A|[、。,!?\n\s「(])$")
#: Kana names lie inside other words: alone they must be long, begin a clause and end before a word of their own.
_KANA_ENDS = re.compile(r"(?= ?(?:の|です|、|。|,|\n|さん|地区|で |だわ|だが)| |$)")


def is_landmark(folded: str, end: int) -> bool:
    """Whether the name ending at ``end`` is that of a station, a school, a newspaper, an age."""
    return bool(_LANDMARK.match(folded, end))


def is_denied(text: str, end: int) -> bool:
    """Whether the writer says that it is not this one."""
    return bool(_NOT_THIS.match(text, end))


def is_doubted(text: str, end: int) -> bool:
    """Whether the writer is not sure that it is this one."""
    return bool(_DOUBTED.match(text, end))


def is_own_shop(text: str, end: int) -> bool:
    """Whether a shop or an office of that place follows: most likely the writer's own."""
    return bool(_OWN_SHOP.match(text, end))


def is_introduction(text: str, start: int, end: int) -> bool:
    """Whether the writer only says from where he writes."""
    return bool(_CLAUSE_BEGINS.search(text[:start]) and _INTRODUCED.match(text, end))


def has_honorific(text: str, end: int) -> bool:
    """Whether it is followed as a family's name is."""
    return bool(_HONORIFIC.match(text, end))


def is_person(text: str, start: int, end: int) -> bool:
    """Whether a name stands where only a family's stands: before an honorific, on a nameplate."""
    return bool(
        has_honorific(text, end)
        or _PERSON.match(text, end)
        or (_NAMEPLATE.search(text[:start]) and not re.match("町|の", text[end : end + 1]))
    )


def is_one_character_place(text: str, start: int, end: int) -> bool:
    """Whether a one-character town stands at the beginning of a clause, with something that lies in a town behind."""
    return bool(_CLAUSE_BEGINS.search(text[:start]) and _ONE_CHARACTER.match(text, end))


def is_kana_place(kana: str, start: int, end: int) -> bool:
    """Whether a town's reading without a number behind it can be nothing but the town."""
    long = end - start >= KANA_ALONE
    return long and bool(_CLAUSE_BEGINS.search(kana[:start]) and _KANA_ENDS.match(kana, end))

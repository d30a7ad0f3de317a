"""Town names in Latin letters (Hepburn without marks, as on road signs): Honmachi, Kisogawacho Kuroda. Pure."""

import re

#: The syllables by their consonant, in the order a i u e o; 〇 where there is none.
_ROWS = {
    **{
        "": "アイウエオ",
        "k": "カキクケコ",
        "s": "サ〇スセソ",
        "t": "タ〇〇テト",
        "n": "ナニヌネノ",
        "h": "ハヒ〇ヘホ",
    },
    **{
        "m": "マミムメモ",
        "y": "ヤ〇ユ〇ヨ",
        "r": "ラリルレロ",
        "w": "ワ〇〇〇〇",
        "g": "ガギグゲゴ",
        "z": "ザ〇ズゼゾ",
    },
    **{"d": "ダ〇〇デド", "b": "バビブベボ", "p": "パピプペポ"},
}
_IRREGULAR = {
    "シ": "shi",
    "チ": "chi",
    "ツ": "tsu",
    "フ": "fu",
    "ヲ": "o",
    "ジ": "ji",
    "ヂ": "ji",
    "ヅ": "zu",
    "ヴ": "vu",
}
#: キ + ャ and so on: the consonant that the pair is written with.
_BEFORE_SMALL = {
    **{
        "キ": "ky",
        "ギ": "gy",
        "シ": "sh",
        "ジ": "j",
        "ヂ": "j",
        "チ": "ch",
        "ニ": "ny",
        "ヒ": "hy",
        "ビ": "by",
        "ピ": "py",
    },
    **{"ミ": "my", "リ": "ry"},
}
_SYLLABLES = {
    **{
        kana: consonant + vowel
        for consonant, row in _ROWS.items()
        for kana, vowel in zip(row, "aiueo", strict=True)
        if kana != "〇"
    },
    **_IRREGULAR,
    **{
        kana + small: consonant + vowel
        for kana, consonant in _BEFORE_SMALL.items()
        for small, vowel in zip("ャュョ", "auo", strict=True)
    },
    **{"フ" + small: "f" + vowel for small, vowel in zip("ァィェォ", "aieo", strict=True)},
    **{"シェ": "she", "チェ": "che", "ジェ": "je", "ティ": "ti", "ディ": "di"},
}
#: The end of the outer name, where another one follows.
_OUTER = re.compile("^([a-z]{3,}cho)(?=[a-z]{3})")
_LONG = (("ou", "o"), ("oo", "o"), ("uu", "u"))


def romaji(kana: str) -> str:
    """The reading ``kana`` (full-width katakana) in Latin letters; what is no kana stays as it is."""
    found: list[str] = []
    at, doubled = 0, False
    while at < len(kana):
        size = 2 if kana[at : at + 2] in _SYLLABLES else 1
        sound = _SYLLABLES.get(kana[at : at + size])
        if sound is None:
            doubled = kana[at] == "ッ"
            found.append({"ン": "n", "ッ": "", "ー": ""}.get(kana[at], kana[at]))
        else:
            if doubled:
                found.append("t" if sound.startswith("ch") else sound[0])
            found.append(sound)
            doubled = False
        at += size
    text = "".join(found)
    for written, read in _LONG:
        text = text.replace(written, read)
    # A town of the former counties reads 「木曽川町黒田」: two names, not one.
    return " ".join(part.capitalize() for part in _OUTER.sub(r"\1 ", text).split())

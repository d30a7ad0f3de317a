"""Town names in Latin letters (Hepburn without marks, as on road signs): Honmachi, Kisogawacho Kuroda. Pure."""

_PAIRS = (
    "キャ kya キュ kyu キョ kyo シャ sha シュ shu ショ sho シェ she チャ cha チュ chu チョ cho チェ che ニャ nya "
    "ニュ nyu ニョ nyo ヒャ hya ヒュ hyu ヒョ hyo ミャ mya ミュ myu ミョ myo リャ rya リュ ryu リョ ryo ギャ gya "
    "ギュ gyu ギョ gyo ジャ ja ジュ ju ジョ jo ジェ je ビャ bya ビュ byu ビョ byo ピャ pya ピュ pyu ピョ pyo "
    "ティ ti ディ di ファ fa フィ fi フェ fe フォ fo ア a イ i ウ u エ e オ o カ ka "
    "キ ki ク ku ケ ke コ ko サ sa シ shi ス su セ se ソ so タ ta チ chi ツ tsu "
    "テ te ト to ナ na ニ ni ヌ nu ネ ne ノ no ハ ha ヒ hi フ fu ヘ he ホ ho "
    "マ ma ミ mi ム mu メ me モ mo ヤ ya ユ yu ヨ yo ラ ra リ ri ル ru レ re "
    "ロ ro ワ wa ヲ o ガ ga ギ gi グ gu ゲ ge ゴ go ザ za ジ ji ズ zu ゼ ze "
    "ゾ zo ダ da ヂ ji ヅ zu デ de ド do バ ba ビ bi ブ bu ベ be ボ bo パ pa "
    "ピ pi プ pu ペ pe ポ po ヴ vu "
).split()
_SYLLABLES = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
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
    return text.capitalize()

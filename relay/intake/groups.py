"""How the form sorts the signs: groups in plain words, the ones for everyday rounds in sight."""

from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from relay.vocabulary import Sign


@dataclass(frozen=True)
class Group:
    """Signs under one heading."""

    title: LazyString
    signs: tuple[Sign, ...]
    danger: bool = False


#: In sight on every form: what a delivery round meets.
FIRST = (
    Group(
        lazy_gettext("いま危ない"),
        (Sign.COLLAPSED, Sign.CRY_FOR_HELP, Sign.SMELL, Sign.UNWELL),
        danger=True,
    ),
    Group(
        lazy_gettext("たまっている・出たまま"),
        (Sign.NEWSPAPERS, Sign.MAIL, Sign.DELIVERIES, Sign.LAUNDRY),
    ),
    Group(
        lazy_gettext("家のようす"),
        (Sign.NO_ANSWER, Sign.SHUTTERS, Sign.LIGHTS, Sign.SOUND, Sign.USAGE, Sign.UPKEEP),
    ),
)

#: One tap away.
MORE = (
    Group(
        lazy_gettext("ご本人のようす"),
        (
            *(Sign.NOT_SEEN, Sign.LOST, Sign.MISSING, Sign.SELF_NEGLECT),
            *(Sign.CONFUSION, Sign.ABUSE, Sign.FRAUD),
        ),
    ),
    Group(lazy_gettext("その他・無事"), (Sign.ALL_CLEAR, Sign.ABSENCE_KNOWN)),
)

#: The choices of 「何日くらい」 in days, with their words.
DAYS = (
    ("", lazy_gettext("分からない")),
    ("1", lazy_gettext("1日")),
    ("2", lazy_gettext("2日")),
    ("3", lazy_gettext("3日")),
    ("4", lazy_gettext("4日")),
    ("5", lazy_gettext("5日")),
    ("6", lazy_gettext("6日")),
    ("7", lazy_gettext("1週間")),
    ("14", lazy_gettext("2週間")),
    ("21", lazy_gettext("3週間")),
    ("30", lazy_gettext("1か月")),
    ("60", lazy_gettext("2か月以上")),
)

CHIME = (
    ("yes", lazy_gettext("押した・出なかった")),
    ("no", lazy_gettext("押していない")),
    ("", lazy_gettext("分からない")),
)

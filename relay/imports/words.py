"""The sentences of an import, in Japanese and English: what is wrong, and what to write instead."""

from collections.abc import Sequence
from datetime import datetime

from relay.clock import local
from relay.imports.result import Change, Column, Note

LANGUAGES = ("ja", "en")

SENTENCES: dict[str, tuple[str, str]] = {
    # The file
    "file_too_big": (
        "ファイルが大きすぎます（{megabytes}MBまで）。CSVファイルか確かめてください",
        "the file is too big (up to {megabytes} MB): check that it is a CSV file",
    ),
    "excel_book": (
        "Excelブックのままです。「名前を付けて保存」で「CSV UTF-8（コンマ区切り）」を選んで保存してください",
        "this is an Excel book: save it as “CSV UTF-8 (comma delimited)”",
    ),
    "encoding": (
        "文字コードが読めません。"
        "Excelの「名前を付けて保存」で「CSV UTF-8（コンマ区切り）」を選び、保存し直してください",
        "the text can't be decoded: save it again from Excel as “CSV UTF-8 (comma delimited)”",
    ),
    "empty": (
        "ファイルが空です。1行目に見出し（{columns}）を書いてください",
        "the file is empty: write the headings ({columns}) into the first line",
    ),
    "no_rows": (
        "見出しだけで、データの行がありません。2行目から書いてください",
        "there are headings but no rows: write them from line 2 on",
    ),
    "not_csv": (
        'CSVとして読めません。引用符（"）が閉じているか確かめてください',
        'not readable as CSV: check that every quotation mark (") is closed',
    ),
    "column_missing": (
        "見出し「{column}」の列がありません。使える見出し：{headings}",
        "the column “{column}” is missing: its heading may be {headings}",
    ),
    "column_twice": (
        "見出し「{column}」の列が2つあります。1つにしてください",
        "there are two columns “{column}”: keep one",
    ),
    "column_unknown": (
        "見出し「{title}」の列は使いません",
        "the column “{title}” is not used",
    ),
    "cells_extra": (
        "見出しより列が多い行です（{width}列まで）。余分なコンマを消してください",
        "more cells than headings ({width}): remove the extra commas",
    ),
    "cell_empty": ("「{column}」が空です。書き入れてください", "“{column}” is empty: fill it in"),
    "cell_long": (
        '「{column}」が長すぎます（{limit}字まで）。短くするか、引用符（"）が閉じているか確かめてください',
        '“{column}” is too long (up to {limit} characters): shorten it, or close the quotation mark (")',
    ),
    "cell_control": (
        "「{column}」に改行か見えない文字があります。1行に書き直してください",
        "“{column}” holds a line break or an invisible character: write it in one line",
    ),
    # Cells
    "phone_unreadable": (
        "電話番号「{given}」が読めません。090-1234-5678 のように数字で書いてください"
        "（「9E+09」のようになるときは、Excelで列の書式を「文字列」にしてください）",
        "the phone number “{given}” can't be read: write digits such as 090-1234-5678"
        " (where Excel shows 9E+09, set the column's format to text)",
    ),
    "phone_not_mobile": (
        "「{given}」ではSMSを受け取れません。060・070・080・090で始まる11桁の携帯電話番号を書いてください",
        "“{given}” can't get an SMS: give a mobile number, 11 digits from 060, 070, 080 or 090",
    ),
    "postcode": (
        "郵便番号「{given}」は7桁の数字で書いてください（例 491-0044）。"
        "先頭の0が消えていないか確かめてください",
        "the postcode “{given}” must be seven digits such as 491-0044: check that no leading 0 is lost",
    ),
    "kana": (
        "読み「{given}」はカタカナで書いてください（例 オオミヤ）",
        "the reading “{given}” must be in katakana, such as オオミヤ",
    ),
    "moment": (
        "日時「{given}」が読めません。2026-12-01 17:15 のように日付と時刻を書いてください",
        "the time “{given}” can't be read: write date and time such as 2026-12-01 17:15",
    ),
    "day": (
        "日付「{given}」が読めません。2026-07-20 のように年・月・日を書いてください",
        "the date “{given}” can't be read: write year, month and day such as 2026-07-20",
    ),
    "heat_kind": (
        "種別「{given}」は使えません。警戒アラート か 特別警戒アラート と書くか、空欄（警戒アラート）にしてください",
        "the kind “{given}” can't be used: write alert or special, or leave it empty for alert",
    ),
    "rank": (
        "順位「{given}」は 1（当番）か 2（バックアップ）で書いてください",
        "the rank “{given}” must be 1 (duty) or 2 (backup)",
    ),
    "yes_or_no": (
        "「{given}」は ○ か空欄にしてください",
        "“{given}” must be ○ (or yes) or empty",
    ),
    # Rows against each other and the database
    "twice": (
        "{line}行目と同じ{column}「{given}」です。どちらか1行にしてください",
        "the same {column} “{given}” as in line {line}: keep one of the two",
    ),
    "town_two_districts": (
        "「{town}」は{line}行目では地区「{other}」です。1つの町の地区は1つにしてください",
        "“{town}” is in the district “{other}” in line {line}: a town belongs to one district",
    ),
    "district_unknown": (
        "地区「{district}」の担当センターが決まっていません。"
        "city.toml の [[centre]] の districts に書いてください",
        "no centre has the district “{district}”: add it to districts of a [[centre]] in city.toml",
    ),
    "district_missing": (
        "地区のない町が{count}あります（{towns}）。担当センターが決まらないので、通報は市の窓口に届きます",
        "{count} towns have no district ({towns}), hence no centre: reports from there go to the city desk",
    ),
    "partner_unknown": (
        "会社「{given}」は登録されていません。"
        "名前を確かめるか、先に relay import partners で登録してください",
        "the company “{given}” is not registered: check the name, or use relay import partners first",
    ),
    "partner_ended": (
        "会社「{given}」の協定は終了しています。"
        "続けるときは、先に relay import partners で登録し直してください",
        "the agreement with “{given}” has ended: to take it up again, use relay import partners first",
    ),
    "staff_elsewhere": (
        "電話番号 {given} は「{partner}」の{name}さんとして登録されています。番号を確かめてください",
        "the phone number {given} is registered for {name} of “{partner}”: check the number",
    ),
    "staff_district_unknown": (
        "担当地区「{given}」はありません。city.toml の districts にある名前で、「、」で区切って書いてください",
        "there is no district “{given}”: use the names of districts in city.toml, separated by 、",
    ),
    "email": (
        "「{given}」はメールアドレスとして読めません。name@example.jp の形で書くか、空欄にしてください",
        "“{given}” is no e-mail address: write name@example.jp, or leave it empty",
    ),
    "language": (
        "言語「{given}」は使えません。ja（日本語）か en（英語）と書いてください",
        "the language “{given}” can't be used: write ja or en",
    ),
    "centre_unknown": (
        "センター「{given}」はありません。使える名前：{centres}",
        "there is no centre “{given}”: use one of {centres}",
    ),
    "officer_unknown": (
        "電話番号 {given} の職員は登録されていません。先に relay import officers で登録してください",
        "no officer has the phone number {given}: bring the person in with relay import officers first",
    ),
    "officer_off": (
        "電話番号 {given} の{name}さんは当番から外れています。"
        "戻すときは relay import officers で登録し直してください",
        "{name} ({given}) is switched off: to bring the person back, use relay import officers",
    ),
    "officer_other_centre": (
        "{name}さんは「{own}」の職員です。「{centre}」の当番で間違いないか確かめてください",
        "{name} belongs to “{own}”: check that the duty at “{centre}” is meant",
    ),
    "officer_fallback": (
        "電話番号 {given} は市の最後の連絡先（relay.toml の fallback_phone）です。"
        "センターの職員には使えません",
        "{given} is the city's last phone (fallback_phone in relay.toml): it can't be an officer of a centre",
    ),
    "officer_has_shifts": (
        "{name}さんは外れましたが、これからの当番が{count}件残っています。当番表を直してください",
        "{name} was switched off with {count} coming shifts left: mend the rota",
    ),
    "head_twice": (
        "「{centre}」の長が{line}行目にもいます。1人にしてください",
        "“{centre}” has a head in line {line} already: keep one",
    ),
    "head_of_city": (
        "市の職員にセンター長の印は付けられません。空欄にしてください",
        "an officer of the city can't be head of a centre: leave it empty",
    ),
    "head_elsewhere": (
        "「{centre}」の長は{name}さん（{given}）として登録されています。"
        "交代なら、その人の行も書いて印を空欄にしてください",
        "the head of “{centre}” is {name} ({given}): if that changes, add that person's row without the mark",
    ),
    "head_missing": (
        "「{centre}」に長がいません。当番が答えないとき、知らせる人が1人減ります",
        "“{centre}” has no head: one person less is told when the officers on duty do not answer",
    ),
    "shift_backwards": (
        "終わり（{ends}）が始まり（{starts}）より後になっていません",
        "the end ({ends}) is not after the start ({starts})",
    ),
    "shift_overlap": (
        "{line}行目（{starts}〜{ends}）と同じ順位で時間が重なっています。どちらかを直してください",
        "overlaps line {line} ({starts}–{ends}) at the same rank: change one of them",
    ),
    "shift_overlap_stored": (
        "登録済みの当番（{name}さん {starts}〜{ends}）と重なっています。"
        "この期間を差し替えるときは --remove-missing を付けてください",
        "overlaps a stored shift ({name}, {starts}–{ends}): to replace that period, add --remove-missing",
    ),
    "shift_same_person": (
        "{name}さんは同じ時間（{line}行目）に当番とバックアップの両方です。答えないとき次の人がいません",
        "{name} is duty and backup at the same time (line {line}): nobody is left to be told next",
    ),
    "gap": (
        "「{centre}」の{rank}がいません：{starts}〜{ends}",
        "“{centre}” has no {rank}: {starts}–{ends}",
    ),
    # What there is
    "city": ("市", "the city"),
    "rank_1": ("当番", "duty officer"),
    "rank_2": ("バックアップ", "backup"),
}


class Word(str):
    """A value that is itself one of the sentences above, and read in the reader's language."""

    __slots__ = ()


def sentence(note: Note, language: str) -> str:
    """The sentence of a note, without its line."""
    return say(note.code, language, **note.values)


def say(code: str, language: str, **values: object) -> str:
    """The sentence ``code`` filled in."""
    text = SENTENCES[code][LANGUAGES.index(language)]
    return text.format(**{name: _shown(value, language) for name, value in values.items()})


def difference(change: Change, language: str) -> str:
    """「名前（電話：前 → 後）」."""
    fields = "、".join(
        f"{_shown(column, language)}：{before or '―'} → {after or '―'}"
        for column, before, after in change.fields
    )
    return f"{change.label}（{fields}）"


def _shown(value: object, language: str) -> str:
    if isinstance(value, Word):
        return say(value, language)
    if isinstance(value, Column):
        return value.ja if language == "ja" else value.en
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(_shown(item, language) for item in value)
    return str(value)

"""Words of courtesy around a report: 「お世話になっております」, 「よろしくお願いいたします」.

They say nothing about the home, so a report is read as if they were not there. Thanks stay: 「先日の件、ありがとう
ございました」 is all that its writer wanted to say.
"""

import re

#: What may stand behind a courtesy.
_END = r"[。、!~〜ー\s]*"
_OPENING = re.compile(
    r"\A[\s、。]*(?:(?:いつも)?(?:大変)?お世話(?:になって(?:おり|い)ます|になります|になっとります|[様さ]まです|様です)"
    r"|[お御]疲れ(?:様|さま)(?:です|でございます|でした)?|おつかれさま(?:です)?|おはようございます|こんにち[はわ]"
    r"|こんばん[はわ]|(?:はじ|初)めまして|失礼(?:いた|致)?します)(?![ねよがけ])" + _END
)
_CLOSING = re.compile(
    # The report's own mark of exclamation stays.
    r"[。、\s]*(?:以上(?:です|となります|になります|、?ご?(?:報告|連絡)(?:まで(?:です)?|です|(?:いた|致)?します))?"
    r"|(?:取り?急ぎ|とりいそぎ)、?(?:ご?(?:報告|連絡|一報)(?:まで(?:です)?|です|(?:いた|致)?します)?)?"
    r"|ご(?:報告|連絡)まで(?:です|に)?"
    r"|(?:どうか|どうぞ|何卒|なにとぞ)?、?(?:宜しく|よろしく)(?:どうぞ|です"
    r"|[お御](?:願|ねが)い(?:いた|致)?し(?:ます|たします)?|[お御](?:願|ねが)い(?:申し上げ|申上げ|もうしあげ)ます|[お御]願い)?"
    r"|失礼(?:いた|致)?しま(?:す|した))" + _END + r"\Z"
)


def without(text: str) -> str:
    """``text`` without the courtesies at its beginning and end, unless nothing else is in it.

    「お疲れ様です。」 alone is a text of its own.
    """
    while True:
        shorter = _CLOSING.sub("", _OPENING.sub("", text))
        if shorter == text or not shorter.strip():
            return text
        text = shorter

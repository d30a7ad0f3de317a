"""Every word of the page, in Japanese and English."""

from dataclasses import dataclass

LANGUAGES = ("ja", "en")

WORDS: dict[str, tuple[str, str]] = {
    "title": ("体験用の電話", "Demo phones"),
    "sample": ("見本", "Sample"),
    "lead": (
        "見守りリレーが送る SMS と電話は、すべてこの画面の電話に届きます。",
        "Every SMS and call that Mimamori Relay makes arrives on the phones below. ",
    ),
    "nothing_real": ("本物の電話には何も送られません。", "Nothing is sent to any real phone."),
    "relay_number": ("リレーの番号", "The relay’s number"),
    "open_relay": ("リレーの画面を開く", "Open the relay"),
    "other_language": ("English", "日本語"),
    "live": ("自動で更新しています", "Updating by itself"),
    "lost_touch": ("つながりません。自動でつなぎ直しています", "Connection lost. Trying again"),
    "reload": ("新しい状態を見る", "Show what is new"),
    "phones": ("電話 {n} 台", "{n} phones"),
    "phones_one": ("電話 1 台", "1 phone"),
    "messages": ("SMS {n} 件", "{n} SMS"),
    "messages_one": ("SMS 1 件", "1 SMS"),
    "calls": ("通話 {n} 件", "{n} calls"),
    "calls_one": ("通話 1 件", "1 call"),
    "find": ("電話をさがす", "Find a phone"),
    "find_hint": ("名前か番号", "Name or number"),
    "find_button": ("さがす", "Find"),
    "find_all": ("すべての電話に戻る", "Back to all phones"),
    "none_found": ("「{q}」に合う電話はありません。", "No phone matches “{q}”."),
    "none_yet": (
        "まだ電話がありません。リレーが SMS を送るか、下の欄から送ると、ここに並びます。",
        "No phones yet. They appear here once the relay sends something, or you send something below.",
    ),
    "active": ("やりとりのある電話", "Phones with activity"),
    "newest_first": ("新しい順", "newest first"),
    "idle": ("まだやりとりのない電話", "Phones without activity"),
    "more": ("あと {n} 台を見る", "Show {n} more phones"),
    "more_one": ("あと 1 台を見る", "Show 1 more phone"),
    "older": ("前の {n} 件も見る", "Show {n} earlier"),
    "older_one": ("前の 1 件も見る", "Show 1 earlier"),
    "unnamed": ("名前のない電話", "Unnamed phone"),
    "thread_of": ("{name} のやりとり", "Messages of {name}"),
    "compose": ("{name} からリレーへ送る文", "Text from {name} to the relay"),
    "compose_hint": ("リレーへ SMS を書く", "Text the relay"),
    "send": ("送る", "Send"),
    "reply_with": ("「{code}」と返信", "Reply “{code}”"),
    "new_phone": ("一覧にない番号から送る", "Send from another number"),
    "new_number": ("電話番号", "Phone number"),
    "new_number_hint": ("例 090-1234-5678", "e.g. +81 90 1234 5678"),
    "new_body": ("SMS の文", "Text"),
    "bad_number": (
        "「{number}」は電話番号として読めません。090-1234-5678 か +81 90 1234 5678 のように書いてください。",
        "“{number}” is no phone number. Write it like 090-1234-5678 or +81 90 1234 5678.",
    ),
    "empty_body": ("文が空です。ひとことでも書いてください。", "The text is empty. Write at least a word."),
    "switch_off": ("圏外にする", "Cut signal"),
    "switch_on": ("圏外を解く", "Restore signal"),
    "off": ("圏外", "No signal"),
    "opted_out": ("受信停止中", "Opted out"),
    "set_error": ("届かない設定 {code}", "Set to fail: {code}"),
    "parts": ("{n}通分", "{n} parts"),
    "parts_one": ("1通", "1 part"),
    "queued": ("送信待ち", "Queued"),
    "sent": ("送信済み", "Sent"),
    "delivered": ("届いた", "Delivered"),
    "undelivered": ("届かない", "Not delivered"),
    "failed": ("届かない", "Not delivered"),
    "received": ("リレーへ送った", "Sent to the relay"),
    "not_received": (
        "リレーが受け取れませんでした（{problem}）",
        "The relay did not take it ({problem})",
    ),
    "no_answer": ("応答なし", "no answer"),
    "because": ("：{reason}", ": {reason}"),
    "call": ("リレーからの電話", "Call from the relay"),
    "call_queued": ("発信中", "Calling"),
    "call_ringing": ("呼び出し中", "Ringing"),
    "call_in-progress": ("通話中", "In progress"),
    "call_completed": ("終わった通話", "Ended"),
    "call_no-answer": ("出なかった", "No answer"),
    "call_busy": ("話し中", "Busy"),
    "call_failed": ("つながらない", "Failed"),
    "call_canceled": ("取り消し", "Cancelled"),
    "call_problem": (
        "通話の中身が読めませんでした（{problem}）",
        "The call’s script could not be read ({problem})",
    ),
    "press_now": ("キーを押してください", "Press a key"),
    "key": ("キー {key} を押す", "Press key {key}"),
    "pressed": ("押したキー {keys}", "Keys pressed: {keys}"),
    "hang_up": ("電話を切る", "Hang up"),
    "faults": ("うまくいかない時をためす", "Try what happens when things go wrong"),
    "fault_down": ("送信会社が止まる", "Carrier is down"),
    "fault_down_hint": ("リレーから SMS も電話も出せません", "The relay can send neither SMS nor calls"),
    "fault_lost": ("届かない", "Nothing arrives"),
    "fault_lost_hint": ("どの SMS も相手に届きません", "No SMS reaches its phone"),
    "fault_late": ("届くのが遅い", "Slow delivery"),
    "fault_late_hint": ("SMS が 10 秒遅れて届きます", "Each SMS takes 10 seconds longer"),
    "fault_messy": ("配達確認が乱れる", "Receipts in disorder"),
    "fault_messy_hint": (
        "配達確認が二重に、逆の順で来ます",
        "Receipts come twice, and in the wrong order",
    ),
    "fault_other": ("ほかの設定も入っています", "Other faults are set as well"),
    "fault_on": ("入", "On"),
    "fault_off": ("切", "Off"),
    "forget": ("やりとりを全部消して、はじめの状態に戻す", "Delete everything here and start afresh"),
    "forget_note": (
        "この画面の SMS と通話が消えます。リレーの記録は消えません。",
        "This removes the SMS and calls on this page. The relay’s own records stay.",
    ),
    "forget_button": ("消して戻す", "Delete and start afresh"),
}

REASONS: dict[int, tuple[str, str]] = {
    21211: ("番号が正しくない", "not a valid number"),
    21610: ("相手が受信を止めている", "the phone has opted out"),
    21614: ("SMS を受けられない番号", "not a mobile number"),
    30001: ("送信がたまりすぎた", "queue overflow"),
    30002: ("送信の契約が止められている", "account suspended"),
    30003: ("電源が切れているか圏外", "switched off or no signal"),
    30004: ("相手か電話会社が止めた", "blocked"),
    30005: ("使われていない番号", "number not in use"),
    30006: ("固定電話", "landline"),
    30007: ("迷惑 SMS と見なされた", "filtered as spam"),
    30008: ("原因不明", "unknown reason"),
    30036: ("有効時間が過ぎた", "validity period ended"),
}


@dataclass(frozen=True)
class Words:
    """The words of one language. ``words("key", name="…")`` fills in the blanks."""

    lang: str

    def __call__(self, key: str, /, **blanks: object) -> str:
        return WORDS[key][LANGUAGES.index(self.lang)].format(**blanks)

    def count(self, key: str, n: int) -> str:
        """``n`` things, in the singular where the language has one."""
        return self(f"{key}_one" if n == 1 else key, n=f"{n:,}")

    def reason(self, code: int) -> str:
        """Why an SMS did not arrive, with the code for those who know it."""
        reason = REASONS.get(code)
        return f"{reason[LANGUAGES.index(self.lang)]} {code}" if reason else str(code)

    @property
    def other(self) -> str:
        """The language to switch to."""
        return LANGUAGES[1 - LANGUAGES.index(self.lang)]


def words(lang: str) -> Words:
    """Words for ``lang``; Japanese for anything unknown."""
    return Words(lang if lang in LANGUAGES else LANGUAGES[0])

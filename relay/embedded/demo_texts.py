"""What the demo prints, in both languages."""

from collections.abc import Mapping
from typing import Any

from relay.embedded.console import table

TEXTS: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "starting": "見守りリレーの見本の市を準備しています…",
        "port": "ポート {port} は使われています。ほかのポートを指定してください（例: make demo PORT={other}）。",
        "real": "本物の Twilio の設定（TWILIO_AUTH_TOKEN）があります。見本の市は本物の電話では動かしません。"
        "TWILIO_AUTH_TOKEN を外してから、もう一度起動してください。",
        "running": "見守りリレー：見本の市が動いています（{seconds:.0f}秒で起動）。"
        "人も電話番号も見本で、SMSも電話も外には出ません。",
        "form": "通報フォーム",
        "other_form": "　別の会社のもの",
        "board": "対応ボード",
        "city_user": "　市の担当者",
        "approver": "　市のもう一人（捜索の承認）",
        "officer": "　センターの担当者",
        "phones": "模擬電話",
        "relay_number": "　リレーの番号",
        "centre": "センター",
        "town": "　担当する町の例",
        "on_duty": "　当番・控え・センター長",
        "data": "データとログ",
        "speed": "待ち時間の速さ",
        "speed_value": "{scale} 倍（変えるには RELAY_TIME_SCALE=60 make demo）",
        "try": "まず試すこと",
        "step1": "通報フォームを開き、気づいたことを2つ選び、町に「{town}」と書いて送る。受付番号が出ます。",
        "step2": "模擬電話で当番 {duty} に届いたSMSを見て、書かれた番号を返信する"
        "（「返信12で受付」なら「12」）。通報した人にも知らせが届きます。",
        "step3": "対応ボードに市の担当者で入り、いまの件がどう動いたかを見る。",
        "step4": "「捜索」で訓練の捜索を作り、承認を依頼する。もう一人で入って承認すると、模擬電話に一斉に届く。",
        "stop": "止めるには Ctrl-C。案件のデータは残り、次はこの続きから始まります"
        "（模擬電話の画面だけは空になります）。",
    },
    "en": {
        "starting": "Preparing the sample city of the relay…",
        "port": "Port {port} is in use. Name another one (for example: make demo PORT={other}).",
        "real": "There are real Twilio settings (TWILIO_AUTH_TOKEN). The sample city does not run with real phones: "
        "remove TWILIO_AUTH_TOKEN and start again.",
        "running": "The sample city is running (up in {seconds:.0f} s). "
        "People and numbers are samples; no SMS and no call leaves this machine.",
        "form": "Report form",
        "other_form": "  of another company",
        "board": "Board",
        "city_user": "  as the city",
        "approver": "  a second one of the city (approves searches)",
        "officer": "  as a centre",
        "phones": "Simulated phones",
        "relay_number": "  number of the relay",
        "centre": "Centre",
        "town": "  a town of it",
        "on_duty": "  duty, backup, head",
        "data": "Data and logs",
        "speed": "Speed of waiting",
        "speed_value": "{scale} × (to change: RELAY_TIME_SCALE=60 make demo)",
        "try": "Try first",
        "step1": "Open the report form, choose two signs, write 「{town}」 as the town and send. "
        "You get a receipt number.",
        "step2": "On the simulated phones, read the SMS to the duty officer {duty} and reply with its code "
        "(「返信12で受付」: reply 12). The reporter hears back too.",
        "step3": "Sign in at the board as the city and see how the case moved.",
        "step4": "Under “Searches”, write a drill and ask for approval. Sign in as the second one and approve: "
        "the simulated phones get it at once.",
        "stop": "Ctrl-C stops it. The data stays; the next start goes on from here.",
    },
}


def overview(facts: Mapping[str, Any], *, language: str, seconds: float, data: str, scale: str) -> str:
    """What is where, what to try first, and how to stop. ``facts`` is the content of ``demo.json``."""
    say = TEXTS[language]
    centre, city, officer = facts["centre"], facts["city"], facts["officer"]
    approver = facts["approver"]
    rows = [
        (say["form"], facts["form_url"]),
        (say["other_form"], facts["other_form_url"]),
        (say["board"], f"{facts['web']}/board"),
        (say["city_user"], f"{city['email']}  /  {city['password']}"),
        (say["approver"], f"{approver['email']}  /  {approver['password']}"),
        (say["officer"], f"{officer['email']}  /  {officer['password']}"),
        (say["phones"], f"{facts['phones']}/"),
        (say["relay_number"], facts["relay_number"]),
        (say["centre"], centre["name"]),
        (say["town"], centre["town"]),
        (say["on_duty"], "  ".join((centre["duty"], centre["backup"], centre["head"]))),
        (say["data"], data),
        (say["speed"], say["speed_value"].format(scale=scale)),
    ]
    steps = [
        say[step].format(town=centre["town"], duty=centre["duty"])
        for step in ("step1", "step2", "step3", "step4")
    ]
    return "\n".join(
        (
            "",
            say["running"].format(seconds=seconds),
            "",
            table(rows),
            "",
            say["try"],
            *(f"  {number}. {step}" for number, step in enumerate(steps, 1)),
            "",
            say["stop"],
        )
    )

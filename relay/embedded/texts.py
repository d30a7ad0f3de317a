"""What the supervisor and ``relay up`` print, in both languages."""

from collections.abc import Mapping

LANGUAGES = ("ja", "en")

SUPERVISOR: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "again": "{name} が止まりました（{how}）。すぐに起動し直します。",
        "later": "{name} がまた止まりました（{how}）。{seconds:g}秒後に起動し直します。",
        "code": "終了コード {code}",
        "signal": "シグナル {code}",
        "stopping": "停止しています…",
        "stopped": "停止しました。",
        "killed": "{name} が {seconds:g} 秒以内に止まらなかったため、強制終了しました。",
    },
    "en": {
        "again": "{name} ended ({how}): starting it again.",
        "later": "{name} ended again ({how}): starting it again in {seconds:g} s.",
        "code": "exit code {code}",
        "signal": "signal {code}",
        "stopping": "Stopping…",
        "stopped": "Stopped.",
        "killed": "{name} did not stop within {seconds:g} s and was killed.",
    },
}

UP: Mapping[str, str] = {
    "ja": "見守りリレーが動いています: {public}（この機械では {here}/）。止めるには Ctrl-C。",
    "en": "The relay is running: {public} (on this machine {here}/). Ctrl-C stops it.",
}


def language_of(environ: Mapping[str, str]) -> str:
    """English where the terminal is set to English, Japanese otherwise."""
    locale = environ.get("LC_ALL") or environ.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else "ja"

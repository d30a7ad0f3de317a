"""From a worker's SMS to the word back: the whole way, over real phones."""

import re

import pytest

from tests.journeys.harness import Relay

FOUR_DAYS = "{town}1-2-3 新聞が4日分たまっています"


def report(relay: Relay, text: str = FOUR_DAYS, *, sender: str = "worker", where: str = "centre") -> str:
    answer = relay.text(relay.city[sender], text.format(town=relay.city[where]["town"]))
    relay.work()
    return answer


def code_of(text: str) -> str:
    found = re.search(r"返信(\d+)", text)
    assert found, text
    return found.group(1)


def test_a_report_reaches_the_duty_phone_of_the_right_centre_with_place_code_and_link(relay: Relay) -> None:
    receipt = report(relay)
    assert re.search(r"受付番号\d{4}-\d{4}", receipt)
    alert = relay.last(relay.city["centre"]["duty"])
    assert f"{relay.city['centre']['town']}1-2-3" in alert
    assert "【至急】" in alert
    assert code_of(alert)
    assert f"{relay.web}/c/" in alert
    assert not relay.inbox(relay.city["other_centre"]["duty"])


def test_a_reply_with_the_code_accepts_and_the_reporter_hears_so(relay: Relay) -> None:
    report(relay)
    duty = relay.city["centre"]["duty"]
    answer = relay.text(duty, code_of(relay.last(duty)))
    assert "受け付けました" in answer
    relay.work()
    assert "対応を始めました" in relay.last(relay.city["worker"])


def test_the_second_to_accept_is_told_who_has_it(relay: Relay) -> None:
    report(relay)
    duty, backup = relay.city["centre"]["duty"], relay.city["centre"]["backup"]
    code = code_of(relay.last(duty))
    relay.text(duty, code)
    answer = relay.text(backup, code)
    assert "受け付け済み" in answer
    assert "当番" in answer or "見本" in answer


def test_an_outcome_closes_the_case_and_brings_coarse_feedback(relay: Relay) -> None:
    report(relay)
    duty = relay.city["centre"]["duty"]
    code = code_of(relay.last(duty))
    relay.text(duty, code)
    assert "終了しました" in relay.text(duty, f"{code} 入院")
    relay.work()
    feedback = relay.last(relay.city["worker"])
    assert "受付番号" in feedback
    assert "入院" not in feedback


def test_a_second_partners_report_joins_raises_and_tells_the_owner(relay: Relay) -> None:
    report(relay, "{town}5-6 新聞が2日たまっています。呼んでも出ません")
    duty = relay.city["centre"]["duty"]
    relay.text(duty, code_of(relay.last(duty)))
    report(relay, "{town}５－６ 倒れている人が窓から見えます", sender="other_worker")
    assert "【続報・緊急】" in relay.last(duty)
    assert not relay.inbox(relay.city["centre"]["backup"])


def test_an_emergency_is_answered_with_119_first(relay: Relay) -> None:
    receipt = report(relay, "{town}1-2-3 おばあさんが倒れている 意識がない")
    assert receipt.index("119") < receipt.index("受付番号")
    assert "【緊急】" in relay.last(relay.city["centre"]["duty"])


def test_a_repeated_sid_changes_nothing(relay: Relay) -> None:
    sid = "SM" + "a" * 32
    relay.text(relay.city["worker"], "桜1-2-3 新聞が4日分", sid=sid)
    relay.text(relay.city["worker"], "桜1-2-3 新聞が4日分", sid=sid)
    relay.work()
    duty_texts = [t for c in ("centre", "other_centre") for t in relay.inbox(relay.city[c]["duty"])]
    assert len(duty_texts) <= 1


def test_an_unclear_place_is_asked_back_while_the_city_has_the_case(relay: Relay) -> None:
    report(relay, "新聞が5日分たまっています")
    assert "場所" in relay.last(relay.city["worker"])
    assert "場所不明" in relay.last(relay.city["city"]["number"])
    town = relay.city["centre"]["town"]
    assert "場所を受け取りました" in relay.text(relay.city["worker"], f"{town}1-2-3です")
    relay.work()
    assert f"{town}1-2-3" in relay.last(relay.city["centre"]["duty"])


@pytest.mark.parametrize("body", ["", "🚑" * 40, "\x00新聞", "あ" * 1600, "ＡＢＣ１２３"])
def test_whatever_the_text_it_gets_a_receipt(relay: Relay, body: str) -> None:
    assert "受付番号" in report(relay, body.replace("{", "").replace("}", ""))

"""From the check before sending to the end: what each page shows, and that nothing is done twice."""

import inspect
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from relay import clock, db, settings
from relay.outbox.models import State as Sending
from relay.search import errors, requirements, service, spread, wipe
from relay.search.models import Search, Subject, Transmission
from relay.search.states import Closing, Kind, State
from relay.search.views import refusals, words
from tests import officer_scenes
from tests.search import page_scenes, scenes
from tests.search.page_scenes import SEEN, TOKEN

NIGHT = datetime(2026, 11, 23, 23, 0, tzinfo=clock.JAPAN)


class Desk:
    """Somebody of the city at a screen."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, number: int) -> str:
        page = self.client.get(f"/search/{number}", follow_redirects=True)
        assert page.status_code == 200, page.text
        return page.text

    def press(self, number: int, action: str, *, page: str | None = None, **form: Any) -> TestResponse:
        """Send a form of ``page`` (as it is now, by default), following the way back."""
        page = page or self.open(number)
        token, seen = TOKEN.search(page), SEEN.search(page)
        assert token
        assert seen
        return self.client.post(
            f"/search/{number}/{action}",
            data={"csrf_token": token[1], "seen": seen[1], **form},
            follow_redirects=True,
        )

    def confirm(self, number: int, asked: TestResponse) -> TestResponse:
        """Press the button of the page between, with everything that it kept."""
        assert asked.status_code == 200, asked.text
        action = re.search(rf'action="/search/{number}/([a-z_]+)" data-once', asked.text)
        assert action, asked.text
        kept = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text)
        return self.client.post(f"/search/{number}/{action[1]}", data=dict(kept), follow_redirects=True)


@pytest.fixture
def city(app: Flask, city_sample: dict[str, Any]) -> Desk:
    """The user who writes searches."""
    client = app.test_client()
    officer_scenes.sign_in(client, city_sample, "city")
    return Desk(client)


@pytest.fixture
def approver(app: Flask) -> Desk:
    """The second user of the city."""
    client = app.test_client()
    account = {"email": "approver@sample.example.jp", "password": "mihon-approver-2026"}
    officer_scenes.sign_in(client, {"approver": account}, "approver")
    return Desk(client)


@pytest.fixture
def night(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    """Eleven o'clock at night, in a city with quiet hours (the sample has none, so that it can be tried)."""
    del database
    folder = tmp_path / "config"
    folder.mkdir()
    text = (settings.DEFAULT_CONFIG / "sample" / "relay.toml").read_text(encoding="utf-8")
    head, search = text.split("\n[search]\n")
    search = search.replace('quiet = ""', 'quiet = "21:00-07:00"', 1)
    folder.joinpath("relay.toml").write_text(f"{head}\n[search]\n{search}", encoding="utf-8")
    monkeypatch.setenv("RELAY_CONFIG", str(folder))
    settings.current.cache_clear()
    with time_machine.travel(NIGHT):
        yield
    settings.current.cache_clear()


def search(number: int) -> Search:
    with db.transaction() as session:
        return session.get_one(Search, number)


def sent(kind: Kind) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).where(Transmission.kind == kind)) or 0


# Before it goes out ---------------------------------------------------------------------------------------


def test_the_check_shows_who_gets_it_what_they_read_and_how_long_it_takes(
    city: Desk, session: Session
) -> None:
    scenes.staff(session, 30)
    number = scenes.draft(session, visible="赤い帽子")
    page = city.open(number)
    for expected in (
        "最後に見た地区",
        "となりの地区",
        "市の全域",
        "はじめに送る",
        "木曽川",
        "新聞販売店（見本）",
        "80代前半女性、赤い帽子",
        "2通分",
        "Missing: aged 80-84 woman",
        "送り終わるまで、およそ1分",
        "一宮警察署（見本） 第1号",
        "長女",
        "見本 花子（ミホン ハナコ）",
    ):
        assert expected in page, expected
    assert '<b class="ring-count number">33</b>' in page


def test_the_check_shows_behind_the_link_only_what_was_consented_to(city: Desk, session: Session) -> None:
    number = scenes.draft(session, consent_items=["condition"], condition="薬が必要")
    page_scenes.portrait(session, number)
    page = city.open(number)
    assert "健康上の注意：薬が必要" in page
    assert "見せないもの：名前、顔写真（同意がないため）" in page
    assert "見本 花子" not in page
    assert f"/search/{number}/photo" not in page


def test_what_is_missing_is_named_and_leads_to_its_field(city: Desk, session: Session) -> None:
    number = scenes.draft(session, police_station=None, consent_by=None, seen_at=None)
    page = city.open(number)
    for field in ("police_station", "consent_by", "seen_date"):
        assert f'href="/search/{number}/edit#{field}"' in page, field
    assert "承認を依頼する" not in page
    assert "緊急で送る" not in page
    refused = city.press(number, "submit")
    assert refused.status_code == 409
    assert "まだ足りないことがあります" in refused.text


def test_a_second_person_approves_and_it_goes_out(city: Desk, approver: Desk, session: Session) -> None:
    number = scenes.draft(session)
    asked = city.press(number, "submit")
    assert "承認を依頼しました" in asked.text
    assert "承認して送る" not in asked.text
    assert "読んで承認する" not in city.client.get("/search").text
    assert "読んで承認する" in approver.client.get("/search").text
    gone = approver.press(number, "approve")
    assert "近い地区から送っています" in gone.text
    assert search(number).state == State.LIVE
    assert sent(Kind.ALERT) == 1


def test_whoever_handed_it_in_can_not_approve_it(city: Desk, session: Session) -> None:
    number = page_scenes.awaiting(session)
    refused = city.press(number, "approve")
    assert refused.status_code == 409
    assert "依頼した本人は承認できません" in refused.text
    assert search(number).state == State.AWAITING


def test_a_second_click_approves_once(approver: Desk, session: Session) -> None:
    number = page_scenes.awaiting(session)
    page = approver.open(number)
    approver.press(number, "approve", page=page)
    again = approver.press(number, "approve", page=page)
    assert again.status_code == 409
    assert "次のことがありました" in again.text
    assert sent(Kind.ALERT) == 1


def test_what_is_sent_back_can_be_written_again_and_says_why(approver: Desk, session: Session) -> None:
    number = page_scenes.awaiting(session)
    page = approver.press(number, "send_back", note="服装を確かめてください").text
    assert "差し戻しました" in page
    assert '<blockquote class="breaks">服装を確かめてください</blockquote>' in page
    assert search(number).state == State.DRAFT


def test_sending_alone_needs_a_reason_and_a_second_look(city: Desk, session: Session) -> None:
    number = scenes.draft(session)
    refused = city.press(number, "urgent", reason=" ")
    assert refused.status_code == 409
    assert "一人で送る理由を書いてください" in refused.text
    asked = city.press(number, "urgent", reason="凍える寒さ（見本）")
    assert search(number).state == State.DRAFT
    assert "3人に、すぐに送ります" in asked.text
    assert "赤い毛糸の帽子" in asked.text
    gone = city.confirm(number, asked)
    assert "一人の判断で送信" in gone.text
    assert "凍える寒さ（見本）" in gone.text
    assert search(number).state == State.LIVE


def test_a_second_click_sends_urgently_once(city: Desk, session: Session) -> None:
    number = scenes.draft(session)
    asked = city.press(number, "urgent", reason="凍える寒さ（見本）")
    assert city.confirm(number, asked).status_code == 200
    assert city.confirm(number, asked).status_code == 409
    assert sent(Kind.ALERT) == 1


def test_dropping_asks_first_and_sends_nothing(city: Desk, session: Session) -> None:
    number = scenes.draft(session)
    asked = city.press(number, "discard")
    assert search(number).state == State.DRAFT
    assert "どこにも送っていません" in city.confirm(number, asked).text
    assert search(number).state == State.WITHDRAWN
    assert sent(Kind.ALERT) == 0
    assert "だれにも届いていません" in city.open(number)


@pytest.mark.usefixtures("night")
def test_at_night_the_check_says_when_texts_leave_and_asks_for_a_reason(
    approver: Desk, session: Session
) -> None:
    number = page_scenes.awaiting(session)
    page = approver.open(number)
    assert "11/24（火） 7:00 に送ります" in page
    assert "夜間でもすぐに送る理由" in page
    shown = approver.press(number, "approve").text
    assert "夜間のため、11/24（火） 7:00 に送ります" in shown


@pytest.mark.usefixtures("night")
def test_at_night_with_a_reason_it_leaves_at_once(approver: Desk, session: Session) -> None:
    number = page_scenes.awaiting(session)
    approver.press(number, "approve", quiet_reason="氷点下（見本）")
    with db.transaction() as now:
        assert now.scalars(select(Transmission.not_before)).one() is None
    assert search(number).quiet_reason == "氷点下（見本）"


# While it runs ----------------------------------------------------------------------------------------------


def test_the_page_of_a_running_search_shows_how_far_it_got(city: Desk, session: Session) -> None:
    number = page_scenes.live(session, people_told=4)
    page_scenes.receipts(session, number, *[Sending.DELIVERED] * 4, Sending.ACCEPTED, Sending.UNDELIVERED)
    page_scenes.opened(session, number, 2)
    page = city.open(number)
    for expected in (
        f'<span class="strong number">K{number}</span>',
        "40分",
        '届いた <b class="number">4</b>',
        '送信済み（受信は未確認） <b class="number">1</b>',
        '送信待ち <b class="number">1</b>',
        '届かない <b class="number">1</b>',
        "対象 7人",
        "届かなかった人 1人",
        "電源が入っていないか、圏外",
        "最初のお知らせ",
        "承認を待たずに、一人の判断で送りました",
    ):
        assert expected in page, expected


def test_the_failed_are_named_with_company_and_number_to_the_city_only(
    city: Desk, client: FlaskClient, city_sample: dict[str, Any], session: Session
) -> None:
    number = page_scenes.live(session, people_told=4)
    page_scenes.receipts(session, number, *[Sending.UNDELIVERED] * 7)
    assert "配達員20000（見本）" in city.open(number)
    officer_scenes.sign_in(client, city_sample, "officer")
    page = client.get(f"/search/{number}").text
    assert "届かない" in page
    assert "配達員20000（見本）" not in page
    assert "捜索を終了する" not in page


def test_users_of_a_centre_read_that_a_search_is_over_and_nothing_of_the_person(
    client: FlaskClient, city_sample: dict[str, Any], session: Session
) -> None:
    number = page_scenes.live(session)
    page_scenes.portrait(session, number)
    officer_scenes.sign_in(client, city_sample, "officer")
    assert scenes.RED_HAT in client.get(f"/search/{number}").text
    service.close(number, scenes.actors(session)[0], closing=Closing.FOUND)
    # The open page asks for its moving part, hears that there is none, and is read again.
    assert client.get(f"/search/{number}/live").status_code == 404
    answer = client.get(f"/search/{number}")
    assert answer.status_code == 410
    assert f"K{number}の捜索は終わりました" in answer.text
    assert "「発見」で終わりました" in answer.text
    for private in ("見本 花子", scenes.RED_HAT, "木曽川町", "80代", "photo"):
        assert private not in answer.text
    assert client.get(f"/search/{number}/photo").status_code == 404


def test_the_check_keeps_town_and_place_apart(city: Desk, session: Session) -> None:
    number = page_scenes.awaiting(session)
    head = city.open(number).rsplit("送る前の確認", 1)[1].split("</header>", 1)[0]
    assert "木曽川町黒田 駅の前" in head


def test_users_of_a_centre_read_what_is_live_and_nothing_else(
    client: FlaskClient, city_sample: dict[str, Any], session: Session
) -> None:
    officer_scenes.sign_in(client, city_sample, "officer")
    assert 'href="/search"' not in client.get("/board").text
    assert "いま行われている捜索はありません" in client.get("/search").text
    number = page_scenes.live(session, consent_items=["condition"], condition="薬が必要")
    page_scenes.portrait(session, number)
    draft = scenes.draft(session)
    over = scenes.draft(session)
    service.discard(over, scenes.actors(session)[0])
    assert 'href="/search"' in client.get("/board").text
    assert f'href="/search/{number}"' in client.get("/search").text
    page = client.get(f"/search/{number}").text
    assert "薬が必要" in page
    assert "見本 花子" not in page, "the family did not consent to the name"
    assert client.get(f"/search/{number}/photo").status_code == 404
    assert client.get(f"/search/{number}/live").status_code == 200
    for hidden in (draft, over):
        for part in ("", "/live", "/sheet", "/photo"):
            assert client.get(f"/search/{hidden}{part}").status_code == 404


def test_the_moving_part_answers_that_nothing_changed(city: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    with time_machine.travel(clock.now() + timedelta(seconds=1), tick=False):
        first = city.client.get(f"/search/{number}/live")
        again = city.client.get(f"/search/{number}/live", headers={"If-None-Match": first.headers["ETag"]})
    assert first.status_code == 200
    assert 'data-part="reach"' in first.text
    assert again.status_code == 304
    page_scenes.opened(session, number, 1)
    news = city.client.get(f"/search/{number}/live", headers={"If-None-Match": first.headers["ETag"]})
    assert news.status_code == 200


def test_the_moving_part_of_what_is_over_says_so(city: Desk, session: Session) -> None:
    number = page_scenes.closed(session)
    assert 'data-state="closed"' in city.client.get(f"/search/{number}/live").text


def test_news_is_shown_as_it_goes_before_it_goes_once(city: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    asked = city.press(number, "update", news="駅の北で見たという情報があります（見本）")
    assert "続報：駅の北で見たという情報があります（見本）" in asked.text
    assert "2通分" in asked.text
    assert sent(Kind.UPDATE) == 0
    assert "続報を送っています" in city.confirm(number, asked).text
    again = city.confirm(number, asked)
    assert again.status_code == 409
    assert "続報を送りました" in again.text
    assert sent(Kind.UPDATE) == 1


@pytest.mark.parametrize(
    ("news", "why"), [(" ", "続報の文が空です"), ("長" * 120, "SMS 2通分に収まりません")]
)
def test_news_that_can_not_go_keeps_what_was_typed(city: Desk, session: Session, news: str, why: str) -> None:
    number = page_scenes.live(session)
    refused = city.press(number, "update", news=news)
    assert refused.status_code == 409
    assert why in refused.text
    assert news.strip() in refused.text
    assert sent(Kind.UPDATE) == 0


def test_widening_names_the_districts_and_the_new_people_first(city: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    with db.transaction() as change:
        change.get_one(Search, number).widen_proposed_at = clock.now()
    assert "見つかっていません。範囲を広げますか" in city.open(number)
    asked = city.press(number, "widen")
    assert "新しく1人に送ります" in asked.text
    assert "今伊勢" in asked.text
    assert sent(Kind.WIDENING) == 0
    assert "範囲を広げて送っています" in city.confirm(number, asked).text
    assert city.confirm(number, asked).status_code == 409
    assert sent(Kind.WIDENING) == 1


def test_not_wider_for_now(city: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    with db.transaction() as change:
        change.get_one(Search, number).widen_proposed_at = clock.now()
    assert "範囲はこのままにします" in city.press(number, "keep_ring").text
    assert search(number).widen_proposed_at is None


def test_going_on_moves_the_end(city: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    with db.transaction() as change:
        change.get_one(Search, number).expires_at = clock.now() + timedelta(minutes=5)
    assert "終了の期限を延ばしました" in city.press(number, "extend").text
    end = search(number).expires_at
    assert end is not None
    assert end > clock.now() + timedelta(hours=23)


def moved(**more: str) -> dict[str, str]:
    seen = clock.local(clock.now()) - timedelta(minutes=5)
    return {
        "seen_date": f"{seen:%Y-%m-%d}",
        "seen_time": f"{seen:%H:%M}",
        "town": "萩原町串作",
        "seen_place": "公園の前",
        "lat": "35.26",
        "lng": "136.75",
        **more,
    }


def test_the_last_seen_place_moves_without_a_word_to_anybody(city: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    page = city.press(number, "last_seen", **moved()).text
    assert "協力員には知らせていません" in page
    assert "萩原町串作 公園の前" in page
    with db.transaction() as now:
        subject = now.get_one(Subject, number)
        assert subject.district_id == scenes.district(now, "萩原")
    assert sent(Kind.UPDATE) == 0


def test_the_last_seen_place_moves_with_news_after_one_more_look(city: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    asked = city.press(number, "last_seen", **moved(words="公園で見たという情報（見本）"))
    assert "続報：公園で見たという情報（見本）" in asked.text
    with db.transaction() as now:
        assert now.get_one(Subject, number).seen_town == "木曽川町黒田"
    assert "続報を送っています" in city.confirm(number, asked).text
    with db.transaction() as now:
        assert now.get_one(Subject, number).seen_town == "萩原町串作"
    assert sent(Kind.UPDATE) == 1


def test_a_last_seen_place_that_is_not_clear_asks_and_keeps_everything(city: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    refused = city.press(number, "last_seen", **moved(town="どこか", words="見たという情報（見本）"))
    assert refused.status_code == 409
    assert "「どこか」は町名表にありません" in refused.text
    assert '<select id="district"' in refused.text
    assert 'value="どこか"' in refused.text
    assert "見たという情報（見本）" in refused.text
    with db.transaction() as now:
        assert now.get_one(Subject, number).seen_town == "木曽川町黒田"


def test_a_page_older_than_a_colleagues_deed_shows_it_first(
    city: Desk, approver: Desk, session: Session
) -> None:
    number = page_scenes.live(session)
    page = city.open(number)
    asked = approver.press(number, "update", news="駅で見たという情報（見本）")
    approver.confirm(number, asked)
    refused = city.press(number, "close", page=page, closing="found", confirmed="yes")
    assert refused.status_code == 409
    assert "続報を送りました" in refused.text
    assert search(number).state == State.LIVE


def test_of_two_who_press_at_the_same_moment_one_sends(city: Desk, approver: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    asked = [desk.press(number, "update", news="駅で見たという情報（見本）") for desk in (city, approver)]
    with ThreadPoolExecutor() as pool:
        answers = pool.map(lambda desk, page: desk.confirm(number, page), (city, approver), asked)
        codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, 409]
    assert sent(Kind.UPDATE) == 1


# The end ----------------------------------------------------------------------------------------------------


def test_closing_shows_the_notice_and_the_head_count_first(city: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    page_scenes.receipts(session, number, *[Sending.DELIVERED] * 4)
    asked = city.press(number, "close", closing="found")
    assert "知らせた4人に伝えます" in asked.text
    assert "の方は発見され、捜索は終了しました" in asked.text
    assert search(number).state == State.LIVE
    page = city.confirm(number, asked).text
    assert f"K{number}は終わりました" in page
    assert "を過ぎると消えます" in page
    assert search(number).closing == Closing.FOUND
    assert city.confirm(number, asked).status_code == 409
    assert sent(Kind.CLOSING) == 1


def test_an_end_must_be_chosen(city: Desk, session: Session) -> None:
    number = page_scenes.live(session)
    refused = city.press(number, "close", closing="died")
    assert refused.status_code == 409
    assert "終了の理由を選んでください" in refused.text
    assert search(number).state == State.LIVE


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize("wait", [True, False])
def test_at_night_the_closing_notice_may_wait_for_the_morning(
    city: Desk, session: Session, wait: bool
) -> None:
    number = page_scenes.live(session)
    assert "お知らせは朝まで待つ（11/24（火） 7:00）" in city.open(number)
    asked = city.press(number, "close", closing="ended", **({"wait": "yes"} if wait else {}))
    assert ("終了のお知らせは 11/24（火） 7:00 に送ります" in asked.text) is wait
    city.confirm(number, asked)
    with db.transaction() as now:
        waits = now.scalars(select(Transmission.not_before).where(Transmission.kind == Kind.CLOSING)).one()
    assert (waits is not None) is wait


def test_by_day_nothing_waits_for_the_morning(city: Desk, session: Session) -> None:
    assert "朝まで待つ" not in city.open(page_scenes.live(session))


def test_after_the_wipe_only_counts_are_left(city: Desk, session: Session) -> None:
    number = page_scenes.closed(session)
    spread.spread_due()
    before = city.open(number)
    assert "赤い毛糸の帽子" in before
    with db.transaction() as now:
        wipe.wipe(now, now.get_one(Search, number))
    for page in (
        city.open(number),
        city.client.get("/search").text,
        city.client.get(f"/search/{number}/sheet").text,
    ):
        assert not [word for word in ("赤い毛糸の帽子", "見本 花子", "黒田", "長女") if word in page]
    assert "文は消去済みです" in city.open(number)
    assert "対象 7人・届いた 5" in city.client.get("/search").text


def test_the_sheet_of_an_exercise_says_that_it_was_one(city: Desk, session: Session) -> None:
    number = page_scenes.live(session, drill=True)
    page_scenes.receipts(session, number, *[Sending.DELIVERED] * 7)
    page_scenes.opened(session, number, 3)
    page = city.client.get(f"/search/{number}/sheet").text
    assert f"訓練の結果 K{number}" in page
    assert "43%" in page
    assert "見本 花子" not in page
    assert city.client.get(f"/search/{scenes.draft(session)}/sheet").status_code == 404


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0.3, "18秒"), (0.99, "59秒"), (1.0, "1分"), (5.3, "5.3分"), (82, "1時間22分"), (None, "–")],
)
def test_less_than_a_minute_is_told_in_seconds(app: Flask, minutes: float | None, told: str) -> None:
    with app.test_request_context():
        assert words.minutes(minutes) == told


def test_yearly_figures_never_mix_exercises_with_searches(city: Desk, session: Session) -> None:
    with time_machine.travel(datetime(2026, 3, 31, 12, tzinfo=clock.JAPAN)):
        page_scenes.live(session)
    with time_machine.travel(datetime(2026, 4, 1, 12, tzinfo=clock.JAPAN)):
        scenes.draft(session)
        drill = scenes.draft(session, drill=True)
        service.send_urgent(drill, scenes.actors(session)[0], reason="訓練（見本）")
    page = re.sub(r"\s+", " ", city.client.get("/search/figures").text)
    real, drills = page.split('id="drill-title"')
    assert "2025年度" in real
    assert "2026年度" not in real
    assert "2026年度" in drills
    assert "2025年度" not in drills
    assert "件数</span><b>1</b>" in real
    assert "件数</span><b>1</b>" in drills


def test_the_list_puts_first_what_is_live_and_real(city: Desk, session: Session) -> None:
    draft = scenes.draft(session)
    waiting = page_scenes.awaiting(session)
    scenes.staff(session, 1)
    real, drill = scenes.draft(session), scenes.draft(session, drill=True)
    for number in (real, drill):
        service.send_urgent(number, scenes.actors(session)[0], reason="夜（見本）")
    over = scenes.draft(session)
    service.discard(over, scenes.actors(session)[0])
    page = city.client.get("/search").text.split("<main")[1]
    numbers = [int(found) for found in re.findall(r'href="/search/(\d+)', page)]
    assert numbers == [real, drill, waiting, draft, over]


def test_the_board_leads_to_the_searches_with_their_number(city: Desk, session: Session) -> None:
    assert 'href="/search"' in city.client.get("/board").text
    page_scenes.live(session)
    assert '捜索 <b class="number">1</b>' in city.client.get("/board").text


def test_no_name_stands_in_an_address_or_in_the_log(
    city: Desk, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    number = scenes.draft(session)
    city.confirm(number, city.press(number, "urgent", reason="凍える寒さ（見本）"))
    page = city.open(number)
    written = "".join(capsys.readouterr()) + "".join(re.findall(r'(?:href|src|action)="([^"]*)"', page))
    assert not [word for word in ("花子", "ハナコ", "毛糸", "黒田") if word in written]


def test_every_refusal_of_the_service_has_a_sentence() -> None:
    codes = set(re.findall(r"\w+", errors.SearchError.__doc__.split("says why:")[1]))  # type: ignore[union-attr]
    assert codes <= set(refusals.SENTENCES)
    named = set(re.findall(r'"(\w+)"', inspect.getsource(requirements)))
    assert {code for code in named if code not in ("staff",)} == set(refusals.MISSING)

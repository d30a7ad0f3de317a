"""The personal link: what it shows, to whom, and what it takes."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from relay import clock, db
from relay.accounts.limits import limiter
from relay.partners.models import Partner
from relay.search import links, wipe
from relay.search.models import Audience, Opening, Photo, Search, Subject
from relay.search.states import Closing
from tests.search import page_scenes, scenes
from tests.search import sighting_scenes as scene
from tests.search.sighting_scenes import ENGLISH, STATION, WORKER

SUBMISSION = re.compile(r'name="submission" value="([^"]+)"')


@pytest.fixture(autouse=True)
def fresh_limits(client: FlaskClient) -> None:
    del client
    limiter.reset()


def picture(size: tuple[int, int] = (64, 48)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, "green").save(file, "JPEG", exif=b"Exif\x00\x00secret")
    file.seek(0)
    return file


def page(client: FlaskClient, token: str, query: str = "") -> str:
    answer = client.get(f"/s/{token}{query}")
    assert answer.status_code == 200
    return answer.text


def send(client: FlaskClient, token: str, **fields: Any) -> Any:
    return client.post(f"/s/{token}/sightings", data={"submission": "abcdefgh12345678"} | fields)


def openings() -> int:
    with db.transaction() as reading:
        return reading.scalar(select(func.count()).select_from(Opening)) or 0


def test_the_page_shows_who_is_looked_for_where_and_what_to_do(client: FlaskClient, session: Session) -> None:
    number = scene.live(session, shoes="青い運動靴", speak="ゆっくり話す", lat=STATION[0], lng=STATION[1])
    page_scenes.portrait(session, number)
    text = page(client, scene.token(session, number))
    for part in (
        *(f"K{number}", "見本 花子", "80代前半", "女性", scenes.RED_HAT, "紺色の上着", "青い運動靴", "150cm"),
        *("40分前", "木曽川町黒田 駅の前", "北方面へ", "徒歩", "ゆっくり話す", "今年の春"),
        *("maps.gsi.go.jp", "地図を開く", "転載しないでください", "tel:119", "tel:110", "今から探します"),
    ):
        assert part in text, part


@pytest.mark.parametrize("item", ["name", "face", "condition"])
def test_only_what_is_consented_to_is_shown(client: FlaskClient, session: Session, item: str) -> None:
    number = scene.live(session, condition="心臓の薬", consent_items=[item])
    page_scenes.portrait(session, number)
    token = scene.token(session, number)
    text = page(client, token)
    shown = {"name": "見本 花子" in text, "face": "/photo" in text, "condition": "心臓の薬" in text}
    assert shown == {"name": item == "name", "face": item == "face", "condition": item == "condition"}
    assert client.get(f"/s/{token}/photo").status_code == (200 if item == "face" else 404)


def test_without_consent_for_partner_staff_nothing_beyond_the_outline_is_shown(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    token = scene.token(session, number)
    with db.transaction() as changing:
        changing.execute(update(Subject).values(consent_ranges=["neighbours"]))
    text = page(client, token)
    assert "見本 花子" not in text
    assert scenes.RED_HAT in text
    with db.transaction() as changing:
        changing.execute(update(Subject).values(danger_reason="命の危険（見本）"))
    assert "見本 花子" in page(client, token)


def test_a_search_without_a_known_position_has_no_map_and_still_a_link_to_one(
    client: FlaskClient, session: Session
) -> None:
    text = page(client, scene.token(session, scene.live(session)))
    assert "data-map-box" not in text
    assert "google.com/maps" in text


def test_nothing_keeps_or_passes_on_the_address(client: FlaskClient, session: Session) -> None:
    number = scene.live(session, lat=STATION[0], lng=STATION[1])
    token = scene.token(session, number)
    for path in (f"/s/{token}", f"/s/{token}/photo", "/s/AbCdEfGh12345678"):
        headers = client.get(path).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in headers["X-Robots-Tag"]
        assert not [c for c in headers.getlist("Set-Cookie") if not c.startswith("lang=")]


def test_the_page_may_load_pictures_from_the_maps_host_and_from_nowhere_else(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session, lat=STATION[0], lng=STATION[1])
    policy = client.get(f"/s/{scene.token(session, number)}").headers["Content-Security-Policy"]
    assert policy.endswith("; img-src 'self' https://cyberjapandata.gsi.go.jp")
    assert "img-src" not in client.get("/s/AbCdEfGh12345678").headers["Content-Security-Policy"]


def test_opening_counts_once_a_minute_and_not_for_machines(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    token = scene.token(session, number)
    client.head(f"/s/{token}")
    client.get(f"/s/{token}", headers={"User-Agent": "facebookexternalhit/1.1"})
    client.get(f"/s/{token}", headers={"Sec-Purpose": "prefetch;prerender"})
    client.get(f"/s/{token}/photo")
    assert openings() == 0
    page(client, token)
    page(client, token)
    assert openings() == 1
    session.expire_all()
    first = scene.audience(session, number).opened_at
    assert first is not None
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
        page(client, token)
    assert openings() == 2
    session.expire_all()
    assert scene.audience(session, number).opened_at == first


@pytest.mark.parametrize("closing", [Closing.FOUND, Closing.WITHDRAWN])
def test_after_the_end_a_real_link_says_thanks_and_shows_nothing_personal(
    client: FlaskClient, session: Session, closing: Closing
) -> None:
    number = scene.live(session)
    page_scenes.portrait(session, number)
    token = scene.token(session, number)
    scene.close(session, number, closing)
    answer = client.get(f"/s/{token}")
    assert answer.status_code == 410
    assert "この捜索は終了しました" in answer.text
    assert "ご協力ありがとうございました" in answer.text
    for private in ("見本 花子", scenes.RED_HAT, "木曽川", f"K{number}", "photo"):
        assert private not in answer.text
    assert client.get(f"/s/{token}/photo").status_code == 410
    assert send(client, token, where="駅").status_code == 410
    assert client.post(f"/s/{token}/help", data={"helping": "yes"}).status_code == 410
    assert scene.sightings() == []


def test_an_expired_search_is_closed_even_before_the_clock_has_ended_it(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    with db.transaction() as changing:
        changing.execute(update(Search).values(expires_at=scene.minutes_ago(1)))
    assert client.get(f"/s/{scene.token(session, number)}").status_code == 410


def test_every_link_that_opens_nothing_gets_the_same_page(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    wiped = scene.token(session, number)
    scene.close(session, number)
    with db.transaction() as changing:
        wipe.wipe(changing, changing.get_one(Search, number, with_for_update=True))
    answers = {
        (answer.status_code, re.sub(r'href="/s/[^"]+lang=en"', "", answer.text))
        for path in (wiped, "AbCdEfGh12345678", "x", "é", "%00", "a" * 400)
        for answer in [client.get(f"/s/{path}")]
    }
    [(status, text)] = answers
    assert status == 404
    assert "110" in text


def test_who_left_the_company_opens_nothing(client: FlaskClient, session: Session) -> None:
    token = scene.token(session, scene.live(session))
    scenes.leave(session, WORKER)
    assert client.get(f"/s/{token}").status_code == 404


def test_a_company_whose_agreement_ended_opens_nothing(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    token = scene.token(session, number)
    partner = session.get_one(Partner, scene.audience(session, number).partner_id)
    partner.ended_at = clock.now()
    session.commit()
    assert client.get(f"/s/{token}").status_code == 404
    partner.ended_at = None
    session.commit()


def test_guessing_is_slowed_down_and_a_right_link_never(client: FlaskClient, session: Session) -> None:
    token = scene.token(session, scene.live(session))
    statuses = [client.get(f"/s/AbCdEfGh1234567{n % 10}").status_code for n in range(62)]
    assert statuses[:60] == [404] * 60
    assert statuses[60:] == [429] * 2
    assert client.get(f"/s/{token}").status_code == 200
    assert send(client, token, where="駅").status_code == 303


def test_a_sighting_is_kept_the_city_told_and_the_sender_thanked(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session, lat=STATION[0], lng=STATION[1])
    token = scene.token(session, number)
    answer = send(
        client,
        token,
        **{"where": "駅前のコンビニ", "lat": "35.3515", "lng": "136.7820", "when": "10", "heading": "北"},
        **{"sure": "yes", "call_back": "yes", "text": "杖をついている"},
    )
    assert answer.status_code == 303
    [one] = scene.sightings()
    assert (one.channel, one.audience_id) == ("form", scene.audience(session, number).id)
    assert (one.sure, one.heading, one.call_back, one.phone) == (True, "北", True, WORKER)
    [text] = scene.texts()
    for part in ("駅前のコンビニ", "杖", "30分後・約1.0km", "北へ", "協力員 配達員A（見本）"):
        assert part in text
    thanks = client.get(answer.headers["Location"]).text
    for part in ("受け取りました", "110", "119", "体はつかまないでください", "もう一度知らせる"):
        assert part in thanks


def test_the_city_knows_whom_to_ring_even_without_leave_to_ring_back(
    client: FlaskClient, session: Session
) -> None:
    token = scene.token(session, scene.live(session))
    assert "印がなくても電話することがあります" in page(client, token)
    send(client, token, where="駅")
    [one] = scene.sightings()
    assert (one.phone, one.call_back) == (WORKER, False)
    assert "080-0000-5001" not in scene.texts()[0]


def test_who_is_with_the_person_now_is_told_to_the_city_with_the_number(
    client: FlaskClient, session: Session
) -> None:
    send(client, scene.token(session, scene.live(session)), where="駅", with_now="yes")
    [text] = scene.texts()
    assert "いま一緒にいます 駅 " in text
    assert "協力員 配達員A（見本）" in text
    assert " 080-0000-5001\n" in text


def test_who_is_with_the_person_reads_what_to_do_now(client: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    token = scene.token(session, number)
    receipt = client.get(send(client, token, with_now="yes").headers["Location"]).text
    for part in (
        *(f"「K{number}で探している方と一緒にいます」", "そばにいてください", "おだやかに声をかけ"),
        *("あなたの電話（末尾 5001）に電話します", "体はつかまないでください", "tel:110", "tel:119"),
    ):
        assert part in receipt, part
    assert "見かけた」と伝えて" not in receipt
    assert "離れていくとき" not in receipt
    elsewhere = client.get(send(client, token, where="駅").headers["Location"]).text
    assert "離れていくとき" in elsewhere
    assert "末尾 5001" not in elsewhere


def test_who_is_with_the_person_in_a_drill_is_not_sent_to_ring_110(
    client: FlaskClient, session: Session
) -> None:
    token = scene.token(session, scene.live(session, drill=True))
    receipt = client.get(send(client, token, with_now="yes").headers["Location"]).text
    assert "110番へは電話しないでください" in receipt
    assert "tel:110" not in receipt


def test_the_receipt_says_that_the_photo_has_arrived_and_asks_for_none_again(
    client: FlaskClient, session: Session
) -> None:
    token = scene.token(session, scene.live(session))
    without = client.get(send(client, token, where="駅").headers["Location"]).text
    assert "写真を付ける" in without
    assert "写真も届きました" not in without
    answer = send(client, token, where="駅", photo=(picture(), "photo.jpg"))
    receipt = client.get(answer.headers["Location"]).text
    assert "写真も届きました" in receipt
    assert "写真を付ける" not in receipt


def test_a_second_click_makes_no_second_sighting(client: FlaskClient, session: Session) -> None:
    token = scene.token(session, scene.live(session))
    first, second = send(client, token, where="駅"), send(client, token, where="駅")
    assert first.headers["Location"] == second.headers["Location"]
    assert len(scene.sightings()) == 1
    send(client, token, where="公園")
    assert len(scene.sightings()) == 2


def test_each_page_has_a_number_of_its_own(client: FlaskClient, session: Session) -> None:
    token = scene.token(session, scene.live(session))
    numbers = {SUBMISSION.search(page(client, token)).group(1) for _ in range(3)}  # type: ignore[union-attr]
    assert len(numbers) == 3


def test_a_form_that_says_nothing_comes_back_with_what_was_filled_in(
    client: FlaskClient, session: Session
) -> None:
    token = scene.token(session, scene.live(session))
    answer = send(client, token, heading="駅の方", when="30", submission="abcdefgh12345678")
    assert answer.status_code == 422
    assert "ひとことでも" in answer.text
    for kept in ('value="駅の方"', 'value="30" checked', 'value="abcdefgh12345678"'):
        assert kept in answer.text
    assert scene.sightings() == []


def test_a_photo_is_kept_without_what_it_tells_of_its_taking(client: FlaskClient, session: Session) -> None:
    send(client, scene.token(session, scene.live(session)), photo=(picture((3000, 2000)), "photo.jpg"))
    with db.transaction() as reading:
        jpeg = reading.scalars(select(Photo.jpeg).where(Photo.sighting_id == scene.sightings()[0].id)).one()
    assert b"secret" not in jpeg
    assert max(Image.open(io.BytesIO(jpeg)).size) == 1600


def test_a_photo_that_can_not_be_read_holds_up_nothing_and_can_follow(
    client: FlaskClient, session: Session
) -> None:
    token = scene.token(session, scene.live(session))
    answer = send(client, token, where="駅", photo=(io.BytesIO(b"no picture"), "photo.jpg"))
    assert len(scene.texts()) == 1
    thanks = client.get(answer.headers["Location"]).text
    assert "写真は付けられませんでした" in thanks
    action = re.search(r'action="(/s/[^"]+/photo)"', thanks)
    assert action
    again = client.post(action.group(1), data={"photo": (picture(), "photo.jpg")})
    receipt = client.get(again.headers["Location"]).text
    assert "写真も届きました" in receipt
    assert "写真を付ける" not in receipt
    with db.transaction() as reading:
        assert reading.scalar(select(func.count()).select_from(Photo)) == 1


def test_a_bad_photo_alone_comes_back_with_the_reason(client: FlaskClient, session: Session) -> None:
    token = scene.token(session, scene.live(session))
    answer = send(client, token, heading="北", photo=(io.BytesIO(b"no picture"), "photo.jpg"))
    assert answer.status_code == 422
    assert "写真として読めない" in answer.text
    assert 'value="北"' in answer.text


def test_nobody_adds_a_photo_to_anothers_sighting_or_reads_its_page(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    send(client, scene.token(session, number), where="駅")
    other = scene.token(session, number, "+818000007001")
    mine = scene.sightings()[0].id
    answer = client.post(f"/s/{other}/sightings/{mine}/photo", data={"photo": (picture(), "photo.jpg")})
    assert answer.status_code == 303
    with db.transaction() as reading:
        assert reading.scalar(select(func.count()).select_from(Photo)) == 0
    assert client.get(f"/s/{other}/sightings/{mine}").status_code == 303


def test_a_flood_from_one_link_loses_nothing_and_says_so(client: FlaskClient, session: Session) -> None:
    token = scene.token(session, scene.live(session))
    answers = [send(client, token, where=f"駅{n}番線") for n in range(7)]
    assert [one.held for one in scene.sightings()] == [False] * 5 + [True] * 2
    assert "記録は残しました" in client.get(answers[-1].headers["Location"]).text
    assert "記録は残しました" not in client.get(answers[0].headers["Location"]).text


def test_with_the_database_away_what_was_written_stays_on_the_page(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = scene.token(session, scene.live(session))

    def away(*_args: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(links, "open_link", away)
    answer = send(client, token, where="駅前のコンビニ", when="10")
    assert answer.status_code == 503
    for part in (
        "まだ届いていません",
        'value="駅前のコンビニ"',
        'value="10" checked',
        'value="abcdefgh12345678"',
        "tel:",
    ):
        assert part in answer.text
    assert client.get(f"/s/{token}").status_code == 503


def test_looking_now_is_one_tap_counts_for_three_hours_and_can_be_ended(
    client: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    token, other = scene.token(session, number), scene.token(session, number, "+818000007001")
    client.post(f"/s/{token}/help", data={"helping": "yes", "district": "木曽川"})
    client.post(f"/s/{token}/help", data={"helping": "yes", "district": "木曽川"})
    client.post(f"/s/{other}/help", data={"helping": "yes", "district": "どこにもない"})
    with db.transaction() as reading:
        holder = links.open_link(reading, token)
        assert holder
        assert dict(links.wanted(reading, holder).helpers) == {"木曽川": 1, "": 1}
    text = page(client, token)
    assert "探すのを終える" in text
    assert "今から探します</span>" not in text
    with time_machine.travel(clock.now() + timedelta(hours=3, minutes=1), tick=True):
        assert "今から探します</span>" in page(client, token)
    client.post(f"/s/{token}/help", data={"helping": "no"})
    assert "今から探します</span>" in page(client, token)
    session.expire_all()
    person = scene.audience(session, number)
    assert person.helping_since is not None
    assert person.helping_until is not None
    assert person.helping_until <= clock.now()


def test_an_update_stands_on_the_page_without_anybodys_link(client: FlaskClient, session: Session) -> None:
    from relay.search import service

    number = scene.live(session)
    token = scene.token(session, number)
    service.update(number, scenes.actors(session)[0], words="バスに乗ったという情報があります")
    text = page(client, token)
    assert "バスに乗ったという情報があります" in text
    assert "{link}" not in text


def test_staff_who_read_english_get_english_until_they_choose(client: FlaskClient, session: Session) -> None:
    number = scene.live(session, whole_city=True)
    token = scene.token(session, number, ENGLISH)
    text = page(client, token)
    assert '<html lang="en">' in text
    assert "We are looking for this person" in text
    assert '<html lang="ja">' in page(client, token, "?lang=ja")
    assert '<html lang="ja">' in page(client, scene.token(session, number))


def test_a_drill_says_so_on_every_page_and_sends_nobody_to_ring_110(
    client: FlaskClient, session: Session
) -> None:
    token = scene.token(session, scene.live(session, drill=True))
    answer = send(client, token, where="駅")
    for text in (page(client, token), client.get(answer.headers["Location"]).text):
        assert "これは訓練です" in text
        assert "110番へは電話せず" in text
        assert "tel:110" not in text
    assert scene.texts()[0].startswith("【訓練】")


def test_the_page_weighs_little_before_the_map_is_opened(client: FlaskClient, session: Session) -> None:
    number = scene.live(session, lat=STATION[0], lng=STATION[1])
    text = page(client, scene.token(session, number))
    assert len(text.encode()) < 60_000
    assert '<script src="/assets/leaflet' not in text
    for address in re.findall(r'(?:data-script|data-style)="([^"]+)"', text):
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert answer.cache_control.immutable


def test_helpers_of_another_search_are_not_counted(client: FlaskClient, session: Session) -> None:
    first, second = scene.live(session), scene.live(session)
    client.post(f"/s/{scene.token(session, first)}/help", data={"helping": "yes", "district": "木曽川"})
    with db.transaction() as reading:
        assert links.helpers(reading, second) == ()
        assert reading.scalar(select(func.count()).where(Audience.helping_until.is_not(None))) == 1

"""Sightings on the city's pages: marking, what was told on the telephone, the map's points, pictures."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import db
from relay.accounts.limits import limiter
from relay.search.models import Photo, SearchEvent, Sighting, Subject
from relay.search.sighting import sightings
from relay.search.sighting.sightings import Seen
from relay.search.views import tiles
from tests.search import page_scenes, scenes
from tests.search import sighting_scenes as scene
from tests.search.sighting_scenes import STATION, STRANGER

TOKEN = page_scenes.TOKEN


@pytest.fixture(autouse=True)
def fresh_limits(client: FlaskClient) -> None:
    del client
    limiter.reset()


def sign_in(client: FlaskClient, who: dict[str, str]) -> None:
    token = TOKEN.search(client.get("/login").text)
    assert token
    form = {"email": who["email"], "password": who["password"], "csrf_token": token.group(1)}
    assert client.post("/login", data=form).status_code == 302


@pytest.fixture
def city(client: FlaskClient, city_sample: dict[str, Any]) -> FlaskClient:
    sign_in(client, city_sample["city"])
    return client


def post(client: FlaskClient, path: str, page: str | None = None, **fields: str) -> Any:
    """Post a form with the CSRF token of ``page``, as a browser would."""
    token = TOKEN.search(client.get(page or "/search").text)
    assert token
    return client.post(path, data={"csrf_token": token.group(1)} | fields)


def seen(number: int, words: str = "駅前のコンビニ", **more: Any) -> int:
    """Keep a sighting and return its id."""
    values: dict[str, Any] = {
        "external_id": f"form:test:{words}:{more}",
        "channel": "form",
        "who": "staff",
        "text": words,
        "words": words,
        "received_at": scene.minutes_ago(0),
    }
    with db.transaction() as changing:
        kept = sightings.keep(changing, number, Seen(**(values | more)))
        assert kept
        return kept.sighting.id


def put(city: FlaskClient, number: int, sighting_id: int, wanted: str, *, shown: str | None = None) -> Any:
    """Press a button of a sighting on a page that showed the mark ``shown``: by default the one that it has."""
    shown = shown or row(sighting_id).mark
    return post(city, f"/search/{number}/sightings/{sighting_id}/mark?shown={shown}", mark=wanted)


def move_form(city: FlaskClient, number: int, sighting_id: int) -> dict[str, str]:
    """The form that moves the last-seen place to a sighting, as it comes filled in."""
    text = city.get(f"/search/{number}/sightings/{sighting_id}/last-seen").text
    words = re.search(r'<textarea[^>]*name="words"[^>]*>([^<]*)', text)
    assert words
    return dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', text)) | {"words": words[1].strip()}


def newest(number: int) -> str:
    """The newest line of the log, as an open page knows it."""
    with db.transaction() as reading:
        return str(reading.scalar(select(func.max(SearchEvent.id)).where(SearchEvent.search_id == number)))


def row(sighting_id: int) -> Sighting:
    with db.transaction() as reading:
        return reading.get_one(Sighting, sighting_id)


def kinds(number: int) -> list[str]:
    with db.transaction() as reading:
        return list(
            reading.scalars(
                select(SearchEvent.kind).where(SearchEvent.search_id == number).order_by(SearchEvent.id)
            )
        )


def test_the_list_shows_who_saw_what_when_where_and_how_far(city: FlaskClient, session: Session) -> None:
    number = scene.live(session, lat=STATION[0], lng=STATION[1])
    worker = scene.audience(session, number)
    seen(
        number,
        **{
            "audience_id": worker.id,
            "phone": worker.phone,
            "call_back": True,
            "seen_at": scene.minutes_ago(10),
        },
        **{"lat": STATION[0] + 0.009, "lng": STATION[1], "heading": "北", "sure": True},
    )
    text = city.get(f"/search/{number}").text
    for part in (
        *(
            "駅前のコンビニ",
            "最後に見た場所から北へ約1.0km",
            "最後に見た時刻から30分後",
            "本人だと思う",
            "北へ",
        ),
        *("新聞販売店（見本）", "配達員A（見本）", "080-0000-5001", "電話してよい", "専用ページ", "未確認"),
        *("確認済み</button>", "別の人だった</button>", "最後に見た場所にする</a>"),
    ):
        assert part in text, part


def test_a_strangers_sighting_says_so_with_the_number(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    seen(number, channel="sms", who="other", phone=STRANGER)
    text = city.get(f"/search/{number}").text
    assert "未登録の番号から" in text
    assert "090-9999-9999" in text


def test_joined_ones_stand_under_the_first_and_held_ones_say_that_they_rang_nobody(
    city: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    first = seen(number, town="本町")
    seen(number, "同じ人です", town="本町")
    seen(number, "了解しました", idle=True)
    with db.transaction() as reading:
        board = sightings.board(reading, number)
    assert [(one.number, len(one.joined)) for one in board.sightings] == [(3, 0), (1, 1)]
    assert board.sightings[1].id == first
    assert (board.total, board.unchecked) == (3, 2)
    text = city.get(f"/search/{number}").text
    assert "同じころ、同じあたりで：1件" in text
    assert text.count("電話は鳴らしていません") == 1


@pytest.mark.parametrize("urgent", ["with_now", "danger"])
def test_what_can_not_wait_stands_first_until_somebody_has_looked_at_it(
    city: FlaskClient, session: Session, urgent: str
) -> None:
    number = scene.live(session)
    ids = [seen(number, "駅", **{urgent: True}), seen(number, "公園"), seen(number, "川")]

    def order() -> list[int]:
        text = city.get(f"/search/{number}").text
        return [int(one) for one in re.findall(r'<li id="sighting-(\d+)"', text)]

    assert order() == [ids[0], ids[2], ids[1]]
    assert ("けがや急病か" in city.get(f"/search/{number}").text) == (urgent == "danger")
    put(city, number, ids[0], "checked")
    assert order() == [ids[2], ids[1], ids[0]]


def test_a_joined_one_that_can_not_wait_brings_its_first_to_the_top(session: Session) -> None:
    number = scene.live(session)
    first = seen(number, "似た人", town="本町")
    seen(number, "公園")
    seen(number, "いま一緒です", town="本町", with_now=True)
    with db.transaction() as reading:
        assert next(one.id for one in sightings.board(reading, number).sightings) == first


@pytest.mark.parametrize("wanted", ["checked", "false"])
def test_a_mark_names_who_made_it_and_can_be_taken_back(
    city: FlaskClient, session: Session, wanted: str
) -> None:
    number = scene.live(session)
    one = seen(number)
    answer = put(city, number, one, wanted)
    assert answer.headers["Location"].endswith(f"/search/{number}#sighting-{one}")
    assert (row(one).mark, row(one).marked_by) == (wanted, "市 高齢福祉課（見本）")
    assert row(one).marked_at is not None
    put(city, number, one, "new")
    assert (row(one).mark, row(one).marked_by, row(one).marked_at) == ("new", None, None)
    assert kinds(number)[-2:] == [f"sighting_{wanted}", "sighting_new"]


def test_a_second_click_on_a_mark_is_logged_once(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    one = seen(number)
    for _ in range(2):
        put(city, number, one, "checked")
    assert kinds(number).count("sighting_checked") == 1


def test_the_buttons_say_which_mark_the_page_showed(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    one = seen(number)
    put(city, number, one, "checked")
    assert f"/sightings/{one}/mark?shown=checked" in city.get(f"/search/{number}").text


def test_a_click_on_an_older_mark_changes_nothing_and_says_who_made_it_what(
    city: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    seen(number, "公園")
    one = seen(number, "駅")
    put(city, number, one, "false")
    second = put(city, number, one, "checked", shown="new")
    assert second.status_code == 409
    assert row(one).mark == "false"
    text = second.text
    assert "目撃 2 の印が変わりました" in text
    assert re.search("市 高齢福祉課（見本）：目撃情報を「別の人だった」にしました", text)
    assert "「確認済み」にしました" not in text
    [again] = set(re.findall(rf'formaction="/search/{number}/sightings/{one}/mark\?shown=(\w+)', text))
    put(city, number, one, "new", shown=again)
    assert row(one).mark == "new"


def test_a_mark_taken_back_meanwhile_is_told_too(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    one = seen(number)
    put(city, number, one, "checked")
    put(city, number, one, "new")
    answer = put(city, number, one, "false", shown="checked")
    assert answer.status_code == 409
    assert "市 高齢福祉課（見本）：目撃情報の印を外しました" in answer.text
    assert row(one).mark == "new"


def test_two_who_say_the_same_are_both_right(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    one = seen(number)
    put(city, number, one, "checked")
    assert put(city, number, one, "checked", shown="new").status_code == 303


def test_joined_ones_follow_the_first_unless_they_were_marked_by_themselves(
    city: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    ids = [seen(number, f"駅{n}", town="本町") for n in range(3)]
    put(city, number, ids[2], "false")
    put(city, number, ids[0], "checked")
    assert [row(one).mark for one in ids] == ["checked", "checked", "false"]


def test_only_one_sighting_is_the_new_last_seen_place(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    first, second = seen(number, "公園通の公園", town="公園通"), seen(number, "本町の駅", town="本町")
    for one, marks in ((first, ["last_seen", "new"]), (second, ["checked", "last_seen"])):
        path = f"/search/{number}/sightings/{one}/last-seen"
        post(city, path, **move_form(city, number, one))
        assert [row(each).mark for each in (first, second)] == marks
    fields = move_form(city, number, second)
    fields |= {
        "town": "木曽川町黒田",
        "seen_place": "駅",
        "seen": newest(number),
        "sighting": "",
        "words": "",
    }
    post(city, f"/search/{number}/last_seen", **fields)
    assert [row(each).mark for each in (first, second)] == ["checked", "checked"]


def test_until_the_form_is_sent_badge_and_header_tell_the_same(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    one = seen(number, "公園通の公園", town="公園通")
    fields = move_form(city, number, one)
    page = city.get(f"/search/{number}").text
    assert "新しい「最後に見た場所」" not in page
    assert "木曽川町黒田 駅の前" in page
    look = post(city, f"/search/{number}/last_seen", **fields)
    assert "公園通の公園で見たという情報" in look.text
    assert row(one).mark == "new"
    post(city, f"/search/{number}/last_seen", **fields, confirmed="yes")
    page = city.get(f"/search/{number}").text
    assert "新しい「最後に見た場所」" in page
    assert "木曽川町黒田 駅の前" not in page.partition("</header>")[0]


def test_the_last_seen_place_is_not_counted_from_itself(city: FlaskClient, session: Session) -> None:
    number = scene.live(session, lat=STATION[0], lng=STATION[1])
    one = seen(number, "公園通の公園", town="公園通", lat=35.35, lng=136.79, seen_at=scene.minutes_ago(5))
    assert "最後に見た時刻から35分後" in city.get(f"/search/{number}").text
    post(city, f"/search/{number}/sightings/{one}/last-seen", **move_form(city, number, one))
    page = city.get(f"/search/{number}").text
    assert "最後に見た時刻から" not in page
    assert "最後に見た場所から" not in page


@pytest.mark.parametrize("path", ["last_seen", "sightings/{one}/last-seen"])
def test_a_place_from_a_sighting_that_proved_false_meanwhile_is_not_taken_unseen(
    city: FlaskClient, session: Session, path: str
) -> None:
    number = scene.live(session)
    one = seen(number, "公園通の公園", town="公園通")
    fields = move_form(city, number, one)
    put(city, number, one, "false")
    answer = post(city, f"/search/{number}/{path.format(one=one)}", **fields)
    assert answer.status_code == 409
    assert "「別の人だった」にしました" in answer.text
    assert "last_seen_moved" not in kinds(number)
    # What was filled in is still there, and a second press on purpose works.
    again = dict(re.findall(r'name="(sighting|shown|seen_place)"[^>]* value="([^"]*)"', answer.text))
    assert (again["sighting"], again["shown"]) == (str(one), "false")
    post(city, f"/search/{number}/last_seen", **(fields | again | {"words": ""}))
    assert row(one).mark == "last_seen"


def test_the_new_last_seen_place_leads_to_a_form_filled_in_from_it(
    city: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    one = seen(number, "木曽川町黒田の駅の南口", town="木曽川町黒田",
        lat=35.35, lng=136.79, seen_at=scene.minutes_ago(10), heading="北",
    )  # fmt: skip
    path = f"/search/{number}/sightings/{one}/last-seen"
    assert f'href="{path}"' in city.get(f"/search/{number}").text
    page = city.get(path).text
    for part in (
        'value="木曽川町黒田"', 'value="駅の南口"', 'value="35.35"', 'value="136.79"',
        "木曽川町黒田の駅の南口で見たという情報があります（北へ）。",
    ):  # fmt: skip
        assert part in page, part


def test_the_place_can_be_moved_without_telling_anybody(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    one = seen(number, "公園通の公園", town="公園通", lat=35.35, lng=136.79, seen_at=scene.minutes_ago(5))
    path = f"/search/{number}/sightings/{one}/last-seen"
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', city.get(path).text))
    answer = post(city, path, **fields)
    assert answer.headers["Location"].endswith(f"#sighting-{one}")
    with db.transaction() as reading:
        subject = reading.get_one(Subject, number)
        assert (subject.seen_town, subject.lat, subject.lng) == ("公園通", 35.35, 136.79)
    assert "last_seen_moved" in kinds(number)
    assert "sent_update" not in kinds(number)


def test_the_place_can_be_moved_with_an_update_after_one_more_look(
    city: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    one = seen(number, "公園通の公園", town="公園通", seen_at=scene.minutes_ago(5))
    text = city.get(f"/search/{number}/sightings/{one}/last-seen").text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))
    action = re.search(rf'action="(/search/{number}/[^"]+)"', text)
    assert action
    fields |= {"words": "14時ごろ公園通で見たという情報があります"}
    look = post(city, action.group(1), **fields)
    assert "14時ごろ公園通で見たという情報があります" in look.text
    assert "sent_update" not in kinds(number)
    post(city, action.group(1), **fields, confirmed="yes")
    assert kinds(number)[-3:] == ["last_seen_moved", "sent_update", "sighting_last_seen"]


def test_a_wrong_place_comes_back_with_what_was_filled_in(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    one = seen(number)
    answer = post(
        city,
        f"/search/{number}/sightings/{one}/last-seen",
        seen_date="いつか",
        seen_time="",
        seen_place="公園の北",
    )
    assert answer.status_code == 422
    assert 'value="公園の北"' in answer.text


def test_what_was_told_on_the_telephone_is_kept_and_told_to_the_others(
    city: FlaskClient, session: Session
) -> None:
    number = scene.live(session)
    page = f"/search/{number}/sightings/new"
    submission = re.search(r'name="submission" value="([^"]+)"', city.get(page).text)
    assert submission
    fields = {
        **{
            "submission": submission.group(1),
            "where": "市役所の前",
            "time": "00:05",
            "text": "ベンチに座っている",
        },
        **{"who": "近所の方", "phone": "0586-11-2222"},
    }
    for _ in range(2):
        answer = post(city, f"/search/{number}/sightings", page, **fields)
        assert answer.status_code == 303
    [one] = scene.sightings()
    assert (one.channel, one.phone) == ("phone", "0586-11-2222")
    assert one.text == "市役所の前\nベンチに座っている\n電話の相手：近所の方"
    [text] = scene.texts()
    assert "市役所の前" in text
    assert "電話で受付" in text
    assert "近所の方" not in text
    assert "市の職員が記入" in city.get(f"/search/{number}").text


def test_an_empty_telephone_form_comes_back(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    answer = post(city, f"/search/{number}/sightings", who="近所の方")
    assert answer.status_code == 422
    assert 'value="近所の方"' in answer.text
    assert scene.sightings() == []


def test_the_map_has_the_last_seen_place_and_one_point_for_each_moment(
    city: FlaskClient, session: Session
) -> None:
    number = scene.live(session, lat=STATION[0], lng=STATION[1])
    one = seen(number, lat=35.35, lng=136.79, seen_at=scene.minutes_ago(5))
    seen(number, "同じ所", lat=35.3501, lng=136.79, seen_at=scene.minutes_ago(4))
    seen(number, "場所が分からない")
    answer = city.get(f"/search/{number}/map.json")
    found = answer.get_json()
    assert (found["last"]["lat"], found["last"]["lng"]) == STATION
    assert "木曽川町黒田" in found["last"]["label"]
    assert [(p["number"], p["lat"], p["mark"], p["to"]) for p in found["sightings"]] == [
        (1, 35.35, "new", f"#sighting-{one}")
    ]
    again = city.get(f"/search/{number}/map.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_without_any_position_the_page_says_so(city: FlaskClient, session: Session) -> None:
    words = "data-map-words>位置は、まだ分かっていません。"
    number = scene.live(session)
    assert words in city.get(f"/search/{number}").text
    seen(number, lat=35.35, lng=136.79)
    assert words not in city.get(f"/search/{number}").text


def test_the_page_with_the_map_may_load_the_citys_map_pictures(city: FlaskClient, session: Session) -> None:
    number = scene.live(session, lat=STATION[0], lng=STATION[1])
    answer = city.get(f"/search/{number}")
    assert answer.headers["Content-Security-Policy"].endswith(
        "img-src 'self' https://cyberjapandata.gsi.go.jp"
    )
    assert "国土地理院" in answer.text


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://tiles.example.jp/{z}/{x}/{y}.png", "img-src 'self' https://tiles.example.jp"),
        ("https://{s}.tile.example.org/{z}/{x}/{y}.png", "img-src 'self' https://*.tile.example.org"),
        ("http://10.0.0.5:8080/{z}/{x}/{y}.png", "img-src 'self' http://10.0.0.5:8080"),
    ],
)
def test_only_the_maps_own_host_is_let_in(address: str, source: str) -> None:
    assert tiles.policy(address).endswith(source)


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "/tiles/{z}/{x}/{y}.png", "{z}"])
def test_without_a_host_the_policy_stays_as_strict_as_everywhere(address: str) -> None:
    assert "img-src" not in tiles.policy(address)


def test_a_sightings_picture_is_shown_as_nothing_but_a_picture(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    one = seen(number, photo=page_scenes.jpeg())
    answer = city.get(f"/search/{number}/sightings/{one}/photo")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    other = scene.live(session)
    assert city.get(f"/search/{other}/sightings/{one}/photo").status_code == 404


READ = ("map.json", "sightings/1/photo")
CHANGE = ("sightings/1/mark", "sightings", "sightings/1/last-seen")


def test_without_signing_in_nothing_is_shown_or_changed(app: Flask, session: Session) -> None:
    number = scene.live(session)
    stranger = app.test_client()
    for path in (*READ, "sightings/new", "sightings/1/last-seen"):
        assert stranger.get(f"/search/{number}/{path}").status_code == 302
    for path in CHANGE:
        assert stranger.post(f"/search/{number}/{path}").status_code in (302, 400)


def test_a_centre_reads_what_is_live_and_changes_nothing(
    app: Flask, session: Session, city_sample: dict[str, Any]
) -> None:
    number = scene.live(session)
    one = seen(number, photo=page_scenes.jpeg())
    centre = app.test_client()
    sign_in(centre, city_sample["officer"])
    assert centre.get(f"/search/{number}/map.json").status_code == 200
    assert centre.get(f"/search/{number}/sightings/{one}/photo").status_code == 200
    page = centre.get(f"/search/{number}").text
    assert "駅前のコンビニ" in page
    assert "/mark" not in page
    for path in (f"sightings/{one}/mark", "sightings", f"sightings/{one}/last-seen"):
        assert post(centre, f"/search/{number}/{path}", "/board", mark="checked").status_code == 403
    assert row(one).mark == "new"
    scene.close(session, number)
    assert centre.get(f"/search/{number}/map.json").status_code == 404


def test_a_forged_mark_changes_nothing(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    one = seen(number)
    assert city.post(f"/search/{number}/sightings/{one}/mark", data={"mark": "false"}).status_code == 400
    assert row(one).mark == "new"


@pytest.mark.parametrize("mark", ["", "deleted", "new'; --"])
def test_an_unknown_mark_or_sighting_is_not_found(city: FlaskClient, session: Session, mark: str) -> None:
    number, other = scene.live(session), scene.live(session)
    one = seen(number)
    assert post(city, f"/search/{number}/sightings/{one}/mark", mark=mark).status_code == 404
    assert post(city, f"/search/{other}/sightings/{one}/mark", mark="false").status_code == 404
    assert post(city, "/search/999/sightings/1/mark", mark="false").status_code == 404
    assert row(one).mark == "new"


def test_nothing_is_written_to_a_draft_or_a_wiped_search(city: FlaskClient, session: Session) -> None:
    draft = scenes.draft(session)
    assert city.get(f"/search/{draft}/sightings/new").status_code == 404
    assert post(city, f"/search/{draft}/sightings", where="駅").status_code == 404


def test_after_the_end_the_list_stays_and_offers_no_marks(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    seen(number)
    scene.close(session, number)
    text = city.get(f"/search/{number}").text
    assert "駅前のコンビニ" in text
    assert "/mark" not in text


def test_the_moving_part_holds_no_form_of_its_own(city: FlaskClient, session: Session) -> None:
    number = scene.live(session)
    seen(number)
    page = city.get(f"/search/{number}").text
    part = city.get(f"/search/{number}/live").text
    start = part.index('class="sightings')
    assert "csrf_token" not in part[start : part.index("</ol>", start)]
    assert 'form="sighting-mark"' in part
    assert 'id="sighting-mark"' in page


def test_a_photo_that_follows_is_logged_without_a_word_of_it(session: Session) -> None:
    from relay.search.sighting import sighting_marks

    number = scene.live(session)
    worker = scene.audience(session, number)
    one = seen(number, audience_id=worker.id)
    with db.transaction() as changing:
        assert sighting_marks.add_photo(changing, worker.id, one, page_scenes.jpeg())
        assert sighting_marks.add_photo(changing, worker.id, one, page_scenes.jpeg("red"))
    with db.transaction() as reading:
        assert reading.scalar(select(func.count()).select_from(Photo)) == 1
    assert kinds(number).count("sighting_photo") == 1


def test_the_page_in_english_is_english(city: FlaskClient, session: Session) -> None:
    number = scene.live(session, lat=STATION[0], lng=STATION[1])
    seen(number, "near the station", lat=35.35, lng=136.79, heading="北", seen_at=scene.minutes_ago(3))
    text = city.get(f"/search/{number}?lang=en").text
    for part in (
        "Sightings",
        "towards north",
        "of the last-seen place",
        "Not checked",
        "Make it the last-seen place",
    ):
        assert part in text, part
    assert "min after last seen" in text

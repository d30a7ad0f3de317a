"""The form and the receipt as a phone without scripts sees them; the service behind is a stand-in."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.exc import OperationalError

from relay import photos
from relay.cases.questions import Missing
from relay.intake import audit, service, views
from relay.intake.form import FormReport
from relay.intake.incoming import Incoming, Receipt, ReceiptStatus
from relay.partners import service as partners
from relay.partners.service import PartnerView
from relay.triage.results import Given
from relay.vocabulary import Level, Sign
from relay.web import site

FORM = "/r/good"
RECEIPT = "/r/good/receipt/receipt-1"


@dataclass
class Desk:
    """Stands in for the services: remembers what it was given, answers what it was told to."""

    accepted: list[Incoming] = field(default_factory=list)
    answers: list[tuple[str, Given, str]] = field(default_factory=list)
    asked: tuple[Missing, str | None, tuple[str, ...]] = (Missing.TOWN, None, ())
    duplicate: bool = False
    database_away: bool = False
    level: Level = Level.URGENT
    state: str = "received"
    outcome: str | None = None
    ask_place: bool = False
    centre: tuple[str, str] | None = ("本町センター（見本）", "0586-00-0001")

    def partner(self, token: str) -> PartnerView | None:
        self._away()
        return PartnerView(7, "新聞販売店（見本）") if token == "good" else None

    def accept(self, incoming: Incoming) -> Receipt:
        self.accepted.append(incoming)
        return Receipt(
            number="1234-5678",
            token="receipt-1",
            level=self.level,
            duplicate=self.duplicate,
            spooled=self.database_away,
            ask_place=self.ask_place,
            centre_name=None,
            centre_phone=None,
        )

    def status(self, token: str) -> ReceiptStatus | None:
        self._away()
        if token != "receipt-1":
            return None
        name, phone = self.centre or (None, None)
        return ReceiptStatus(
            number="1234-5678",
            level=self.level,
            state=self.state,
            outcome=self.outcome,
            ask_place=self.ask_place,
            missing=self.asked[0],
            town=self.asked[1],
            candidates=self.asked[2],
            centre_name=name,
            centre_phone=phone,
        )

    def answer(self, token: str, answer: FormReport) -> None:
        self.answers.append((token, answer.given, answer.text))

    def _away(self) -> None:
        if self.database_away:
            raise OperationalError("SELECT 1", {}, Exception("away"))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk()
    monkeypatch.setattr(partners, "by_form_token", desk.partner)
    monkeypatch.setattr(service, "accept", desk.accept)
    monkeypatch.setattr(views, "of_receipt", desk.status)
    monkeypatch.setattr(service, "answer_place", desk.answer)
    monkeypatch.setattr(views, "_towns", lambda: ("本町", "栄"))
    monkeypatch.setattr(views, "_troubled", lambda: False)
    return desk


@pytest.fixture
def phone(desk: Desk) -> Iterator[FlaskClient]:
    app = Flask("form", static_folder=None)
    app.config.update(SECRET_KEY="only-for-tests", TESTING=True)
    site.init_app(app)
    app.register_blueprint(views.bp)
    del desk
    with app.test_client() as client:
        yield client


def jpeg() -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "JPEG")
    data.seek(0)
    return data


def test_the_first_thing_on_the_form_is_119_and_110(phone: FlaskClient) -> None:
    page = phone.get(FORM).text
    main = page[page.index("<main") :]
    assert (
        main.index('href="tel:119"')
        < main.index('href="tel:110"')
        < main.index("<h1>")
        < main.index("<fieldset")
    )


def test_every_sign_can_be_chosen_once_without_scripts(phone: FlaskClient) -> None:
    page = phone.get(FORM).text
    codes = re.findall(r'<input type="checkbox" name="signs" value="([a-z_]+)"', page)
    assert sorted(codes) == sorted(sign.value for sign in Sign)


def test_the_form_names_the_company_and_why_reporting_is_lawful(phone: FlaskClient) -> None:
    page = phone.get(FORM).text
    assert "新聞販売店（見本）" in page
    assert "個人情報保護法27条1項2号" in page


def test_the_form_offers_the_citys_towns_and_remembers_nothing(phone: FlaskClient) -> None:
    answer = phone.get(FORM)
    assert '<option value="本町">' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert answer.text.count('autocomplete="off"') >= 8


def test_every_page_view_has_its_own_submission_number(phone: FlaskClient) -> None:
    pages = [phone.get(FORM).text for _ in range(3)]
    numbers = {
        number for page in pages for number in re.findall(r'name="submission" value="([\w-]{16,})"', page)
    }
    assert len(numbers) == 3


def test_the_form_opens_no_camera_by_force(phone: FlaskClient) -> None:
    photo = re.search(r"<input type=\"file\"[^>]*>", phone.get(FORM).text)
    assert photo
    assert 'accept="image/*"' in photo.group()
    assert "capture" not in photo.group()


def test_a_report_becomes_a_receipt(phone: FlaskClient, desk: Desk) -> None:
    answer = phone.post(
        FORM,
        data={
            "submission": "page-0123456789",
            "signs": ["newspapers", "lights"],
            "town": "本町",
            "number": "２−５−６",
            "surname": "見本",
            "days": "3",
            "chime": "yes",
            "called_119": "yes",
            "text": "たまっとる",
            "phone": "090-1234-5678",
            "lat": "35.3",
            "lng": "136.8",
        },
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == RECEIPT
    [report] = desk.accepted
    assert report.channel == "form"
    assert report.external_id.startswith("form:page-0123456789:")
    assert report.partner_id == 7
    assert report.given == Given(
        signs=frozenset({Sign.NEWSPAPERS, Sign.LIGHTS, Sign.NO_ANSWER}),
        town="本町",
        number="2-5-6",
        days=3,
        chime_tried=True,
        called_119=True,
    )
    assert (report.text, report.surname, report.sender) == ("たまっとる", "見本", "+819012345678")
    assert (report.lat, report.lng) == (35.3, 136.8)
    assert report.language == "ja"
    assert report.received_at.tzinfo
    assert report.raw["form_token"] == "good"
    assert report.raw["fields"]["number"] == ["２−５−６"]


def test_sending_the_same_page_twice_is_the_same_report(phone: FlaskClient, desk: Desk) -> None:
    data = {"submission": "page-0123456789", "signs": "mail"}
    phone.post(FORM, data=data)
    phone.post(FORM, data=data)
    phone.post(FORM, data=data | {"text": "まだ"})
    first, second, third = desk.accepted
    assert first.external_id == second.external_id != third.external_id
    assert first.content_hash == second.content_hash != third.content_hash


def test_two_workers_tapping_the_same_sign_make_two_reports(phone: FlaskClient, desk: Desk) -> None:
    for page in ("page-0000000001", "page-0000000002"):
        phone.post(FORM, data={"submission": page, "signs": "newspapers"})
    first, second = desk.accepted
    assert first.external_id != second.external_id
    assert first.content_hash != second.content_hash


def test_an_empty_form_comes_back_with_plain_words(phone: FlaskClient, desk: Desk) -> None:
    answer = phone.post(FORM, data={"submission": "page-0123456789", "town": "  ", "text": ""})
    assert answer.status_code == 422
    assert "ボタンを1つ選ぶか、言葉で書いてください" in answer.text
    assert 'value="page-0123456789"' in answer.text
    assert not desk.accepted


@pytest.mark.parametrize(
    "data",
    [{"signs": "collapsed"}, {"text": "変"}, {"town": "本町"}, {"called_119": "yes"}, {"signs": "martians"}],
)
def test_one_single_word_is_enough_for_a_report(phone: FlaskClient, desk: Desk, data: dict[str, str]) -> None:
    assert phone.post(FORM, data=data).status_code == 303
    assert len(desk.accepted) == 1


def test_a_photo_goes_along_as_a_clean_jpeg(phone: FlaskClient, desk: Desk) -> None:
    answer = phone.post(FORM, data={"photo": (jpeg(), "写真.jpg")})
    assert answer.status_code == 303
    [report] = desk.accepted
    assert report.photo
    assert report.photo.startswith(b"\xff\xd8\xff")
    assert report.text == ""


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        (b"<svg/>", "写真は読み取れなかった"),
        (b"\xff\xd8\xff" + b"\x00" * 1000, "写真が大きすぎた"),
    ],
    ids=["no photo", "too large"],
)
def test_a_photo_that_can_not_be_used_never_holds_up_the_report(
    phone: FlaskClient, desk: Desk, monkeypatch: pytest.MonkeyPatch, photo: bytes, words: str
) -> None:
    monkeypatch.setattr(photos, "MAX_BYTES", 1000)
    answer = phone.post(FORM, data={"signs": "mail", "photo": (io.BytesIO(photo), "a.jpg")})
    assert answer.status_code == 303
    [report] = desk.accepted
    assert report.photo is None
    assert "写真" in report.text
    assert words in phone.get(answer.headers["Location"]).text


def test_a_bad_number_never_holds_up_the_report_and_is_not_shown_again(
    phone: FlaskClient, desk: Desk
) -> None:
    answer = phone.post(FORM, data={"signs": "mail", "phone": "0586"})
    assert answer.status_code == 303
    assert desk.accepted[0].sender is None
    assert desk.accepted[0].raw["fields"]["phone"] == ["0586"]
    assert "0586" not in answer.headers["Location"]
    assert "携帯番号が読み取れませんでした" in phone.get(answer.headers["Location"]).text


def test_a_request_beyond_all_measure_is_refused_with_advice(
    phone: FlaskClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MAX_REQUEST_BYTES", 2000)
    huge = io.BytesIO(b"\xff\xd8\xff" + b"\x00" * 3000)
    answer = phone.post(FORM, data={"signs": "mail", "photo": (huge, "a.jpg")})
    assert answer.status_code == 413
    assert "写真を外すか小さくして" in answer.text
    assert 'href="tel:119"' in answer.text
    assert not desk.accepted


def test_the_largest_photo_fits_into_a_request_with_room_for_one_that_is_left_out() -> None:
    assert views.MAX_REQUEST_BYTES >= 3 * photos.MAX_BYTES


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_is_told_kindly_with_119_and_the_citys_number(
    phone: FlaskClient, desk: Desk, method: str
) -> None:
    answer = phone.open("/r/unknown", method=method, data={"signs": "mail"} if method == "post" else None)
    assert answer.status_code == 404
    assert 'href="tel:119"' in answer.text
    assert 'href="tel:0586000000"' in answer.text
    assert "QRコード" in answer.text
    assert not desk.accepted


def test_with_the_database_away_the_form_opens_and_takes_the_report(phone: FlaskClient, desk: Desk) -> None:
    desk.database_away = True
    assert phone.get(FORM).status_code == 200
    answer = phone.post(FORM, data={"signs": "mail", "town": "本町"})
    assert answer.status_code == 303
    [report] = desk.accepted
    assert report.partner_id is None
    assert report.raw["form_token"] == "good"


def test_with_the_database_away_a_receipt_page_says_that_nothing_is_lost(
    phone: FlaskClient, desk: Desk
) -> None:
    desk.database_away = True
    answer = phone.get(RECEIPT)
    assert answer.status_code == 503
    assert "連絡はなくなりません" in answer.text


def test_while_a_promise_is_broken_the_form_asks_to_phone_as_well(
    phone: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "急ぐときは、電話もしてください"
    assert words not in phone.get(FORM).text
    monkeypatch.setattr(views, "_troubled", lambda: True)
    assert words in phone.get(FORM).text


def test_the_receipt_shows_number_next_steps_and_the_centres_phone(phone: FlaskClient) -> None:
    page = phone.get(RECEIPT).text
    assert "受付番号" in page
    assert "1234-5678" in page
    assert 'href="tel:0586000001"' in page
    assert len(re.findall(r"<li>", page[page.index('class="steps"') :].split("</ol>")[0])) == 3
    assert f'href="{FORM}"' in page


def test_without_a_known_centre_the_receipt_gives_the_citys_phone(phone: FlaskClient, desk: Desk) -> None:
    desk.centre = None
    page = phone.get(RECEIPT).text
    assert 'href="tel:0586000000"' in page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_an_emergency_receipt_says_119_first(phone: FlaskClient, desk: Desk, lang: str) -> None:
    desk.level = Level.EMERGENCY
    page = phone.get(f"{RECEIPT}?lang={lang}").text
    main = page[page.index("<main") :]
    assert main.index('href="tel:119"') < main.index("1234-5678")


def test_whoever_reported_an_emergency_is_asked_to_stay_and_not_sent_back_to_work(
    phone: FlaskClient, desk: Desk
) -> None:
    assert "仕事に戻って" in phone.get(RECEIPT).text
    desk.level = Level.EMERGENCY
    page = phone.get(RECEIPT).text
    assert "仕事に戻って" not in page
    assert "人が来るまで近くにいて" in page


@pytest.mark.parametrize(
    ("state", "outcome", "present", "words"),
    [
        ("received", None, "受付", None),
        ("accepted", None, "担当者が対応中", None),
        ("closed", "safe", "終了", "無事を確認したか、支援につながりました"),
        ("closed", "closed", "終了", "確認が終わりました。"),
        ("closed", None, "終了", "確認が終わりました。"),
    ],
)
def test_the_receipt_tells_how_it_stands_in_coarse_words(
    phone: FlaskClient, desk: Desk, state: str, outcome: str | None, present: str, words: str | None
) -> None:
    desk.state, desk.outcome = state, outcome
    page = phone.get(RECEIPT).text
    assert f'aria-current="step">{present}<' in page
    assert words is None or words in page


def test_an_unknown_receipt_is_told_kindly(phone: FlaskClient) -> None:
    answer = phone.get("/r/good/receipt/other")
    assert answer.status_code == 404
    assert "受付の記録が見つかりません" in answer.text
    assert 'href="tel:119"' in answer.text


def test_made_up_notes_in_an_address_are_not_shown(phone: FlaskClient) -> None:
    page = phone.get(f"{RECEIPT}?note=<script>&note=phone").text
    assert "<script>" not in page.replace("<script src", "")
    assert "携帯番号が読み取れませんでした" in page


def test_the_receipt_asks_for_the_place_only_when_it_is_unclear(phone: FlaskClient, desk: Desk) -> None:
    assert "場所を教えてください" not in phone.get(RECEIPT).text
    desk.ask_place = True
    page = phone.get(RECEIPT).text
    assert "場所を教えてください" in page
    assert f'action="{RECEIPT}/place"' in page


def test_the_receipt_says_which_part_of_the_place_is_missing(phone: FlaskClient, desk: Desk) -> None:
    desk.ask_place = True
    assert "どこの家か、まだ分かりません" in phone.get(RECEIPT).text
    desk.asked = (Missing.HOUSE, "本町", ())
    page = phone.get(RECEIPT).text
    assert "本町までは分かりました。番地、建物の名前、名字のうち、どれか1つ" in page
    assert 'name="town" value="本町"' in page
    assert '<details class="fold" open>' in page
    desk.asked = (Missing.WHICH, None, ("本町", "栄"))
    page = phone.get(RECEIPT).text
    assert "どれか1つを選び" in page
    assert 'type="radio" name="town" value="栄"' in page


def test_of_several_towns_the_chosen_one_is_the_answer(phone: FlaskClient, desk: Desk) -> None:
    desk.ask_place = True
    desk.asked = (Missing.WHICH, None, ("本町", "栄"))
    phone.post(f"{RECEIPT}/place", data={"town": ["栄", ""], "number": "2-5"})
    assert desk.answers == [("receipt-1", Given(town="栄", number="2-5"), "")]


def test_the_place_can_be_added_from_the_receipt(phone: FlaskClient, desk: Desk) -> None:
    desk.ask_place = True
    answer = phone.post(f"{RECEIPT}/place", data={"town": "本町", "number": "2-5", "where": "角の家"})
    assert answer.status_code == 303
    assert desk.answers == [("receipt-1", Given(town="本町", number="2-5"), "場所: 角の家")]
    assert "場所を受け取りました" in phone.get(answer.headers["Location"]).text


def test_an_empty_answer_to_the_place_question_comes_back(phone: FlaskClient, desk: Desk) -> None:
    desk.ask_place = True
    answer = phone.post(f"{RECEIPT}/place", data={"town": ""})
    assert answer.status_code == 422
    assert "町名と番地か、場所の説明を書いてください" in answer.text
    assert not desk.answers


def test_a_place_for_an_unknown_receipt_changes_nothing(phone: FlaskClient, desk: Desk) -> None:
    assert phone.post("/r/good/receipt/other/place", data={"town": "本町"}).status_code == 404
    assert not desk.answers


def test_with_the_database_away_a_place_is_asked_to_be_sent_again(phone: FlaskClient, desk: Desk) -> None:
    desk.database_away = True
    answer = phone.post(f"{RECEIPT}/place", data={"town": "本町"})
    assert answer.status_code == 503
    assert "少し待ってから" in answer.text


def test_a_report_in_english_is_marked_as_such(phone: FlaskClient, desk: Desk) -> None:
    page = phone.get(f"{FORM}?lang=en").text
    assert "call 119 / 110 first" in page
    phone.post(FORM, data={"signs": "mail"})
    assert desk.accepted[0].language == "en"


def test_every_kind_of_note_of_the_form_that_matters_to_the_reporter_has_its_words() -> None:
    assert {"phone", "phone_fixed", "position", "cut"} <= set(views.NOTES)


def test_no_page_of_the_form_is_larger_than_it_needs(phone: FlaskClient, desk: Desk) -> None:
    desk.ask_place = True
    assert len(phone.get(FORM).data) < 40_000
    assert len(phone.get(RECEIPT).data) < 20_000


def test_one_look_at_the_promises_serves_the_forms_of_a_quarter_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[bool] = []

    @dataclass(frozen=True)
    class Found:
        sound: bool = False

    def look() -> Found:
        looks.append(True)
        return Found()

    monkeypatch.setattr(audit, "look", look)
    monkeypatch.setattr(views._Watch, "last", None)
    with time_machine.travel(0, tick=False) as now:
        assert [views._troubled(), views._troubled()] == [True, True]
        assert len(looks) == 1
        now.shift(16)
        assert views._troubled()
        assert len(looks) == 2

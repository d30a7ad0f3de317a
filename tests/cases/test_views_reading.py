"""How a report was read, on the case page: why it is so urgent, and correcting it."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from relay.vocabulary import Level, Sign
from relay.web import words
from tests import officer_scenes as scenes

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="(\d+)"')
CORRECTION = re.compile(r'name="correction" value="(\d+)"')
MAIL, PAPERS = str(words.SIGNS[Sign.MAIL]), str(words.SIGNS[Sign.NEWSPAPERS])


class Desk:
    """The city's user with a case's page open."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, case: int) -> str:
        page = self.client.get(f"/cases/{case}")
        assert page.status_code == 200
        return page.text

    def press(self, case: int, action: str, page: str, **form: Any) -> TestResponse:
        token, seen = TOKEN.search(page), SEEN.search(page)
        assert token
        assert seen
        return self.client.post(
            f"/cases/{case}/{action}",
            data={"csrf_token": token[1], "seen": seen[1], **form},
            follow_redirects=True,
        )

    def correct(self, case: int, page: str | None = None, **form: Any) -> TestResponse:
        """Fill in the fold of the case's first report as it stands, changed by ``form``."""
        report = scenes.reports_of(case)[0]
        filled = {
            "report": report.id,
            f"days-{report.id}": report.days or "",
            f"why-{report.id}": form.pop("why", "見本の理由"),
            **{f"{name}-{report.id}" if name in ("add", "days") else name: v for name, v in form.items()},
        }
        return self.press(case, "reading", page or self.open(case), **filled)


@pytest.fixture
def desk(client: FlaskClient, city_sample: dict[str, Any]) -> Desk:
    scenes.sign_in(client, city_sample, "city")
    return Desk(client)


def papers() -> int:
    return scenes.report(Level.PROMPT, text="新聞が3日分たまっている（見本）", signs=(Sign.NEWSPAPERS,))


def test_the_page_shows_words_sign_and_rule_of_each_reason(desk: Desk) -> None:
    page = desk.open(scenes.report())
    [why] = re.findall(r'<ol class="plain why">.*?</ol>', page, re.DOTALL)
    for expected in ("「新聞が3日分」", PAPERS, "配達物がたまり、ほかの異変も重なっています。", "至急"):
        assert expected in why
    assert why.index("「新聞が3日分」") < why.index(PAPERS) < why.index("配達物がたまり")


def test_a_struck_and_an_added_sign_are_on_the_page_with_who_and_why(desk: Desk) -> None:
    case = papers()
    page = desk.correct(case, strike="newspapers", add="mail", why="チラシだった").text
    assert scenes.reports_of(case)[0].signs == ["mail"]
    for expected in (
        "読み取りを直しました",
        f"消した様子：{PAPERS}、加えた様子：{MAIL}",
        "市 高齢福祉課（見本）：チラシだった",
    ):
        assert expected in page


def test_a_correction_that_raises_the_case_says_so(desk: Desk) -> None:
    page = desk.correct(papers(), add="no_answer").text
    assert "緊急度が「至急」に上がりました。" in page
    assert "読み取りを直した結果" in page


def test_a_correction_that_would_lower_says_how_a_person_does_it(desk: Desk) -> None:
    case = scenes.report()
    page = desk.correct(case, strike="no_answer").text
    assert "案件は「至急」のままです" in page
    assert scenes.case_row(case).level == Level.URGENT


def test_a_correction_is_undone_by_one_button(desk: Desk) -> None:
    case = papers()
    page = desk.correct(case, strike="newspapers").text
    found = CORRECTION.search(page)
    assert found
    back = desk.press(case, "reading_undo", page, correction=found[1]).text
    assert "訂正を元に戻しました。" in back
    assert scenes.reports_of(case)[0].signs == ["newspapers"]
    assert not CORRECTION.search(back)
    assert "のままです" not in back


def test_taking_back_a_suspicion_of_abuse_says_that_the_case_stays_sealed(desk: Desk) -> None:
    case = papers()
    found = CORRECTION.search(desk.correct(case, add="abuse").text)
    assert found
    back = desk.press(case, "reading_undo", desk.open(case), correction=found[1]).text
    assert "「取扱注意」のままです" in back
    assert scenes.case_row(case).sealed


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "直すところが選ばれていません"),
        ({"days": "三日"}, "日数は1から365まで"),
        ({"add": "ghost"}, "様子を一覧から選んでください"),
        ({"strike": "newspapers", "why": ""}, "理由を書いてください"),
        ({"report": "999"}, "もうこの案件にありません"),
    ],
)
def test_what_makes_no_sense_comes_back_with_the_reason_and_changes_nothing(
    desk: Desk, form: dict[str, str], says: str
) -> None:
    case = papers()
    answer = desk.correct(case, **form)
    assert answer.status_code == 409
    assert says in answer.text
    assert scenes.reports_of(case)[0].signs == ["newspapers"]


def test_a_refused_correction_keeps_what_was_filled_in(desk: Desk) -> None:
    case = papers()
    report = scenes.reports_of(case)[0]
    page = desk.correct(case, strike="newspapers", add="mail", days="２日", why="").text
    fold = page.split(f'id="do-reading-{report.id}"')[1].split("</details>")[0]
    assert fold.startswith(" open")
    assert 'value="newspapers" checked' in fold
    assert '<option value="mail" selected>' in fold
    assert 'value="２日"' in fold


def test_days_may_be_written_in_any_width(desk: Desk) -> None:
    case = papers()
    desk.correct(case, days="５日")
    assert scenes.reports_of(case)[0].days == 5


def test_an_old_page_hears_of_a_newer_correction_first(desk: Desk) -> None:
    case = papers()
    old = desk.open(case)
    desk.correct(case, add="mail")
    answer = desk.correct(case, page=old, strike="newspapers")
    assert answer.status_code == 409
    assert "次のことがありました" in answer.text
    assert scenes.reports_of(case)[0].signs == ["newspapers", "mail"]


def test_a_centre_cannot_correct_another_centres_report(
    client: FlaskClient, city_sample: dict[str, Any]
) -> None:
    scenes.sign_in(client, city_sample, "officer")
    mine, other = papers(), scenes.report(town=scenes.OTHER_TOWN)
    page = Desk(client).open(mine)
    report = scenes.reports_of(other)[0]
    answer = Desk(client).press(
        other, "reading", page, **{"report": report.id, "strike": "newspapers", f"why-{report.id}": "見本"}
    )
    assert answer.status_code == 404
    assert set(scenes.reports_of(other)[0].signs) == {"no_answer", "newspapers"}


def test_a_closed_case_can_be_corrected_for_learning(desk: Desk) -> None:
    case = papers()
    scenes.close(case)
    page = desk.correct(case, add="mail").text
    assert "読み取りを直しました" in page
    assert "案件は「" not in page


def test_a_level_that_a_person_set_is_named_with_its_reason_until_it_is_set_back(desk: Desk) -> None:
    case = papers()
    assert "が決めました" not in desk.open(case)
    desk.press(
        case, "level", desk.open(case), level=Level.URGENT.value, level_reason="電話で様子を聞いた（見本）"
    )
    page = desk.open(case)
    why = page[: page.index("なぜこの緊急度か")]
    assert "いまの緊急度は、" in why
    assert "理由：電話で様子を聞いた（見本）" in why


def test_a_sign_that_an_officer_added_is_explained_as_that(desk: Desk) -> None:
    case = papers()
    assert "職員が加えた様子から" not in desk.open(case)
    page = desk.correct(case, add="no_answer").text
    assert "職員が加えた様子から" in page
    assert "言葉ではなく" not in page

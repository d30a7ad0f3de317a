"""Whatever is typed into the form becomes a report; nothing typed is lost without a word."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from relay.intake import form
from relay.intake.form import EMPTY, FormReport, Note, as_typed, external_id, parse
from relay.triage.results import Given
from relay.vocabulary import Sign

PAGE = "page-0123456789"


def filled(**fields: str | list[str]) -> FormReport:
    return parse(MultiDict(fields))


def test_the_common_report_is_read_as_given() -> None:
    report = filled(submission=PAGE, signs=["newspapers", "no_answer"], town="本町", number="2-5-6", days="3")
    assert report.given == Given(
        signs=frozenset({Sign.NEWSPAPERS, Sign.NO_ANSWER}), town="本町", number="2-5-6", days=3
    )
    assert report.submission == PAGE
    assert report.text == ""
    assert not report.notes
    assert not report.empty


def test_every_sign_of_the_vocabulary_can_be_given() -> None:
    assert filled(signs=[sign.value for sign in Sign]).given.signs == frozenset(Sign)


def test_an_unknown_sign_is_noted_and_its_word_goes_into_the_text() -> None:
    report = filled(signs=["newspapers", "meteor"])
    assert report.given.signs == {Sign.NEWSPAPERS}
    assert report.notes == {Note.SIGN}
    assert "meteor" in report.text


def test_full_width_writing_is_read() -> None:
    report = filled(
        town=" 本町　", number="２－５－６", room="２０３", days="１４日", lat="３５．３０", lng="１３６.８"
    )
    assert (report.given.town, report.given.number, report.given.room) == ("本町", "2-5-6", "203")
    assert report.given.days == 14
    assert (report.lat, report.lng) == (35.3, 136.8)


@pytest.mark.parametrize(
    ("written", "days", "kept"),
    [
        ("", None, False),
        ("4", 4, False),
        ("４日", 4, False),
        (" 4 日間 ", 4, False),
        ("0", 0, False),
        ("60", 60, False),
        ("400", 60, True),
        ("9999999999", None, True),
        ("-3", None, True),
        ("一週間くらい", None, True),
        ("4、5日", None, True),
        ("²", 2, False),
    ],
)
def test_days_are_read_as_a_number_or_left_to_the_reading_of_words(
    written: str, days: int | None, kept: bool
) -> None:
    report = filled(days=written, signs="mail")
    assert report.given.days == days
    assert (Note.DAYS in report.notes) is kept
    assert ("日数" in report.text) is kept


@pytest.mark.parametrize(
    ("value", "tried", "no_answer"),
    [("yes", True, True), ("no", False, False), ("", None, False), ("?", None, False)],
)
def test_a_bell_that_nobody_answered_is_a_sign(value: str, tried: bool | None, no_answer: bool) -> None:
    given_ = filled(chime=value, signs="mail").given
    assert given_.chime_tried is tried
    assert (Sign.NO_ANSWER in given_.signs) is no_answer


@pytest.mark.parametrize(("value", "called"), [("yes", True), ("on", True), ("", False), ("no", False)])
def test_a_call_to_119_is_told(value: str, called: bool) -> None:
    assert filled(called_119=value).given.called_119 is called


def test_a_place_in_words_goes_into_the_text_where_it_is_read() -> None:
    report = filled(text="新聞3日", where="市民病院の南\r\n青い屋根")
    assert report.text == "新聞3日\n場所: 市民病院の南 青い屋根"


def test_the_workers_words_stay_as_they_were_typed() -> None:
    words = "しんぶんが３日分\r\n「えらい」と言っとった 🙏"
    assert filled(text=words).text == words.replace("\r\n", "\n")


def test_characters_that_no_database_keeps_are_dropped() -> None:
    report = filled(text="新\x00聞\ud800が\x07", town="本\x00町", surname="\udfff")
    assert report.text == "新聞が"
    assert report.given.town == "本町"
    assert report.surname is None


@pytest.mark.parametrize("name", form.LIMITS)
def test_what_overflows_a_field_is_kept_in_the_text(name: str) -> None:
    long = "あ" * (form.LIMITS[name] + 5)
    report = filled(**{name: long})
    value = report.surname if name == "surname" else getattr(report.given, name)
    assert value == long[:-5]
    assert f"{form.LABELS[name]}: {long}" in report.text


def test_a_text_too_long_to_keep_is_cut_with_a_mark_and_a_note() -> None:
    report = filled(text="あ" * 9000, where="角の家")
    assert len(report.text) <= form.MAX_TEXT
    assert "（以下略）" in report.text
    assert report.text.endswith("場所: 角の家")
    assert report.notes == {Note.CUT}


def test_a_text_that_just_fits_is_not_cut() -> None:
    report = filled(text="あ" * (form.MAX_TEXT - 1))
    assert report.text == "あ" * (form.MAX_TEXT - 1)
    assert not report.notes


@pytest.mark.parametrize(
    ("lat", "lng", "read"),
    [
        ("35.30361234567", "136.8", (35.303612, 136.8)),
        ("35.3", "", None),
        ("35.3", "abc", None),
        ("nan", "136.8", None),
        ("inf", "136.8", None),
        ("0", "0", None),
        ("136.8", "35.3", None),
        ("1e400", "136.8", None),
    ],
)
def test_a_position_is_a_place_in_japan_or_none(lat: str, lng: str, read: tuple[float, float] | None) -> None:
    report = filled(lat=lat, lng=lng)
    assert (report.lat, report.lng) == (read or (None, None))
    assert (Note.POSITION in report.notes) is (read is None)


@pytest.mark.parametrize(
    ("written", "phone", "note"),
    [
        ("090-1234-5678", "+819012345678", None),
        ("０８０（１２３４）５６７８", "+818012345678", None),
        ("+81 70 1234 5678", "+817012345678", None),
        ("080-0000-0001", "+818000000001", None),
        ("+1 415 555 2671", "+14155552671", None),
        ("0586-28-8100", None, Note.PHONE_FIXED),
        ("050-1234-5678", None, Note.PHONE_FIXED),
        ("でんわ", None, Note.PHONE),
        ("123", None, Note.PHONE),
        ("0" * 300, None, Note.PHONE),
    ],
)
def test_a_mobile_number_is_taken_and_any_other_only_noted(
    written: str, phone: str | None, note: Note | None
) -> None:
    report = filled(phone=written, signs="mail")
    assert report.phone == phone
    assert report.notes == ({note} if note else set())
    assert report.phone_written
    assert not report.empty


@pytest.mark.parametrize(
    "written", ["", "short", "x" * 65, "page 0123456789", "page-0123456789'", "ページの番号です。"]
)
def test_a_page_number_that_is_not_ours_counts_as_none(written: str) -> None:
    assert filled(submission=written).submission is None


def test_a_form_that_says_nothing_is_empty_whatever_page_it_comes_from() -> None:
    assert filled().empty
    assert filled(submission=PAGE, days="", chime="", town=" 　", text="\n", signs=[]).empty
    assert replace(EMPTY, submission=PAGE).empty


@pytest.mark.parametrize(
    "fields",
    [
        {"signs": "all_clear"},
        {"text": "変"},
        {"town": "本町"},
        {"called_119": "yes"},
        {"signs": "unheard"},
        {"chime": "no"},
        {"phone": "x"},
        {"lat": "1", "lng": "2"},
    ],
)
def test_a_form_that_says_anything_at_all_is_a_report(fields: dict[str, str]) -> None:
    assert not filled(submission=PAGE, **fields).empty


def test_the_same_page_with_the_same_content_is_the_same_report() -> None:
    once = filled(submission=PAGE, signs=["mail", "laundry"], town="本町")
    again = filled(submission=PAGE, signs=["laundry", "mail", "mail"], town="本町 ")
    assert external_id(once, once.fingerprint(b"x"), 1) == external_id(again, again.fingerprint(b"x"), 1)


@pytest.mark.parametrize(
    "change",
    [
        {"number": "2"},
        {"text": "まだ"},
        {"days": "4"},
        {"signs": "laundry"},
        {"submission": "page-999999999"},
        {"phone": "09012345678"},
    ],
)
def test_other_content_or_another_page_is_another_report(change: dict[str, str]) -> None:
    base = {"submission": PAGE, "signs": "mail", "town": "本町"}
    once, other = filled(**base), filled(**(base | change))
    assert external_id(once, once.fingerprint(), 1) != external_id(other, other.fingerprint(), 1)


def test_another_photo_is_another_report() -> None:
    report = filled(submission=PAGE, signs="mail")
    assert len({report.fingerprint(None), report.fingerprint(b"a"), report.fingerprint(b"b")}) == 3


def test_without_a_page_number_content_and_company_make_the_report() -> None:
    report = filled(signs="mail")
    same = external_id(report, report.fingerprint(), 1)
    assert same == external_id(filled(signs="mail"), filled(signs="mail").fingerprint(), 1)
    assert same != external_id(report, report.fingerprint(), 2)
    assert same.startswith("form:")


def test_the_record_holds_what_was_typed_in_known_fields_only() -> None:
    typed = as_typed(
        MultiDict([("signs", "mail"), ("signs", "x"), ("phone", "でんわ"), ("text", ""), ("csrf", "1")])
    )
    assert typed == {"signs": ["mail", "x"], "phone": ["でんわ"]}


def test_the_record_stays_within_bounds() -> None:
    typed = as_typed(MultiDict([("signs", "y" * 9000)] * 500))
    assert len(typed["signs"]) == form.MAX_VALUES
    assert len(typed["signs"][0]) == form.MAX_TEXT


anything = st.text(st.characters(codec=None), max_size=80)
names = st.sampled_from(form.FIELDS) | anything


@given(st.dictionaries(names, anything, max_size=20))
def test_no_form_whatever_raises_an_error(fields: dict[str, str]) -> None:
    report = parse(fields)
    assert len(report.text) <= form.MAX_TEXT
    assert report.given.days is None or 0 <= report.given.days <= form.MAX_DAYS
    assert external_id(report, report.fingerprint(), None).isascii()
    assert "\x00" not in repr(as_typed(fields))
    (report.text + (report.surname or "")).encode()


@given(st.lists(st.tuples(names, anything), max_size=30))
def test_no_form_with_repeated_fields_raises_an_error(fields: list[tuple[str, str]]) -> None:
    assert parse(MultiDict(fields)) == parse(MultiDict(fields))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=900))
def test_words_of_any_kind_arrive_in_the_text(words: str) -> None:
    assert filled(text=words).text == words.strip()

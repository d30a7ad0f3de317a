"""Partner companies, their staff, and officers from files."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock
from relay.duty.models import Officer
from relay.partners import service as partner_service
from relay.partners.models import Partner, Staff
from tests.imports.helpers import SAMPLE, Take, codes, said

PAPER, MILK = "新聞販売店（見本）", "牛乳販売店（見本）"


def sample(name: str) -> str:
    return (SAMPLE / name).read_text()


def staff(session: Session, phone: str) -> Staff:
    return session.scalars(select(Staff).where(Staff.phone == phone)).one()


def officer(session: Session, phone: str) -> Officer:
    return session.scalars(select(Officer).where(Officer.phone == phone)).one()


def test_every_list_of_the_sample_changes_nothing_the_second_time(take: Take) -> None:
    for kind in ("partners", "staff", "officers"):
        result = take(kind, sample(f"{kind}.csv"))
        assert (result.faults, result.added, result.changed, result.missing) == ([], [], [], []), kind


def test_a_new_company_gets_a_form_of_its_own(take: Take, session: Session) -> None:
    result = take("partners", "会社名\nガス（見本）\n")

    partner = session.scalars(select(Partner).where(Partner.name == "ガス（見本）")).one()
    assert result.added == ["ガス（見本）"]
    assert partner_service.by_form_token(partner.form_token) == partner_service.PartnerView(
        partner.id, partner.name
    )


def test_a_company_is_found_again_in_half_width(take: Take) -> None:
    result = take("partners", "会社名\n新聞販売店(見本)\n")

    assert result.added == []
    assert result.changed[0].fields[0][1:] == (PAPER, "新聞販売店(見本)")


def test_an_agreement_ends_and_is_taken_up_again(take: Take, session: Session) -> None:
    ended = take("partners", f"会社名\n{PAPER}\n", remove_missing=True)
    paused = session.scalars(
        select(Partner.name).where(Partner.ended_at.is_not(None)).order_by(Partner.id)
    ).all()
    again = take("partners", f"会社名\n{MILK}\n")

    assert ended.removed == paused
    assert MILK in paused
    assert [change.label for change in again.changed] == [MILK]


def test_staff_who_are_missing_are_named_and_left(take: Take, session: Session) -> None:
    result = take("staff", f"会社名,氏名,電話\n{PAPER},配達員A（見本）,080-0000-5001\n")

    assert result.missing == [f"{PAPER} 配達員B（見本）", f"{PAPER} 配達員C（見本）"]
    assert staff(session, "+818000005002").left_at is None


def test_staff_who_are_missing_are_marked_as_left_when_asked(take: Take, session: Session) -> None:
    take("staff", f"会社名,氏名,電話\n{PAPER},配達員A（見本）,080-0000-5001\n", remove_missing=True)

    left = staff(session, "+818000005002")
    assert left.left_at is not None
    assert left.left_at <= clock.now()
    assert not partner_service.sender(session, left.phone).verified
    assert staff(session, "+818000006001").left_at is None, "the file does not speak for other companies"


def test_a_phone_of_somebody_who_left_may_come_back_elsewhere(take: Take, session: Session) -> None:
    take("staff", f"会社名,氏名,電話\n{PAPER},配達員A（見本）,080-0000-5001\n", remove_missing=True)

    result = take("staff", f"会社名,氏名,電話\n{MILK},配達員B（見本）,080-0000-5002\n")

    assert [change.label for change in result.changed] == [f"{MILK} 配達員B（見本）"]
    assert staff(session, "+818000005002").partner.name == MILK


def test_faults_of_staff_are_listed_together(take: Take, session: Session) -> None:
    text = (
        "会社名,氏名,電話\n"
        f"{PAPER},新人（見本）,080-0000-5099\n"
        f"{PAPER},,0586-28-9021\n"
        "月面運送,誰か（見本）,080-0000-5098\n"
        f"{PAPER},二重（見本）,０８０００００５０９９\n"
        f"{PAPER},よそ（見本）,080-0000-6001\n"
    )

    result = take("staff", text)

    assert codes(result.faults) == [
        (3, "cell_empty"),
        (3, "phone_not_mobile"),
        (4, "partner_unknown"),
        (5, "twice"),
        (6, "staff_elsewhere"),
    ]
    assert said(result.faults)[3].startswith("5: 2行目と同じ電話")
    assert session.scalar(select(Staff.id).where(Staff.phone == "+818000005099")) is None


def test_staff_of_a_company_whose_agreement_ended_are_refused(take: Take) -> None:
    take("partners", f"会社名\n{PAPER}\n", remove_missing=True)

    result = take("staff", f"会社名,氏名,電話\n{MILK},新人（見本）,080-0000-7009\n")

    assert codes(result.faults) == [(2, "partner_ended")]


OFFICERS = "センター,氏名,電話,センター長\n"


def test_two_heads_change_places_in_one_file(take: Take, session: Session) -> None:
    result = take(
        "officers",
        OFFICERS
        + "hokubu,北部 センター長（見本）,080-0000-2003,\n"
        + "hokubu,北部 当番A（見本）,080-0000-2001,○\n"
        + "seibu,西部 当番A（見本）,080-0000-3001,○\n"
        + "hokubu,西部 センター長（見本）,080-0000-3003,\n",
    )

    assert result.faults == []
    assert officer(session, "+818000002001").is_head
    assert not officer(session, "+818000002003").is_head
    assert officer(session, "+818000003001").is_head


def test_heads_may_swap_their_centres(take: Take, session: Session) -> None:
    result = take(
        "officers",
        OFFICERS
        + "seibu,北部 センター長（見本）,080-0000-2003,○\n"
        + "西部地域包括支援センター（見本）,西部 当番A（見本）,080-0000-3001,\n"
        + "hokubu,西部 センター長（見本）,080-0000-3003,○\n",
    )

    assert result.faults == []
    assert len(result.changed) == 2
    centres = {officer(session, phone).centre_id for phone in ("+818000002003", "+818000003001")}
    assert len(centres) == 1


def test_a_second_head_is_refused_unless_the_first_one_is_named(take: Take) -> None:
    result = take("officers", OFFICERS + "hokubu,新しい長（見本）,080-0000-2009,○\n")

    assert codes(result.faults) == [(2, "head_elsewhere")]
    assert "北部 センター長（見本）さん（080-0000-2003）" in said(result.faults)[0]


def test_faults_of_officers_are_listed_together(take: Take) -> None:
    result = take(
        "officers",
        OFFICERS
        + "月面,誰か（見本）,080-0000-2009,\n"
        + "hokubu,長（見本）,080-0000-2010,○\n"
        + "hokubu,長（見本）,080-0000-2011,○\n"
        + "市,市の人（見本）,080-0000-2012,○\n"
        + "seibu,当直（見本）,080-0000-0009,\n"
        + "seibu,誰か（見本）,080-0000-2013,かも\n",
    )

    assert codes(result.faults) == [
        (2, "centre_unknown"),
        (3, "head_elsewhere"),
        (4, "head_twice"),
        (4, "head_elsewhere"),
        (5, "head_of_city"),
        (6, "officer_fallback"),
        (7, "yes_or_no"),
    ]
    assert "chuo、hokubu、seibu、nanbu、市" in said(result.faults)[0]


def test_officers_are_switched_off_with_a_warning_of_their_shifts(take: Take, session: Session) -> None:
    result = take(
        "officers",
        OFFICERS + "hokubu,北部 当番A（見本）,080-0000-2001,\n市,市の人（見本）,080-0000-2012,\n",
        remove_missing=True,
    )

    assert len(result.removed) == 2
    off = officer(session, "+818000002003")
    assert (off.active, off.is_head) == (False, False)
    assert officer(session, "+818000000009").active, "the city's last phone stays"
    assert officer(session, "+818000003001").active, "the file does not speak for other centres"
    assert [code for _, code in codes(result.warnings)] == ["officer_has_shifts", "head_missing"]


def test_an_officer_who_was_switched_off_comes_back_with_the_next_file(take: Take, session: Session) -> None:
    take("officers", OFFICERS + "hokubu,北部 当番A（見本）,080-0000-2001,\n", remove_missing=True)

    take("officers", sample("officers.csv"))

    back = officer(session, "+818000002003")
    assert (back.active, back.is_head) == (True, True)


HEAD = "会社名,氏名,電話,メール,言語,捜索協力,担当地区\n"


def test_staff_agree_to_searches_with_their_districts_and_language(take: Take, session: Session) -> None:
    take("staff", f"{HEAD}{PAPER},新人（見本）,080-0000-5099,shin@sample.example.jp,英語,○,木曽川、奥\n")
    new = staff(session, "+818000005099")
    assert (new.email, new.language) == ("shin@sample.example.jp", "en")
    assert new.search_since is not None
    assert {district.name for district in new.districts} == {"木曽川", "奥"}


def test_a_list_without_these_columns_takes_no_agreement_away(take: Take, session: Session) -> None:
    before = staff(session, "+818000005001")
    agreed, worked = before.search_since, {district.name for district in before.districts}
    take("staff", f"会社名,氏名,電話\n{PAPER},配達員A（見本）,080-0000-5001\n")
    session.expire_all()
    after = staff(session, "+818000005001")
    assert (after.search_since, {district.name for district in after.districts}) == (agreed, worked)


def test_an_empty_cell_takes_the_agreement_back(take: Take, session: Session) -> None:
    result = take("staff", f"{HEAD}{PAPER},配達員A（見本）,080-0000-5001,,,,\n")
    session.expire_all()
    after = staff(session, "+818000005001")
    assert (after.search_since, after.districts, after.email) == (None, [], None)
    assert {column.ja for column, *_ in result.changed[0].fields} == {"メール", "捜索協力", "担当地区"}


def test_unknown_districts_languages_and_addresses_are_named_with_a_way_out(take: Take) -> None:
    result = take("staff", f"{HEAD}{PAPER},新人（見本）,080-0000-5099,こわれた,火星語,○,木曽川、どこか\n")
    assert codes(result.faults) == [(2, "email"), (2, "language"), (2, "staff_district_unknown")]
    assert "「どこか」" in said(result.faults)[-1]
    assert "city.toml" in said(result.faults)[-1]

"""Who a report comes from."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock
from relay.partners import service
from relay.partners.models import Partner, Staff

WORKER = "+818000005001"


@pytest.fixture
def partner(session: Session) -> Partner:
    return session.scalars(select(Partner).where(Partner.name == "新聞販売店（見本）")).one()


def test_a_forms_token_leads_to_its_company(partner: Partner) -> None:
    assert service.by_form_token(partner.form_token) == service.PartnerView(partner.id, "新聞販売店（見本）")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("token", ["", "nobody", "見本", "a\x00b", "a" * 5000])
def test_any_other_token_leads_nowhere(token: str) -> None:
    assert service.by_form_token(token) is None


def test_the_form_of_an_ended_agreement_is_closed(session: Session, partner: Partner) -> None:
    partner.ended_at = clock.now()
    session.commit()

    assert service.by_form_token(partner.form_token) is None


def test_a_registered_phone_is_its_owner_and_company(session: Session, partner: Partner) -> None:
    staff = session.scalars(select(Staff).where(Staff.phone == WORKER)).one()

    assert service.sender(session, WORKER) == service.Sender(partner.id, staff.id, verified=True)


@pytest.mark.parametrize("phone", [None, "", "+819000000000"])
def test_an_unknown_phone_is_nobody(session: Session, phone: str | None) -> None:
    assert service.sender(session, phone) == service.Sender(None, None, verified=False)


def test_staff_who_left_are_nobody(session: Session) -> None:
    session.scalars(select(Staff).where(Staff.phone == WORKER)).one().left_at = clock.now()

    assert not service.sender(session, WORKER).verified


def test_staff_of_an_ended_agreement_are_nobody(session: Session, partner: Partner) -> None:
    partner.ended_at = clock.now()

    assert service.sender(session, WORKER) == service.UNKNOWN


def test_a_new_address_closes_the_old_one(partner: Partner) -> None:
    fresh = service.rotate_form_token(partner.id)

    assert fresh != partner.form_token
    assert service.by_form_token(partner.form_token) is None
    assert service.by_form_token(fresh) == service.PartnerView(partner.id, partner.name)


@pytest.mark.usefixtures("database")
def test_a_company_that_does_not_exist_gets_no_address() -> None:
    with pytest.raises(LookupError, match="relay partners list"):
        service.rotate_form_token(0)

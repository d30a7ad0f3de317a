"""What ``relay check`` says about searches."""

from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from relay import city
from relay.partners.models import Staff
from relay.search import readiness


def test_it_says_how_many_agreed_and_how_long_a_text_to_all_takes(session: Session) -> None:
    said = list(readiness.lines(session))
    assert said == [
        (
            True,
            "捜索：同意した協力者9人、全員へのSMSは約1分",
            "searches: 9 people agreed; a text to all takes about 1 min",
        )
    ]


def test_a_city_that_does_not_search_has_no_trouble(session: Session) -> None:
    session.execute(update(Staff).values(search_since=None))
    ((fine, words, _),) = readiness.lines(session)
    assert fine
    assert "捜索協力" in words


def test_a_district_that_does_not_exist_is_named(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    own = city.current()
    strange = replace(own.search, neighbours={"どこか": frozenset({"木曽川"})})
    monkeypatch.setattr(city, "current", lambda: replace(own, search=strange))
    fine, words, _ = list(readiness.lines(session))[-1]
    assert not fine
    assert "どこか" in words
    assert "木曽川" not in words

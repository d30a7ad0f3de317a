"""How a message's state moves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.outbox import rules
from relay.outbox.models import FINAL, State

NOW = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)


@given(st.sampled_from(FINAL), st.sampled_from(State))
def test_nothing_follows_a_final_state(final: State, wanted: State) -> None:
    assert not rules.may_follow(final, wanted)


def test_a_late_sent_does_not_take_back_a_delivery() -> None:
    assert not rules.may_follow(State.DELIVERED, rules.PROVIDER_STATES["sent"])


def test_a_handset_that_is_off_is_tried_once_more() -> None:
    assert rules.tries_again(30003, 1, None, NOW)
    assert not rules.tries_again(30003, rules.MAX_TRIES, None, NOW)


@pytest.mark.parametrize("code", [None, 30005, 30006, 30007, 21610])
def test_other_errors_are_left_to_the_ladder(code: int | None) -> None:
    assert not rules.tries_again(code, 1, None, NOW)


def test_an_alert_that_expires_before_the_second_try_is_not_tried_again() -> None:
    assert not rules.tries_again(30003, 1, NOW + timedelta(seconds=5), NOW)


@given(st.integers(0, 10_000))
def test_waiting_for_the_provider_never_exceeds_half_a_minute(refused: int) -> None:
    assert timedelta(seconds=1) <= rules.not_now_pause(refused) <= timedelta(seconds=30)

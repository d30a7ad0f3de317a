"""Where a case stands: who has it, or whose turn comes next and when. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from relay.city import Hours
from relay.duty import hours as opening
from relay.duty.models import Escalation
from relay.duty.rules import Ladder
from relay.vocabulary import Level

#: The engine runs every few seconds; a step later than this means that it does not.
LATE = timedelta(seconds=60)
#: Past the last rung everybody is told again.
EVERYONE = "everyone"


class State(StrEnum):
    """The states that the board tells apart, in the order in which it lists them."""

    UNANSWERED = "unanswered"  # nobody has it: `until` is when the next person is told
    WAITING = "waiting"  # nobody is woken for it: `until` is when the centre opens
    OWNED = "owned"  # `owner` has it: `until` is when he or she is asked, or loses it
    LISTED = "listed"  # routine: read within working days, no clock
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The state of one case with its owner and its clock."""

    state: State
    owner_id: int | None = None
    owner: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    reminded: bool = False
    """The owner has been asked whether it goes on; `until` is when the lease ends."""
    next_who: str | None = None
    """Word of the rung that comes next (duty, backup, head, city), or ``everyone``."""
    next_names: tuple[str, ...] = ()
    late: bool = False
    """Neither owner nor next step in time: promise P3 is broken and a person must look."""

    @property
    def unowned(self) -> bool:
        """Whether somebody still has to take it."""
        return self.state in (State.UNANSWERED, State.WAITING)

    def naming(self, who: str, names: tuple[str, ...]) -> "Standing":
        """The same with the people whose turn is next."""
        return replace(self, next_who=who, next_names=names)


def stand(escalation: Escalation | None, *, closed: bool, now: datetime, hours: Hours) -> Standing:
    """Read the standing off a case's escalation, which is made with the case: none at all is a fault."""
    if closed:
        return Standing(state=State.CLOSED)
    if escalation is None:
        return Standing(state=State.UNANSWERED, late=True)
    late = _late(escalation, now)
    if escalation.owner is not None:
        return Standing(
            state=State.OWNED,
            owner_id=escalation.owner_id,
            owner=escalation.owner.name,
            since=escalation.owned_at,
            until=escalation.next_step_at,
            reminded=escalation.reminded_at is not None,
            late=late,
        )
    if escalation.next_step_at is None and escalation.level == Level.ROUTINE:
        return Standing(state=State.LISTED)
    return Standing(
        state=State.WAITING if _waits_for_opening(escalation, now, hours) else State.UNANSWERED,
        until=escalation.next_step_at,
        late=late,
    )


def next_rungs(escalation: Escalation) -> tuple[str, ...]:
    """The rungs still to come, nearest first, ending with ``everyone``: an empty one is skipped at once."""
    steps = Ladder.from_json(escalation.ladder).steps
    return (*(step.who for step in steps[escalation.step :]), EVERYONE)


def _late(escalation: Escalation, now: datetime) -> bool:
    if escalation.level == Level.ROUTINE:
        return False
    return escalation.next_step_at is None or escalation.next_step_at < now - LATE


def _waits_for_opening(escalation: Escalation, now: datetime, hours: Hours) -> bool:
    if escalation.level != Level.PROMPT or escalation.next_step_at is None:
        return False
    opens = opening.next_opening(hours, now)
    return now < opens <= escalation.next_step_at

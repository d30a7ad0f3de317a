"""Who is on duty now, by name: for pages, which only look."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from relay import city as cities
from relay.cases.standing import EVERYONE
from relay.duty import rota


@dataclass
class OnDuty:
    """Who is behind a rung now, by name. Asked once a rung and centre: many cases stand on the same one."""

    session: Session
    now: datetime
    known: dict[tuple[str, int | None], tuple[str, ...]] = field(default_factory=dict)

    def names(self, rung: str, centre_id: int | None) -> tuple[str, ...]:
        if (rung, centre_id) not in self.known:
            self.known[rung, centre_id] = self._ask(rung, centre_id)
        return self.known[rung, centre_id]

    def _ask(self, rung: str, centre_id: int | None) -> tuple[str, ...]:
        if rung == EVERYONE:
            return ()
        if rung == "city":
            # The city's own duty officer. Asking the rota for "city" would write a missing fallback officer, and
            # a page that is only looked at writes nothing.
            on_shift = rota.who(self.session, "duty", None, self.now)
            return tuple(o.name for o in on_shift) or (cities.current().fallback_name,)
        return tuple(officer.name for officer in rota.who(self.session, rung, centre_id, self.now))

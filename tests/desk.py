"""Cases on the test's database, opened as a report would open them, and a look at who was told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import select

from relay import clock, db
from relay.cases import filing
from relay.cases.filing import Filing
from relay.duty.models import Escalation, Officer
from relay.outbox.models import Message
from relay.triage.results import Place, Reading
from relay.vocabulary import Level, Sign


@dataclass
class Desk:
    """Files reports and reads what came of them."""

    city: dict[str, Any]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def file(
        self, level: Level = Level.URGENT, *, number: str | None = "1-2-3", town: str | None = "", **more: Any
    ) -> int:
        """File one report as read; returns its case. ``town`` empty: a town of the sample's first centre."""
        filed = next(self.numbers)
        place = Place(
            town=self.city["centre"]["town"] if town == "" else town,
            number=number,
            building=None,
            room=None,
            candidates=(),
        )
        reading = Reading(
            level=level,
            signs=more.pop("signs", (Sign.NEWSPAPERS,)),
            days=4,
            place=place,
            sealed=more.pop("sealed", False),
            called_119=False,
            repeat=False,
            reasons=(),
            lexicon="test",
            language="ja",
        )
        with db.transaction() as session:
            report = filing.file(
                session,
                Filing(
                    number=f"0000-{filed:04d}",
                    channel="sms",
                    received_at=clock.now(),
                    partner_id=None,
                    staff_id=None,
                    phone=more.pop("phone", self.city["worker"]),
                    verified=True,
                    text="",
                    reading=reading,
                    surname=None,
                    lat=None,
                    lng=None,
                    photo=None,
                ),
            )
            return report.case_id

    def told(self, case_id: int) -> list[str]:
        """Who was sent a duty SMS about the case, in order: duty, backup, head, city."""
        roles = {self.city["centre"][role]: role for role in ("duty", "backup", "head")}
        roles[self.city["city"]["number"]] = "city"
        with db.transaction() as session:
            rows = session.scalars(
                select(Message.recipient)
                .where(Message.case_id == case_id, Message.purpose == "duty")
                .order_by(Message.id)
            )
            return [roles.get(row, row) for row in rows]

    def escalation(self, case_id: int) -> Escalation:
        with db.transaction() as session:
            return session.scalars(select(Escalation).where(Escalation.case_id == case_id)).one()

    def officer(self, role: str) -> int:
        phone = self.city["city"]["number"] if role == "city" else self.city["centre"][role]
        with db.transaction() as session:
            return session.scalars(select(Officer.id).where(Officer.phone == phone)).one()

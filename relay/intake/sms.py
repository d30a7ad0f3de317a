"""What one inbound SMS is: an officer's answer, the place we asked for, a sighting, an opt-out, or a report."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from relay import city, clock, db, messages, settings
from relay.cases import answering
from relay.cases.models import Report
from relay.duty import replies as duty_replies
from relay.duty import rota
from relay.duty.models import Officer
from relay.intake import reader, replies, spool, storing
from relay.intake.incoming import content_hash
from relay.intake.models import Inbound
from relay.outbox import service as outbox
from relay.partners import service as partners
from relay.search.sighting import sighting_sms
from relay.triage.reading import Reading
from relay.vocabulary import Level

log = structlog.get_logger(__name__)

#: Twilio answers these itself; we only take note. (https://help.twilio.com/articles/223134027)
OPT_OUT = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
OPT_IN = frozenset({"START", "UNSTOP", "YES"})
#: If the process dies while it carries out an officer's answer, another one takes it up after so long.
REPLY_TAKEN_UP_AFTER = timedelta(seconds=20)
#: An emergency is answered even to a number that has used up its receipts, so many times over.
EMERGENCY_ALLOWANCE = 4
#: Beside the provider's parameters in the spool: when the SMS came, for what it says of 「10分前」.
RECEIVED_AT = "Relay-Received-At"


def take(params: Mapping[str, str]) -> str:
    """Take one SMS as Twilio posts it. Returns the answer to send back, empty for none. Never refuses, never loses:
    with the database away the SMS goes to the spool."""
    try:
        return _take(params)
    except SQLAlchemyError as error:
        log.error("database_away", why=type(error).__name__)
    except Exception:
        # Even a fault of ours must not cost a report: it is on disk, and worked in when the fault is mended.
        log.exception("sms_not_taken")
    return _spool(params)


def store_and_answer(params: Mapping[str, str], *, number: str) -> str:
    """Take a spooled SMS under the number that its sender was told. Returns its external id."""
    _take(params, number=number)
    return f"sms:{_parts(params)[0]}"


def _take(params: Mapping[str, str], *, number: str | None = None) -> str:
    sid, sender, body = _parts(params)
    external_id = f"sms:{sid}"
    with db.transaction() as session:
        known = storing.find(session, external_id)
        if known is not None:
            return known.answer
        officer = rota.by_phone(session, sender)
        reply = duty_replies.parse(body, messages.current()) if officer else None
        meant = officer is not None and reply is not None and replies.concerns_a_case(session, reply, officer)
    if _opting(params, body):
        return _opt(params, external_id, sender, body)
    if officer is not None and reply is not None and meant:
        return _reply(params, external_id, officer, reply, body)
    try:
        reading = reader.read(body, received_at=_received_at(params))
    except SQLAlchemyError:
        raise
    except Exception:
        # A sighting that names its search needs no reading; anything else waits until the reading is mended.
        answer = _sighting(params, external_id, sender, body, None, number)
        if answer is None:
            raise
        log.exception("not_read")
        return answer
    try:
        answer = _sighting(params, external_id, sender, body, reading, number)
    except SQLAlchemyError:
        raise
    except Exception:
        # A fault of ours must not cost a report: a person reads it then.
        log.exception("sighting_not_taken")
        answer = None
    return _report(params, external_id, sender, body, reading, number) if answer is None else answer


def _parts(params: Mapping[str, str]) -> tuple[str, str, str]:
    sender, body = params.get("From", ""), storing.clean(params.get("Body", ""))
    sid = params.get("MessageSid") or params.get("SmsSid") or content_hash(sender, body)
    return sid, sender, body


def _received_at(params: Mapping[str, str]) -> datetime:
    """When the SMS came: for one from the spool that was before now."""
    return datetime.fromisoformat(params[RECEIVED_AT]) if RECEIVED_AT in params else clock.now()


def _opting(params: Mapping[str, str], body: str) -> bool:
    return params.get("OptOutType", "") in ("STOP", "START") or body.strip().upper() in OPT_OUT | OPT_IN


def _opt(params: Mapping[str, str], external_id: str, sender: str, body: str) -> str:
    out = params.get("OptOutType") == "STOP" or body.strip().upper() in OPT_OUT
    with db.transaction() as session:
        inbound, new = _store(session, params, external_id, "opt_out" if out else "opt_in", sender, body)
        if new:
            (outbox.opt_out if out else outbox.opt_in)(session, sender)
        inbound.worked_at = clock.now()
    return ""  # the provider confirms by itself


def _reply(
    params: Mapping[str, str], external_id: str, officer: Officer, reply: duty_replies.Reply, body: str
) -> str:
    with db.transaction() as session:
        inbound, new = _store(
            session,
            params,
            external_id,
            "duty_reply",
            officer.phone,
            body,
            pause=REPLY_TAKEN_UP_AFTER,
            more={"officer_id": officer.id},
        )
        if not new:
            return inbound.answer
        inbound_id = inbound.id
    answer = replies.carry_out(reply, officer.id)
    with db.transaction() as session:
        inbound = session.get_one(Inbound, inbound_id)
        inbound.answer = answer
        inbound.worked_at = clock.now()
    return answer


def _sighting(
    params: Mapping[str, str],
    external_id: str,
    sender: str,
    body: str,
    reading: Reading | None,
    number: str | None,
) -> str | None:
    """Take it as a sighting of somebody who is searched for. None: it is a report, or that as well."""
    received_at = _received_at(params)
    # What the learned reader knows are reports of homes; of the street the phrases alone are the better judge.
    phrases = None if reading is None else reader.current().read(body, learned=False)
    with db.transaction() as session:
        awaited = reading is not None and _asked(session, sender, reading) is not None
        meant = sighting_sms.meant(session, sender, body, phrases, awaited=awaited, received_at=received_at)
        if meant is None:
            return None
        if meant.also_report:
            sighting_sms.take_sms(
                session, meant, external_id=external_id, sender=sender, received_at=received_at
            )
            return None
        inbound, new = storing.store(
            session,
            external_id=external_id,
            # Keyed: nobody may guess back from this row, which outlives the search, what was said.
            content_hash=content_hash(settings.current().secret_key, sender, body),
            kind="sighting",
            sender=_veiled(sender),
            payload={"search": meant.search_id},  # the words stand with the search, and go when it is wiped
            answer="",
            number=number,
        )
        if not new:
            return inbound.answer
        level = Level.EMERGENCY if meant.danger else Level.PROMPT
        silent = not meant.registered and _too_many(session, sender, level)
        answer = sighting_sms.take_sms(
            session, meant, external_id=external_id, sender=sender, received_at=received_at
        )
        if answer is None:
            session.delete(inbound)
            return None
        inbound.answer = "" if silent else answer
        inbound.worked_at = clock.now()
        return inbound.answer


def _report(
    params: Mapping[str, str], external_id: str, sender: str, body: str, reading: Reading, number: str | None
) -> str:
    with db.transaction() as session:
        asked = _asked(session, sender, reading)
        kind = "place_answer" if asked is not None else "report"
        more = {"of": asked.number} if asked else _as_report(params, body)
        inbound, new = _store(session, params, external_id, kind, sender, body, more=more, number=number)
        if not new:
            return inbound.answer
        if asked is not None:
            inbound.answer = answering.reply(session, asked, reading, body)
        else:
            inbound.answer = _receipt(session, inbound, sender, reading)
        db.wake(session, "work_inbound")
        return inbound.answer


def _as_report(params: Mapping[str, str], body: str) -> dict[str, Any]:
    return {
        "channel": "sms",
        "partner_id": None,
        "text": body,
        "given": None,
        "surname": None,
        "lat": None,
        "lng": None,
        "language": "ja",
        "received_at": _received_at(params).isoformat(),
        "raw": dict(params),
    }


def _asked(session: Session, sender: str, reading: Reading) -> Report | None:
    """The report whose place this SMS tells. None when it has news of its own."""
    since = clock.now() - timedelta(hours=city.current().place_answer_hours)
    report = answering.waiting(session, sender, since=since)
    if report is None or not {sign.value for sign in reading.signs} <= set(report.signs):
        return None
    if reading.place.town is None and reading.signs:
        return None
    return report


def _receipt(session: Session, inbound: Inbound, sender: str, reading: Reading) -> str:
    if not partners.sender(session, sender).verified and _too_many(session, sender, reading.level):
        log.warning("receipt_withheld", inbound=inbound.id)
        return ""
    language = "en" if reading.language == "en" else "ja"
    return messages.current().text(
        f"receipt.{reading.level}", language, number=inbound.number, phone=city.current().desk_phone
    )


def _veiled(sender: str) -> str:
    """Tells one sender of sightings from another without naming anybody: this row outlives the search."""
    return content_hash(settings.current().secret_key, sender)


def _too_many(session: Session, sender: str, level: Level) -> bool:
    most = city.current().unknown_receipts_per_day
    if level == Level.EMERGENCY:
        most *= EMERGENCY_ALLOWANCE
    since = clock.now() - timedelta(days=1)
    count = session.scalar(
        select(func.count()).where(
            Inbound.sender.in_((sender, _veiled(sender))), Inbound.received_at > since, Inbound.answer != ""
        )
    )
    return (count or 0) >= most


def _store(
    session: Session,
    params: Mapping[str, str],
    external_id: str,
    kind: str,
    sender: str,
    body: str,
    *,
    pause: timedelta = timedelta(0),
    more: dict[str, Any] | None = None,
    number: str | None = None,
) -> tuple[Inbound, bool]:
    return storing.store(
        session,
        external_id=external_id,
        # An officer may well say 「12」 twice; only the report-like kinds are told apart by their words.
        content_hash=content_hash(sender, body) if kind == "report" else content_hash(external_id),
        kind=kind,
        sender=sender,
        payload={"text": body, "raw": dict(params), **(more or {})},
        answer="",
        pause=pause,
        number=number,
    )


def _spool(params: Mapping[str, str]) -> str:
    sid = _parts(params)[0]
    entry = spool.put(
        storing.receipt_token(f"sms:{sid}"),
        {
            "kind": "sms",
            "number": storing.new_number(),
            "params": {**params, RECEIVED_AT: clock.now().isoformat()},
            "level": Level.PROMPT.value,
        },
    )
    # Says 119 first whatever was reported: nothing is read while something is broken.
    return messages.current().text("receipt.spooled", number=entry["number"])

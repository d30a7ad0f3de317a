"""Tables of search alerts.

What tells of a person stands in ``search_subjects``, ``search_photos``, ``search_sightings``, ``search_audience`` and
the texts of transmissions; the wipe after closing removes all of that and keeps counts.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from relay.db import Base
from relay.search.states import Closing, Kind, State


class Search(Base):
    """One search for one person. Its ``id`` is its number: K3 in texts, /search/3 on the pages."""

    __tablename__ = "searches"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    state: Mapped[State] = mapped_column(default=State.DRAFT, index=True)
    drill: Mapped[bool] = mapped_column(default=False)
    """An exercise: marked on every text, counted apart."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts changes of the draft, so that two people writing at once don't overwrite each other unseen."""
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    urgent_reason: Mapped[str | None]
    """Why it went out without a second person. Wiped."""
    quiet_reason: Mapped[str | None]
    """Why it goes out in the quiet hours all the same; None: texts wait for their end. Wiped."""
    ring: Mapped[int | None]
    """The widest ring alerted so far (0 the district itself); None before anything was sent."""
    widen_at: Mapped[datetime | None]
    """When the next ring is proposed to the city; None: no ring is left, or it has been proposed."""
    widen_proposed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """A search that nobody closes ends by itself then, after warnings to the city."""
    warned_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closing: Mapped[Closing | None]
    wipe_at: Mapped[datetime | None]
    wiped_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any] | None]
    """The tombstone: figures of the wiped search, in all and by company (see ``search.progress``)."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("registered_persons.id", ondelete="SET NULL"))
    """The pre-registered person that the form was filled from, if any."""
    neighbour: Mapped[str | None]
    """The neighbouring city whose alert this draft was made from, if any."""
    neighbour_reference: Mapped[str | None]
    """CAP's name for that alert: ``sender,identifier,sent``."""

    subject: Mapped["Subject | None"] = relationship(back_populates="search", passive_deletes=True)


class Subject(Base):
    """Whom the search is for, and on what grounds it is sent. Deleted by the wipe."""

    __tablename__ = "search_subjects"

    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id", ondelete="CASCADE"), primary_key=True)
    police_station: Mapped[str | None]
    police_number: Mapped[str | None]
    police_not_why: Mapped[str | None]
    """Why there is no police report yet; needed when there is none."""
    consent_by: Mapped[str | None]
    """Who consents (「長女」), or None with ``danger_reason``."""
    consent_items: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Which of name, face, condition may be shown behind the link."""
    consent_ranges: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """To whom: staff (registered partner staff), neighbours (neighbouring cities)."""
    danger_reason: Mapped[str | None]
    """The danger to life that allows sending without consent, in words."""
    name: Mapped[str | None]
    kana: Mapped[str | None]
    age_band: Mapped[str | None]
    """80代前半, 75–79 … as the family says it."""
    sex: Mapped[str | None]
    """male, female or None (not said)."""
    height: Mapped[int | None]
    """Centimetres."""
    build: Mapped[str | None]
    hair: Mapped[str | None]
    clothes: Mapped[str | None]
    visible: Mapped[str | None]
    """The one thing that is seen first from afar (「赤い帽子」): it leads the SMS."""
    shoes: Mapped[str | None]
    belongings: Mapped[str | None]
    condition: Mapped[str | None]
    """Cautions about health (tier 2, by consent)."""
    speak: Mapped[str | None]
    """How to speak to the person."""
    seen_at: Mapped[datetime | None]
    seen_town: Mapped[str | None]
    seen_place: Mapped[str | None]
    """In words: 「本町の喫茶店の前」."""
    district_id: Mapped[int | None] = mapped_column(ForeignKey("districts.id"))
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    heading: Mapped[str | None]
    travel: Mapped[str | None]
    """foot, bicycle, car, train or None (not known)."""

    search: Mapped[Search] = relationship(back_populates="subject")


class Photo(Base):
    """A picture of the person or of a sighting, re-encoded without its metadata. Deleted by the wipe."""

    __tablename__ = "search_photos"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id", ondelete="CASCADE"), index=True)
    sighting_id: Mapped[int | None] = mapped_column(
        ForeignKey("search_sightings.id", ondelete="CASCADE"), index=True
    )
    """None: the picture of the person who is looked for."""
    taken: Mapped[str | None]
    """When the picture was taken, in words (「今年の春」)."""
    jpeg: Mapped[bytes] = mapped_column(deferred=True)


class Transmission(Base):
    """What was sent, to whom, when, by whom. Never changed; the wipe blanks its texts."""

    __tablename__ = "search_transmissions"
    __table_args__ = (UniqueConstraint("search_id", "sequence"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id"))
    sequence: Mapped[int]
    kind: Mapped[Kind]
    at: Mapped[datetime]
    by: Mapped[str]
    ring: Mapped[int]
    """The ring it went to: for an alert or widening the new one, else the widest so far."""
    districts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    people: Mapped[int]
    """How many it was addressed to."""
    texts: Mapped[dict[str, Any]]
    """Per language: {"ja": {"sms": …, "mail_subject": …, "mail": …}}, with ``{link}`` where each personal link goes."""
    not_before: Mapped[datetime | None]
    """Set when it waits for the end of the quiet hours."""
    spread_at: Mapped[datetime | None]
    """When every message of it stood in the outbox."""
    cap: Mapped[str | None]
    """The CAP 1.2 document for neighbouring cities, where they may have it. Wiped."""


class Audience(Base):
    """One person alerted by one search, once, whatever rings widen later. Deleted by the wipe."""

    __tablename__ = "search_audience"
    __table_args__ = (
        UniqueConstraint("search_id", "staff_id"),
        UniqueConstraint("search_id", "phone"),
        Index(None, "phone"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id"))
    transmission_id: Mapped[int] = mapped_column(ForeignKey("search_transmissions.id"), index=True)
    """The alert or widening that first went to this person."""
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"))
    phone: Mapped[str]
    email: Mapped[str | None]
    language: Mapped[str]
    ring: Mapped[int]
    link_digest: Mapped[str | None] = mapped_column(unique=True)
    """Hash of the token of the personal link; set when the message is written."""
    opened_at: Mapped[datetime | None]
    helping_since: Mapped[datetime | None]
    """「今から探します」."""
    helping_until: Mapped[datetime | None]
    helping_district: Mapped[str | None]


class Opening(Base):
    """One opening of a personal link."""

    __tablename__ = "search_openings"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    audience_id: Mapped[int] = mapped_column(ForeignKey("search_audience.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]


class Sighting(Base):
    """Somebody saw, or may have seen, the person. Deleted by the wipe."""

    __tablename__ = "search_sightings"
    __table_args__ = (Index(None, "search_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id"))
    external_id: Mapped[str] = mapped_column(unique=True)
    """``sms:<MessageSid>`` or ``form:<one-time id of the page>``: the same one arriving twice is stored once."""
    channel: Mapped[str]
    received_at: Mapped[datetime]
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("search_audience.id", ondelete="SET NULL"))
    """Who told it; None: a number that was not alerted (the text was passed on)."""
    phone: Mapped[str | None]
    """The number to call back."""
    call_back: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str]
    seen_at: Mapped[datetime | None]
    town: Mapped[str | None]
    district_id: Mapped[int | None] = mapped_column(ForeignKey("districts.id"))
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    heading: Mapped[str | None]
    sure: Mapped[bool | None]
    with_now: Mapped[bool] = mapped_column(default=False)
    """The person is with the observer now."""
    danger: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    """The words speak of somebody in danger."""
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("search_sightings.id", ondelete="SET NULL"))
    """An earlier one that tells of the same moment and place."""
    held: Mapped[bool] = mapped_column(default=False)
    """One of a flood from one phone: kept and shown, but it rang nobody."""
    mark: Mapped[str] = mapped_column(default="new", server_default=sql("'new'"))
    """new, checked, false, or last_seen (the new last-seen place)."""
    marked_by: Mapped[str | None]
    marked_at: Mapped[datetime | None]


class SearchEvent(Base):
    """One line of a search's own log: who did what, when. Codes and counts only, nothing about the person."""

    __tablename__ = "search_events"
    __table_args__ = (Index(None, "search_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str | None]
    data: Mapped[dict[str, Any]]


class RegisteredPerson(Base):
    """A person whose family registered them beforehand, so that a search form is filled in one click."""

    __tablename__ = "registered_persons"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    kana: Mapped[str]
    birth: Mapped[date | None]
    sex: Mapped[str | None]
    height: Mapped[int | None]
    build: Mapped[str | None]
    hair: Mapped[str | None]
    usual_clothes: Mapped[str | None]
    usual_belongings: Mapped[str | None]
    condition: Mapped[str | None]
    speak: Mapped[str | None]
    habits: Mapped[str | None]
    """Where the person often goes; former home, former workplace."""
    town: Mapped[str | None]
    number: Mapped[str | None]
    contacts: Mapped[list[Any]]
    """[{"name", "relation", "phone"}], the first is called first."""
    consent_by: Mapped[str | None]
    consent_items: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    consent_ranges: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    photo: Mapped[bytes | None] = mapped_column(deferred=True)
    has_photo: Mapped[bool] = mapped_column(default=False)
    photo_date: Mapped[date | None]
    registered_at: Mapped[datetime]
    renewed_at: Mapped[datetime]
    """The family confirmed everything; due again after a year."""
    ended_at: Mapped[datetime | None]


class Neighbour(Base):
    """A neighbouring city that reads our CAP feed, and whose feed we read."""

    __tablename__ = "neighbours"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    key_digest: Mapped[str | None] = mapped_column(unique=True)
    """Hash of the key that they show to read our feed."""
    feed_url: Mapped[str | None]
    feed_key: Mapped[str | None]
    """The key that we show to read theirs."""
    read_at: Mapped[datetime | None]
    fault: Mapped[str | None]
    """Why the last reading failed, in a code."""
    ended_at: Mapped[datetime | None]


class NeighbourAlert(Base):
    """One CAP document received from a neighbour, so that the same one never makes a second draft."""

    __tablename__ = "neighbour_alerts"
    __table_args__ = (UniqueConstraint("neighbour_id", "identifier"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    neighbour_id: Mapped[int] = mapped_column(ForeignKey("neighbours.id"))
    identifier: Mapped[str]
    kind: Mapped[str]
    """Alert, Update or Cancel."""
    received_at: Mapped[datetime]
    search_id: Mapped[int | None] = mapped_column(ForeignKey("searches.id"))

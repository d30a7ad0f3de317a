"""Reading the form of a registered person: what a family tells beforehand, in calm. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

import phonenumbers

from relay.places.writing import katakana, plain
from relay.search.composing.drafting import ITEMS, RANGES, SEXES
from relay.search.composing.typed import LINE, LONG, SHORT, Fault, Reader, subset

#: Phones of the family that a registration has room for; the first is called first.
MOST_CONTACTS = 3
#: Nobody alive was born before.
EARLIEST = date(1900, 1, 1)

TEXTS: Mapping[str, int] = {
    "name": SHORT,
    "kana": SHORT,
    "build": SHORT,
    "hair": SHORT,
    "usual_clothes": LINE,
    "usual_belongings": LINE,
    "condition": LONG,
    "speak": LINE,
    "habits": LONG,
    "town": SHORT,
    "number": SHORT,
    "consent_by": LINE,
}
NEEDED = ("name", "kana", "consent_by")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Somebody of the family. ``phone`` in E.164."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class PersonFields:
    """A registration's content; names and meanings are those of ``models.RegisteredPerson``."""

    name: str = ""
    kana: str = ""
    birth: date | None = None
    sex: str | None = None
    height: int | None = None
    build: str | None = None
    hair: str | None = None
    usual_clothes: str | None = None
    usual_belongings: str | None = None
    condition: str | None = None
    speak: str | None = None
    habits: str | None = None
    town: str | None = None
    number: str | None = None
    contacts: tuple[Contact, ...] = ()
    consent_by: str | None = None
    consent_items: tuple[str, ...] = ()
    consent_ranges: tuple[str, ...] = ()
    photo_date: date | None = None

    def differing(self, other: "PersonFields") -> tuple[str, ...]:
        """Names of the fields in which the two differ."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) != getattr(other, f.name))


@dataclass(frozen=True)
class PersonEntry:
    """What was read. With any fault nothing is stored: a registration has time to be made right."""

    fields: PersonFields
    faults: Mapping[str, Fault]


def read(
    typed: Mapping[str, str], *, items: Sequence[str], ranges: Sequence[str], today: date
) -> PersonEntry:
    """The whole form; ``contact_name_1``, ``contact_relation_1``, ``contact_phone_1`` and so on."""
    reader = Reader(typed)
    texts = {name: reader.text(name, most) for name, most in TEXTS.items()}
    for name in NEEDED:
        if not texts[name]:
            reader.fault(name, "needed")
    birth = reader.day("birth", today)
    if birth is not None and birth < EARLIEST:
        reader.fault("birth", "date")
    return PersonEntry(
        PersonFields(
            name=texts.pop("name") or "",
            kana=katakana(texts.pop("kana") or ""),
            birth=birth,
            sex=reader.choice("sex", SEXES),
            height=reader.height(),
            consent_items=subset(items, ITEMS),
            consent_ranges=subset(ranges, RANGES),
            photo_date=reader.day("photo_date", today),
            contacts=_contacts(reader),
            **texts,
        ),
        reader.faults,
    )


def _contacts(reader: Reader) -> tuple[Contact, ...]:
    found = []
    for row in range(1, MOST_CONTACTS + 1):
        name = reader.text(f"contact_name_{row}", SHORT)
        relation = reader.text(f"contact_relation_{row}", SHORT)
        typed = reader.raw(f"contact_phone_{row}")
        if not (name or relation or typed):
            continue
        phone = phone_number(typed)
        if phone is None:
            reader.fault(f"contact_phone_{row}", "phone" if typed else "needed_phone")
        elif name is None:
            reader.fault(f"contact_name_{row}", "needed")
        else:
            found.append(Contact(name=name, relation=relation or "", phone=phone))
    if not found and not any(name.startswith("contact_") for name in reader.faults):
        reader.fault("contact_phone_1", "needed_phone")
    return tuple(found)


def phone_number(typed: str) -> str | None:
    """A number of the family in E.164, landline or mobile; None for what can't be one."""
    try:
        number = phonenumbers.parse(plain(typed), "JP")
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

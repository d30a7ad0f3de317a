"""CAP documents: ours keep to the standard's schema, and whatever comes in is read or refused with a reason."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.search.exchange import cap
from relay.search.exchange.cap import CapError, CapEvent, Circle, MsgType, Reference, Status
from tests.search import cap_scenes

EARLIER = Reference("neighbour.example.jp", "K7-1", datetime(2026, 11, 23, 10, 2, 3, tzinfo=UTC))
ANY_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.characters(max_codepoint=0x9F),
        st.sampled_from("<>&'\"]]>\r\n\x00\x0b\ufffe🧓🏻\ud800"),
    ),
    max_size=60,
)


DOCUMENT = cap.build(cap_scenes.event(references=(EARLIER,))).encode()


def tag(name: str) -> str:
    return f"{{{cap.NAMESPACE}}}{name}"


def tree(event: CapEvent) -> ElementTree.Element:
    return ElementTree.fromstring(cap.build(event))  # noqa: S314 - our own document


def refusal(xml: bytes) -> str:
    with pytest.raises(CapError) as caught:
        cap.parse(xml)
    return caught.value.code


def retold(place: int, text: str) -> bytes:
    """A document, well-formed, in which one element holds another text."""
    root = ElementTree.fromstring(DOCUMENT)  # noqa: S314 - our own document
    elements = list(root.iter())
    elements[place % len(elements)].text = cap.clean(text)
    return ElementTree.tostring(root)


def changed(old: str, new: str, **event: Any) -> bytes:
    """An alert in which somebody wrote something else."""
    text = cap.build(cap_scenes.event(**event))
    assert old in text
    return text.replace(old, new).encode()


@pytest.mark.parametrize("drill", [False, True])
@pytest.mark.parametrize("kind", [MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL])
@pytest.mark.parametrize(
    "bare", [{}, {"onset": None, "circle": None, "facts": {}, "note": "Exercise K7"}], ids=["full", "bare"]
)
def test_every_kind_of_document_keeps_to_the_standards_schema(
    kind: MsgType, drill: bool, bare: dict[str, Any]
) -> None:
    references = () if kind == MsgType.ALERT else (EARLIER, EARLIER)
    event = cap_scenes.event(kind=kind, drill=drill, references=references, **bare)
    assert list(cap_scenes.schema().iter_errors(cap.build(event))) == []


def test_the_schema_would_notice_a_wrong_document() -> None:
    assert not cap_scenes.schema().is_valid(changed("Rescue", "Rescuing").decode())


def test_moments_are_written_with_the_japanese_offset_and_whole_seconds() -> None:
    sent = datetime(2026, 11, 23, 1, 2, 3, 999999, tzinfo=UTC)
    assert tree(cap_scenes.event(sent=sent)).findtext(tag("sent")) == "2026-11-23T10:02:03+09:00"


def test_a_drill_is_an_exercise_and_everything_else_is_meant() -> None:
    status = [tree(cap_scenes.event(drill=drill)).findtext(tag("status")) for drill in (True, False)]
    assert status == ["Exercise", "Actual"]


def test_no_document_is_public() -> None:
    root = tree(cap_scenes.event())
    assert root.findtext(tag("scope")) == "Restricted"
    assert root.findtext(tag("restriction"))


def test_a_cancel_does_not_say_how_it_ended() -> None:
    block = tree(cap_scenes.event(kind=MsgType.CANCEL)).find(tag("info"))
    assert block is not None
    grades = [block.findtext(tag(name)) for name in ("responseType", "urgency", "severity", "certainty")]
    assert grades == ["AllClear", "Past", "Unknown", "Unknown"]


def test_what_was_built_is_read_again() -> None:
    event = cap_scenes.event(kind=MsgType.UPDATE, references=(EARLIER,), drill=True)
    read = cap.parse(cap.build(event).encode())
    assert read.reference == Reference(event.sender, event.identifier, event.sent)
    assert (read.kind, read.status, read.drill) == (MsgType.UPDATE, Status.EXERCISE, True)
    assert read.references == (EARLIER,)
    assert read.facts == event.facts
    assert read.circle == Circle(35.33333, 136.87, 5.0)
    assert read.expires == event.expires
    assert (read.headline, read.area) == ("【となり市（見本） 捜索】K7", "となり市（見本） 古知野")


def test_without_japanese_the_first_language_is_read() -> None:
    blocks = (cap_scenes.info("en-US", headline="English"), cap_scenes.info("pt-BR", headline="português"))
    assert cap.parse(cap.build(cap_scenes.event(infos=blocks)).encode()).headline == "English"


def test_parameters_of_other_systems_are_left_alone() -> None:
    read = cap.parse(changed("mimamori-relay:sex", "SAME:sex"))
    assert "sex" not in read.facts
    assert read.facts["height"] == "165"


@pytest.mark.parametrize("name", ["K 7", "K7,1", "K<7", "K&7", "", "K" * 201, "K\u30007"])
def test_names_that_references_could_not_hold_are_not_built(name: str) -> None:
    with pytest.raises(ValueError, match="CAP allows no"):
        cap.build(cap_scenes.event(identifier=name))
    with pytest.raises(ValueError, match="CAP allows no"):
        cap.build(cap_scenes.event(sender=name))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (cap.NAMESPACE, "urn:oasis:names:tc:emergency:cap:1.1", "wrong_namespace"),
        (f' xmlns="{cap.NAMESPACE}"', "", "wrong_namespace"),
        ("alert", "warning", "not_cap"),
        ("</alert>", "", "not_xml"),
        ("<alert", "<!DOCTYPE alert><alert", "doctype"),
        ("<alert", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><alert', "doctype"),
        ("<identifier>K7-1</identifier>", "", "missing_identifier"),
        ("<identifier>K7-1</identifier>", "<identifier> </identifier>", "missing_identifier"),
        ("<identifier>K7-1", "<identifier>K7,1", "bad_identifier"),
        ("<sender>neighbour", "<sender>my neighbour", "bad_sender"),
        ("<status>Actual</status>", "", "missing_status"),
        ("<status>Actual", "<status>actual", "bad_status"),
        ("<msgType>Alert", "<msgType>Alarm", "bad_msgType"),
        ("<sent>2026-11-23T10:02:03+09:00", "<sent>2026-11-23T01:02:03Z", "bad_sent"),
        ("<sent>2026-11-23T10:02:03+09:00", "<sent>2026-11-23T10:02:03.5+09:00", "bad_sent"),
        ("<sent>2026-11-23T10:02:03+09:00", "<sent>2026-13-23T10:02:03+09:00", "bad_sent"),
        ("<sent>2026-11-23T10:02:03+09:00", "<sent>2026-11-23T10:02:03+99:00", "bad_sent"),
        ("<sent>2026-11-23T10:02:03+09:00", "<sent>0001-11-23T10:02:03+09:00", "bad_sent"),
        ("<expires>2026", "<expires>x2026", "bad_expires"),
        ("35.33333,136.87000 5<", "35.33333;136.87000 5<", "bad_circle"),
        ("<info>", "<references>a,b</references><info>", "bad_references"),
        ("<info>", "<references>a,b,now</references><info>", "bad_references"),
    ],
)
def test_a_faulty_document_is_refused_with_a_reason(old: str, new: str, code: str) -> None:
    assert refusal(changed(old, new)) == code


def test_an_oversized_document_is_refused_unread() -> None:
    assert refusal(b"<" * (cap.LARGEST + 1)) == "too_large"


def test_entities_are_never_expanded() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    assert refusal(f'<!DOCTYPE alert [<!ENTITY e0 "x">{bomb}]><alert>&e8;</alert>'.encode()) == "doctype"
    assert refusal(b"<alert>&nbsp;</alert>") == "not_xml"


def test_deep_nesting_is_no_trouble() -> None:
    assert refusal(b"<a>" * 30_000 + b"</a>" * 30_000) == "not_cap"


@given(st.dictionaries(st.sampled_from(["headline", "description", "instruction"]), ANY_TEXT), ANY_TEXT)
def test_any_text_survives_the_way_through_xml(texts: dict[str, str], fact: str) -> None:
    event = cap_scenes.event(infos=(cap_scenes.info(**texts),), facts={"news": fact})
    document = cap.build(event)
    read = cap.parse(document.encode())
    assert (read.headline or "") == cap.clean(texts.get("headline", cap_scenes.info().headline))
    assert (read.description or "") == cap.clean(texts.get("description", cap_scenes.info().description))
    assert read.facts.get("news", "") == cap.clean(fact)
    cap_scenes.schema().validate(document)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=60)
)
def test_what_xml_can_hold_is_not_changed(text: str) -> None:
    assert cap.clean(text) == text.strip()


@given(
    st.one_of(
        st.binary(max_size=300),
        st.builds(
            lambda at, length, instead: DOCUMENT[:at] + instead + DOCUMENT[at + length :],
            st.integers(0, len(DOCUMENT)),
            st.integers(0, 40),
            st.binary(max_size=20),
        ),
        st.builds(retold, st.integers(0, 60), ANY_TEXT),
    )
)
def test_whatever_arrives_is_read_or_refused(xml: bytes) -> None:
    with suppress(CapError):
        assert cap.parse(xml).identifier

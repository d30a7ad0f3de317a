"""The feed for neighbouring cities: who may read it, what lies in it, and for how long."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from relay import clock
from relay.search import service, wipe
from relay.search.actors import Actor
from relay.search.exchange import atom, cap, neighbour_keys
from relay.search.exchange.cap import MsgType
from relay.search.models import Search
from relay.search.states import Closing
from tests.search import scenes

LIST = "/search/feed/cap.atom"
Get = Callable[..., TestResponse]


@pytest.fixture
def key(session: Session) -> str:
    """The key of a neighbouring city."""
    made = neighbour_keys.add(session, "となり市（見本）")
    session.commit()
    return made


@pytest.fixture
def get(client: FlaskClient, key: str) -> Get:
    """Reads an address as that city does."""

    def read(path: str = LIST, *, method: str = "GET", **headers: str) -> TestResponse:
        shown = {"Authorization": f"Bearer {key}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return client.open(path, method=method, headers=shown)

    return read


@pytest.fixture
def actor(session: Session) -> Actor:
    return scenes.actors(session)[0]


@pytest.fixture
def live(session: Session, actor: Actor) -> int:
    """A search that neighbours may know of."""
    return sent(session, actor)


def sent(session: Session, actor: Actor, **changes: Any) -> int:
    number = scenes.draft(session, **({"consent_ranges": ["staff", "neighbours"]} | changes))
    service.send_urgent(number, actor, reason="日が暮れる")
    return number


def listed(answer: TestResponse) -> list[str]:
    """The paths of the documents in a list."""
    assert answer.status_code == 200
    found = atom.addresses(answer.data, base="http://127.0.0.1:8000" + LIST)
    return [address.removeprefix("http://127.0.0.1:8000") for address in found]


def test_the_list_names_each_document_newest_first(
    session: Session, get: Get, actor: Actor, live: int
) -> None:
    service.update(live, actor, words="続報です")
    other = sent(session, actor)
    paths = listed(get())
    numbers = [path.rpartition("/")[2].partition("-")[0] for path in paths]
    assert numbers == [f"K{other}", f"K{live}", f"K{live}"]
    kinds = [cap.parse(get(path).data).kind for path in paths]
    assert kinds == [MsgType.ALERT, MsgType.UPDATE, MsgType.ALERT]


@pytest.mark.usefixtures("live")
def test_list_and_documents_say_what_they_are(get: Get) -> None:
    answer = get()
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.data)  # noqa: S314 - our own list
    space = f"{{{atom.NAMESPACE}}}"
    assert root.findtext(f"{space}id") == "http://127.0.0.1:8000" + LIST
    assert (
        root.findtext(f"{space}entry/{space}title")
        == "【一宮市（見本） 捜索】K1 行方が分からない方を探しています"
    )
    assert (root.findtext(f"{space}updated") or "").endswith("+09:00")
    document = get(listed(answer)[0])
    assert document.content_type == "application/cap+xml; charset=utf-8"


def test_an_empty_list_is_a_list(get: Get) -> None:
    assert listed(get()) == []


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Authorization": "Bearer \u00e9"},
        {"Authorization": "{key}"},
    ],
)
def test_without_the_right_key_nothing_is_told(
    client: FlaskClient, get: Get, key: str, shown: dict[str, str]
) -> None:
    [path] = listed(get())
    headers = {name: value.replace("{key}", key) for name, value in shown.items()}
    for address in (LIST, path, "/search/feed/cap/K999-1-x.xml"):
        answer = client.get(address, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert len(answer.text) < 200
        assert scenes.RED_HAT not in answer.text


@pytest.mark.usefixtures("live")
def test_the_key_does_not_work_in_the_address(client: FlaskClient, key: str) -> None:
    assert client.get(f"{LIST}?key={key}&access_token={key}").status_code == 401


@pytest.mark.parametrize("act", [neighbour_keys.end, neighbour_keys.rotate])
def test_a_key_that_has_ended_opens_nothing(
    session: Session, get: Get, act: Callable[[Session, str], object]
) -> None:
    assert get().status_code == 200
    act(session, "となり市（見本）")
    session.commit()
    assert get().status_code == 401


@pytest.mark.usefixtures("live")
def test_reading_needs_and_leaves_no_cookie(get: Get) -> None:
    for path in (LIST, *listed(get())):
        answer = get(path, Accept_Language="en")
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.usefixtures("live")
def test_what_has_not_changed_is_not_sent_again(get: Get) -> None:
    for path in (LIST, *listed(get())):
        first = get(path)
        again = get(path, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")
        assert get(path, If_None_Match='"other"').status_code == 200


def test_news_change_the_list(get: Get, actor: Actor, live: int) -> None:
    before = get().headers["ETag"]
    service.update(live, actor, words="続報です")
    assert get(If_None_Match=before).status_code == 200


@pytest.mark.usefixtures("live")
def test_only_the_head_can_be_asked_for(get: Get) -> None:
    for path in (LIST, *listed(get())):
        head = get(path, method="HEAD")
        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["ETag"] == get(path).headers["ETag"]


def test_after_the_end_only_the_end_is_told(get: Get, actor: Actor, live: int) -> None:
    [alert] = listed(get())
    service.close(live, actor, closing=Closing.FOUND)
    [cancel] = listed(get())
    assert cap.parse(get(cancel).data).kind == MsgType.CANCEL
    assert get(alert).status_code == 410
    assert scenes.RED_HAT not in get(cancel).text


def test_the_end_is_told_for_a_week(session: Session, get: Get, actor: Actor, live: int) -> None:
    service.close(live, actor, closing=Closing.WITHDRAWN)
    [cancel] = listed(get())
    for days, there in ((6.9, True), (7.1, False)):
        session.get_one(Search, live).closed_at = clock.now() - timedelta(days=days)
        session.commit()
        session.expire_all()
        assert bool(listed(get())) is there
        assert get(cancel).status_code == (200 if there else 410)


def test_a_wiped_search_is_gone(session: Session, get: Get, actor: Actor, live: int) -> None:
    [alert] = listed(get())
    service.close(live, actor, closing=Closing.FOUND)
    [cancel] = listed(get())
    wipe.wipe(session, session.get_one(Search, live))
    session.commit()
    assert listed(get()) == []
    assert [get(path).status_code for path in (alert, cancel)] == [410, 410]


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    "name", ["K1-9-20260101T000000", "K1", "x", "K-1", "K99999999999-1-x", "K１-1-x", "K1-1-"]
)
def test_a_document_that_never_was_is_not_there(get: Get, name: str) -> None:
    answer = get(f"/search/feed/cap/{name}.xml")
    assert answer.status_code == 404
    assert "cap.atom" in answer.text


def test_a_search_that_neighbours_may_not_have_is_not_in_the_list(
    session: Session, get: Get, actor: Actor
) -> None:
    sent(session, actor, consent_ranges=["staff"])
    assert listed(get()) == []

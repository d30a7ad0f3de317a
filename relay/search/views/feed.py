"""The feed for neighbouring cities: a list of CAP documents, and the documents. Opened by a key, never by a login."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from flask import Blueprint, Response, request

from relay import city, clock, db, settings
from relay.search.exchange import atom, cap, neighbour_keys, neighbours
from relay.search.exchange.atom import Entry
from relay.search.models import Transmission

bp = Blueprint("search_feed", __name__, url_prefix="/search/feed")

View = Callable[..., Response]


def _keyholders_only(view: View) -> View:
    @wraps(view)
    def guarded(*args: str, **kwargs: str) -> Response:
        if not _shows_key():
            answer = _short(
                HTTPStatus.UNAUTHORIZED, "show the key that this city gave you: Authorization: Bearer KEY"
            )
            answer.headers["WWW-Authenticate"] = 'Bearer realm="mimamori-relay"'
            return answer
        return view(*args, **kwargs)

    return guarded


@bp.get("/cap.atom")
@_keyholders_only
def listing() -> Response:
    """The documents of the searches that run, and the last word of those that ended lately; newest first."""
    with db.transaction() as session:
        documents = neighbours.published(session)
    entries = [_entry(one) for one in documents]
    own = city.current()
    body = atom.build(
        address=_address("cap.atom"),
        title=f"{own.name} 捜索 CAP",
        author=own.desk_name,
        updated=neighbours.newest(documents, clock.now()),
        entries=entries,
    )
    return _cached(body, atom.MIME)


@bp.get("/cap/<name>.xml")
@_keyholders_only
def document(name: str) -> Response:
    """One document; 410 once its search is over or wiped, 404 for one that never was."""
    with db.transaction() as session:
        found = next(
            (one for one in neighbours.published(session) if neighbours.identifier(one) == name), None
        )
        gone = found is None and neighbours.gone(session, name)
    if found is None:
        return (
            _short(HTTPStatus.GONE, "this search is over: see cap.atom for what there is")
            if gone
            else _short(HTTPStatus.NOT_FOUND, "no such document: see cap.atom for what there is")
        )
    return _cached(found.cap or "", cap.MIME)


def _shows_key() -> bool:
    shown = request.authorization
    if shown is None or shown.type != "bearer" or not shown.token:
        return False
    with db.transaction() as session:
        return neighbour_keys.with_key(session, shown.token) is not None


def _entry(transmission: Transmission) -> Entry:
    message = cap.parse((transmission.cap or "").encode())
    return Entry(
        address=_address(f"cap/{message.identifier}.xml"),
        title=message.headline or message.identifier,
        updated=message.sent,
    )


def _address(path: str) -> str:
    return f"{settings.current().public_url}/search/feed/{path}"


def _cached(body: str, mime: str) -> Response:
    """Kept by the reader alone, and asked for anew each time: it may be gone in a minute."""
    answer = Response(body, content_type=f"{mime}; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Authorization"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _short(status: HTTPStatus, text: str) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain")

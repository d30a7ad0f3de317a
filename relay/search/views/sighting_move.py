"""A sighting as the new last-seen place: what that will be, and the update that everybody alerted may get.

With words it goes on to the page's own action, which shows the texts once more before they leave.
"""

from collections.abc import Mapping
from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from relay import clock, db, messages
from relay.places import service as places
from relay.places.models import District
from relay.search import service
from relay.search.composing import drafting
from relay.search.errors import SearchError
from relay.search.models import Search, SearchEvent, Sighting
from relay.search.sighting import replies
from relay.search.sighting.sighting_marks import MarkChanged
from relay.search.states import State
from relay.search.views import actions, forms, refusals, sightings
from relay.search.views.access import actor, city_only
from relay.search.views.sightings import bp
from relay.web.language import _


@bp.get("/<int:search_id>/sightings/<int:sighting_id>/last-seen")
@city_only
def moving(search_id: int, sighting_id: int) -> ResponseReturnValue:
    """The form, filled in from the sighting."""
    with db.transaction() as session:
        sighting = _sighting(session, search_id, sighting_id)
        return _page(session, sighting, _filled(sighting), {})


@bp.post("/<int:search_id>/sightings/<int:sighting_id>/last-seen")
@city_only
def moved(search_id: int, sighting_id: int) -> ResponseReturnValue:
    """Move the last-seen place and tell nobody."""
    try:
        with db.transaction() as session:
            sighting = _sighting(session, search_id, sighting_id)
            actions.check_sighting(session, search_id, sighting_id)
            read = forms.last_seen(session)
            if read.faults or read.seen_at is None:
                page = _page(session, sighting, request.form, read.faults)
                return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        service.move_last_seen(
            search_id,
            actor(),
            town=read.town,
            place=read.place,
            lat=read.lat,
            lng=read.lng,
            district_id=read.district_id,
            seen_at=read.seen_at,
            words=None,
            sighting_id=sighting_id,
        )
    except MarkChanged as changed:
        return actions.refused(search_id, actions.mark_changed("last_seen", changed))
    except SearchError as error:
        flash(refusals.sentence(error), "error")
        return redirect(url_for("search.show", search_id=search_id), HTTPStatus.SEE_OTHER)
    flash(_("最後に見た場所を変えました。協力員には知らせていません。"), "good")
    return sightings.back(search_id, sighting_id)


def _sighting(session: Session, search_id: int, sighting_id: int) -> Sighting:
    """The sighting of a live search; 404 for any other."""
    found = session.scalar(
        select(Sighting)
        .join(Search, Search.id == Sighting.search_id)
        .where(Sighting.id == sighting_id, Sighting.search_id == search_id, Search.state == State.LIVE)
    )
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _filled(sighting: Sighting) -> dict[str, str]:
    at = clock.local(sighting.seen_at or sighting.received_at)
    said, town = _place(sighting), sighting.town or ""
    place = said.replace(town, "", 1).lstrip("のでに、 ") if town else said
    words = messages.current()
    return {
        "seen_date": f"{at:%Y-%m-%d}",
        "seen_time": f"{at:%H:%M}",
        "town": sighting.town or "",
        "district": str(sighting.district_id or ""),
        "seen_place": place[: drafting.SHORT],
        "lat": "" if sighting.lat is None else str(sighting.lat),
        "lng": "" if sighting.lng is None else str(sighting.lng),
        # The city's own words go out in Japanese, whatever language this page has.
        "words": words.text(
            "sighting.update",
            time=f"{at:%H:%M}",
            place=(said if town in said else f"{town} {said}".strip()) or words.text("sighting.no_place"),
            heading=words.text("sighting.update_heading", heading=sighting.heading)
            if sighting.heading
            else "",
        ),
    }


def _place(sighting: Sighting) -> str:
    """The words about the place: of an SMS what is neither time nor heading, of a form its first line."""
    first = sighting.text.splitlines()[0] if sighting.text else ""
    if sighting.channel == "sms":
        first = replies.parse(sighting.text, now=sighting.received_at).rest
    return " ".join(first.split())[: drafting.LINE]


def _page(session: Session, sighting: Sighting, values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    newest = select(func.max(SearchEvent.id)).where(SearchEvent.search_id == sighting.search_id)
    return render_template(
        "search/sighting_move.html",
        search_id=sighting.search_id,
        sighting_id=sighting.id,
        shown=values.get("shown") or sighting.mark,
        values=values,
        errors=errors,
        seen=values.get("seen") or session.scalar(newest) or 0,
        towns=places.town_names(session),
        districts=[(str(d.id), d.name) for d in session.scalars(select(District).order_by(District.id))],
    )

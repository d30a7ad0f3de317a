"""Registered persons: the list with what is due, one person's page, and what can be done."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from relay import clock, db
from relay.places import service as places
from relay.search.composing import people, registering
from relay.search.composing.people import Person, PersonChanged
from relay.search.composing.registering import MOST_CONTACTS, PersonEntry, PersonFields
from relay.search.errors import SearchError
from relay.search.views import forms, refusals, words
from relay.search.views.access import actor, city_only
from relay.search.views.blueprints import bp
from relay.search.views.composer import Form
from relay.search.views.forms import Upload
from relay.search.views.pictures import picture
from relay.web.language import _


@bp.get("/people")
@city_only
def people_list() -> ResponseReturnValue:
    """Everybody registered, those to be confirmed first."""
    with db.transaction() as session:
        found = people.listed(session)
    return render_template("search/people.html", people=found, due=sum(one.due for one in found))


@bp.get("/people/new")
@city_only
def person_new() -> ResponseReturnValue:
    """An empty form."""
    with db.transaction() as session:
        return _form_page(session, _shown(PersonFields()), person=None)


@bp.post("/people/new")
@city_only
def person_add() -> ResponseReturnValue:
    """Register. Nothing is stored while anything is wrong: there is time to make it right."""
    upload, entry = forms.upload("photo"), _read()
    if errors := _errors(entry, upload):
        return _again(None, errors)
    person_id, fresh = people.add(entry.fields, actor(), jpeg=upload.jpeg)
    flash(
        _("登録しました。") if fresh else _("この方は、同じ内容ですでに登録されています。"),
        "good" if fresh else "info",
    )
    return redirect(url_for("search.person", person_id=person_id), HTTPStatus.SEE_OTHER)


@bp.get("/people/<int:person_id>")
@city_only
def person(person_id: int) -> ResponseReturnValue:
    """One registration."""
    with db.transaction() as session:
        found = _person(session, person_id)
        return render_template(
            "search/person.html", person=found, running=people.searching(session, person_id)
        )


@bp.get("/people/<int:person_id>/edit")
@city_only
def person_edit(person_id: int) -> ResponseReturnValue:
    """The form of a registration."""
    with db.transaction() as session:
        found = _person(session, person_id)
        return _form_page(session, _shown(found.fields), person=found)


@bp.post("/people/<int:person_id>/edit")
@city_only
def person_save(person_id: int) -> ResponseReturnValue:
    """Change it. Of two who write at once the second sees both."""
    upload, entry = forms.upload("photo"), _read()
    with db.transaction() as session:
        found = _person(session, person_id)
    if errors := _errors(entry, upload):
        return _again(found, errors)
    try:
        people.edit(
            person_id,
            entry.fields,
            actor(),
            mark=request.form.get("mark", ""),
            jpeg=upload.jpeg,
            drop_photo=forms.ticked("drop_photo"),
        )
    except PersonChanged as conflict:
        return _both(conflict.now, entry, upload)
    flash(_("保存しました。"), "good")
    return redirect(url_for("search.person", person_id=person_id), HTTPStatus.SEE_OTHER)


@bp.post("/people/<int:person_id>/renew")
@city_only
def person_renew(person_id: int) -> ResponseReturnValue:
    """The family confirmed everything today."""
    with db.transaction() as session:
        _person(session, person_id)
    people.renew(person_id, actor())
    flash(_("きょう、内容を確かめたと記録しました。"), "good")
    return redirect(url_for("search.person", person_id=person_id), HTTPStatus.SEE_OTHER)


@bp.route("/people/<int:person_id>/end", methods=["GET", "POST"])
@city_only
def person_end(person_id: int) -> ResponseReturnValue:
    """Ask first (GET), then take off the register (POST)."""
    if request.method == "GET":
        with db.transaction() as session:
            return render_template("search/person_end.html", person=_person(session, person_id))
    try:
        people.end(person_id, actor())
    except SearchError:
        abort(HTTPStatus.NOT_FOUND)
    flash(_("登録を終わりにし、写真と個人の情報を消しました。"), "good")
    return redirect(url_for("search.people_list"), HTTPStatus.SEE_OTHER)


@bp.get("/people/<int:person_id>/photo")
@city_only
def person_photo(person_id: int) -> Response:
    """The person's picture."""
    with db.transaction() as session:
        return picture(people.photo(session, person_id))


def _read() -> PersonEntry:
    return registering.read(
        request.form,
        items=request.form.getlist("consent_items"),
        ranges=request.form.getlist("consent_ranges"),
        today=clock.local(clock.now()).date(),
    )


def _errors(entry: PersonEntry, upload: Upload) -> dict[str, str]:
    return refusals.faults(entry.faults) | ({"photo": upload.fault} if upload.fault else {})


def _shown(fields: PersonFields) -> Form:
    values = {
        name: str(value)
        for name in PersonFields.__dataclass_fields__
        if (value := getattr(fields, name)) is not None and not isinstance(value, tuple)
    }
    for row, contact in enumerate(fields.contacts, start=1):
        values[f"contact_name_{row}"] = contact.name
        values[f"contact_relation_{row}"] = contact.relation
        values[f"contact_phone_{row}"] = words.phone(contact.phone)
    return Form(values=values, items=fields.consent_items, ranges=fields.consent_ranges)


def _again(found: Person | None, errors: Mapping[str, str]) -> ResponseReturnValue:
    """The form with everything typed and a sentence beside each fault."""
    with db.transaction() as session:
        page = _form_page(session, _typed(errors), person=found)
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _both(now: Person, entry: PersonEntry, upload: Upload) -> ResponseReturnValue:
    stored = dict(_shown(now.fields).values) | {
        "consent_items": words.names([words.of(words.ITEMS, code) for code in now.fields.consent_items]),
        "consent_ranges": words.names([words.of(words.RANGES, code) for code in now.fields.consent_ranges]),
        "sex": words.of(words.SEXES, now.fields.sex),
        "contacts": words.names([f"{one.name} {words.phone(one.phone)}" for one in now.fields.contacts]),
    }
    different = now.fields.differing(entry.fields)
    errors = {"photo": _("写真はまだ保存していません。もう一度選んでください。")} if upload.jpeg else {}
    form = _typed(errors, others={name: stored.get(name) or _("（空）") for name in different})
    with db.transaction() as session:
        page = _form_page(session, form, person=now, conflict=True)
    return make_response(page, HTTPStatus.CONFLICT)


def _typed(errors: Mapping[str, str], others: Mapping[str, str] | None = None) -> Form:
    return Form(
        values=forms.typed(),
        items=tuple(request.form.getlist("consent_items")),
        ranges=tuple(request.form.getlist("consent_ranges")),
        errors=errors,
        others=others or {},
    )


def _form_page(session: Session, form: Form, *, person: Person | None, conflict: bool = False) -> str:
    return render_template(
        "search/person_form.html",
        form=form,
        person=person,
        conflict=conflict,
        rows=range(1, MOST_CONTACTS + 1),
        towns=places.town_names(session),
    )


def _person(session: Session, person_id: int) -> Person:
    try:
        return people.load(session, person_id)
    except SearchError:
        abort(HTTPStatus.NOT_FOUND)

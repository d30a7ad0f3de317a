"""Writing a search: one page that can be saved at any time. What is right is always kept; what is wrong is said
field by field, and two people who write at once see each other's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from relay import clock, db, tokens
from relay.places import service as places
from relay.search.composing import drafting, drafts, people
from relay.search.composing.drafting import Entry, Fields
from relay.search.composing.drafts import Changed, Draft
from relay.search.errors import SearchError
from relay.search.states import State
from relay.search.views import forms, refusals, words
from relay.search.views.access import actor, city_only
from relay.search.views.blueprints import bp
from relay.search.views.forms import Upload
from relay.web.language import _


@dataclass(frozen=True, kw_only=True)
class Form:
    """What the page shows besides the draft: values as typed, faults, and what somebody else saved meanwhile."""

    values: Mapping[str, str]
    items: tuple[str, ...]
    ranges: tuple[str, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


@bp.get("/new")
@city_only
def new() -> ResponseReturnValue:
    """An empty form, or one filled from a registered person (``?person=``); an exercise with ``?drill=1``."""
    person_id = forms.argument("person")
    with db.transaction() as session:
        known = Fields()
        running: list[int] = []
        if person_id is not None:
            known = _of_person(session, person_id)
            running = people.searching(session, person_id)
        form = _form(session, known)
        return _page(
            session,
            form,
            draft=None,
            once=tokens.new(),
            drill=request.args.get("drill") == "1",
            person_id=person_id,
            running=running,
        )


@bp.post("/new")
@city_only
def create() -> ResponseReturnValue:
    """Make the draft. The same page pressed twice makes one; what it then holds is what was typed last."""
    upload, person_id = forms.upload("photo"), forms.number("person_id")
    with db.transaction() as session:
        entry = _read(session, Fields())
        if person_id is not None:
            _of_person(session, person_id)  # gone meanwhile: 404 rather than a draft of nobody
        search_id, fresh = drafts.create(
            session,
            entry.fields,
            actor(),
            drill=forms.ticked("drill"),
            person_id=person_id,
            jpeg=upload.jpeg,
            once=request.form.get("once") or None,
        )
    return _saved(search_id, entry, upload) if fresh else _save(search_id)


@bp.get("/<int:search_id>/edit")
@city_only
def edit(search_id: int) -> ResponseReturnValue:
    """The form of a draft. What is no draft any more has other pages."""
    with db.transaction() as session:
        draft = _draft(session, search_id)
        if draft.state != State.DRAFT:
            flash(str(refusals.SENTENCES["not_draft"]), "warning")
            return redirect(url_for("search.show", search_id=search_id))
        return _page(session, _form(session, draft.fields), draft=draft)


@bp.post("/<int:search_id>/edit")
@city_only
def save(search_id: int) -> ResponseReturnValue:
    """Save what is right; show again what is not."""
    return _save(search_id)


def _save(search_id: int) -> ResponseReturnValue:
    upload = forms.upload("photo")
    try:
        with db.transaction() as session:
            entry = _read(session, _draft(session, search_id).fields)
            drafts.save(
                session,
                search_id,
                entry.fields,
                actor(),
                version=forms.number("version") or 1,
                jpeg=upload.jpeg,
                drop_photo=forms.ticked("drop_photo"),
            )
    except Changed as conflict:
        return _both(conflict.now, entry, upload)
    except SearchError as error:
        flash(refusals.sentence(error), "warning")
        return redirect(url_for("search.show", search_id=search_id), HTTPStatus.SEE_OTHER)
    return _saved(search_id, entry, upload)


def _saved(search_id: int, entry: Entry, upload: Upload) -> ResponseReturnValue:
    """On to the next page; or the same one again, with a sentence beside every field that is wrong."""
    errors = refusals.faults(entry.faults) | ({"photo": upload.fault} if upload.fault else {})
    if errors:
        flash(
            _("K%(number)sに下書きとして保存しました。次の欄だけ直してください。", number=search_id), "info"
        )
        with db.transaction() as session:
            page = _page(session, _typed(errors=errors), draft=_draft(session, search_id))
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.form.get("next") == "preview":
        return redirect(url_for("search.preview", search_id=search_id), HTTPStatus.SEE_OTHER)
    flash(_("K%(number)sを下書きとして保存しました。", number=search_id), "good")
    return redirect(url_for("search.edit", search_id=search_id), HTTPStatus.SEE_OTHER)


def _both(now: Draft, entry: Entry, upload: Upload) -> ResponseReturnValue:
    """Somebody else was first: this writer's words, and beside them what stands there now.

    What this writer left empty holds the other's words: a field that nobody touched must not erase them.
    """
    errors = refusals.faults(entry.faults)
    if upload.jpeg is not None:
        errors["photo"] = _("写真はまだ保存していません。もう一度選んでください。")
    with db.transaction() as session:
        names = {
            "consent_items": words.names([words.of(words.ITEMS, code) for code in now.fields.consent_items]),
            "consent_ranges": words.names(
                [words.of(words.RANGES, code) for code in now.fields.consent_ranges]
            ),
            "age_band": words.age(now.fields.age_band),
            "sex": words.of(words.SEXES, now.fields.sex),
            "travel": words.of(words.TRAVELS, now.fields.travel),
        }
        there = forms.shown(now.fields, session)
        stored = there | names
        different = {_FORM_NAMES.get(name, (name,)) for name in now.fields.differing(entry.fields)}
        others = {name: stored.get(name) or _("（空）") for group in different for name in group}
        form = _typed(errors=errors, others=others)
        taken = {name: there[name] for name in others if not form.values.get(name) and there.get(name)}
        page = _page(session, replace(form, values={**form.values, **taken}), draft=now, conflict=True)
    return make_response(page, HTTPStatus.CONFLICT)


#: Fields of a draft that stand on the form under other names.
_FORM_NAMES: Mapping[str, tuple[str, ...]] = {
    "seen_at": ("seen_date", "seen_time"),
    "seen_town": ("town",),
    "district_id": ("district",),
}


def _read(session: Session, before: Fields) -> Entry:
    return drafting.read(
        _given(),
        items=request.form.getlist("consent_items"),
        ranges=request.form.getlist("consent_ranges"),
        before=before,
        town=drafts.whereabouts(session, request.form.get("town", "")),
        districts=drafts.districts(session).keys(),
        now=clock.now(),
    )


def _given() -> Mapping[str, str]:
    """What was typed. The date that stood there by itself says nothing as long as nobody typed a time to it."""
    typed = request.form.copy()
    if not typed.get("seen_time", "").strip() and typed.get("seen_date") == typed.get("seen_today"):
        typed.poplist("seen_date")
    return typed


def _form(session: Session, known: Fields) -> Form:
    values = forms.shown(known, session)
    if known.seen_at is None:  # nearly always it is today
        values["seen_date"] = values["seen_today"] = f"{clock.local(clock.now()):%Y-%m-%d}"
    return Form(values=values, items=known.consent_items, ranges=known.consent_ranges)


def _typed(*, errors: Mapping[str, str], others: Mapping[str, str] | None = None) -> Form:
    return Form(
        values=forms.typed(),
        items=tuple(request.form.getlist("consent_items")),
        ranges=tuple(request.form.getlist("consent_ranges")),
        errors=errors,
        others=others or {},
    )


def _page(
    session: Session,
    form: Form,
    *,
    draft: Draft | None,
    once: str | None = None,
    drill: bool = False,
    person_id: int | None = None,
    running: list[int] | None = None,
    conflict: bool = False,
) -> str:
    """The composer. Templates get finished words; nothing in them asks the database."""
    return render_template(
        "search/composer.html",
        form=form,
        draft=draft,
        once=once,
        drill=draft.drill if draft else drill,
        person_id=person_id,
        running=running or [],
        conflict=conflict,
        towns=places.town_names(session),
        districts=[(str(number), name) for number, name in drafts.districts(session).items()],
        district_told=_district_told(session, form),
        pick_from=drafts.last_point(session),
    )


def _district_told(session: Session, form: Form) -> str | None:
    """The district that the town tells, to be read beside it."""
    where = drafts.whereabouts(session, form.values.get("town", ""))
    if where is None or len(where.districts) != 1:
        return None
    return drafts.districts(session).get(where.districts[0])


def _draft(session: Session, search_id: int) -> Draft:
    try:
        return drafts.load(session, search_id)
    except SearchError:
        abort(HTTPStatus.NOT_FOUND)


def _of_person(session: Session, person_id: int) -> Fields:
    try:
        return drafts.from_person(session, person_id)
    except SearchError:
        abort(HTTPStatus.NOT_FOUND)

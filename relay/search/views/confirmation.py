"""The question before something reaches many phones: what goes out, to how many, and how long it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay.places.models import Town
from relay.places.romaji import romaji
from relay.search import audience, queries, sent, wording
from relay.search.errors import SearchError
from relay.search.models import Subject
from relay.search.queries import Page
from relay.search.states import Closing, State
from relay.search.texts import MOST_PARTS, Outline
from relay.search.views import preview, words
from relay.search.views.forms import LastSeen
from relay.search.views.preview import Sms
from relay.web.language import _
from relay.web.words import moment_word


@dataclass(frozen=True, kw_only=True)
class Question:
    """A page that asks once more. The first of ``lines`` stands out; ``texts`` are what would be sent."""

    title: str
    lines: tuple[str, ...]
    button: str
    danger: bool = False
    texts: tuple[Sms, ...] = ()


def urgent(session: Session, search_id: int, reason: str) -> Question:
    """Sending without a second person."""
    found = queries.page(session, search_id)
    reach = audience.preview(session, search_id)
    if reach.next_ring is None:
        raise SearchError("nobody")
    texts = preview.sms_of(session, found)
    return Question(
        title=_("一人の判断で送りますか"),
        lines=(
            _("%(people)s人に、すぐに送ります。", people=reach.new_up_to(reach.next_ring)),
            _("理由：%(reason)s", reason=reason),
            _("送ったものは取り戻せません。承認を待たずに送ったことと、あなたの名前が記録に残ります。"),
        ),
        button=_("緊急で送る"),
        danger=True,
        texts=texts,
    )


def discard() -> Question:
    """Dropping a draft."""
    return Question(
        title=_("この捜索を取りやめますか"),
        lines=(_("まだどこにも送っていません。取りやめると、書いた内容は期限のあとに消えます。"),),
        button=_("取りやめる"),
        danger=True,
    )


def update(session: Session, search_id: int, text: str, *, place: LastSeen | None = None) -> Question:
    """News. Raises ``SearchError``: not_live, no_words, words_too_long."""
    found = _live(session, search_id)
    if not text:
        raise SearchError("no_words")
    outline = wording.outline(session, found.search, _subject(found))
    texts = _texts(wording.writer().update(_moved(session, outline, place), text))
    if any(one.language == "ja" and one.parts > MOST_PARTS for one in texts):
        raise SearchError("words_too_long")
    lines = [_("これまでに知らせた%(people)s人に送ります。", people=len(sent.to(session, search_id)))]
    if place is not None:
        lines.append(_("最後に見た場所も、入力したとおりに変えます。"))
    return Question(
        title=_("続報を送りますか"), lines=(*lines, *_quiet(found)), button=_("続報を送る"), texts=texts
    )


def widen(session: Session, search_id: int) -> Question:
    """The next ring. Raises ``SearchError``: not_live, nothing_to_widen."""
    found = _live(session, search_id)
    reach = audience.preview(session, search_id)
    if reach.next_ring is None:
        raise SearchError("nothing_to_widen")
    texts = preview.sms_of(session, found)
    districts = [
        name for ring in reach.rings if ring.ring <= reach.next_ring and ring.new for name in ring.districts
    ]
    minutes = preview.minutes(session, search_id, reach, texts)
    return Question(
        title=_("範囲を広げて送りますか"),
        lines=(
            _("新しく%(people)s人に送ります。", people=reach.new_up_to(reach.next_ring)),
            _("地区：%(districts)s", districts=words.names(districts)),
            _("すでに知らせた人には、もう一度は送りません。"),
            _("送り終わるまで、およそ%(minutes)s分です。", minutes=minutes),
            *_quiet(found),
        ),
        button=_("広げて送る"),
        texts=texts,
    )


def close(session: Session, search_id: int, closing: Closing, *, wait: bool) -> Question:
    """The end. Raises ``SearchError``: not_live."""
    found = _live(session, search_id)
    writer = wording.writer()
    until = preview.quiet_until()
    lines = [
        _(
            "「%(closing)s」で終わり、知らせた%(people)s人に伝えます。",
            closing=words.closing(closing),
            people=len(sent.to(session, search_id)),
        ),
        _("まだ送られていないお知らせは止めます。リンクはすぐに開けなくなります。"),
    ]
    if wait and until is not None and not found.search.quiet_reason:
        lines.append(_("終了のお知らせは %(time)s に送ります。", time=moment_word(until)))
    return Question(
        title=_("捜索を終了しますか"),
        lines=tuple(lines),
        button=_("終了して知らせる"),
        danger=closing == Closing.WITHDRAWN,
        texts=_texts(writer.closing(search_id, drill=found.search.drill, closing=closing)),
    )


def _live(session: Session, search_id: int) -> Page:
    found = queries.page(session, search_id)
    if found.row.state != State.LIVE:
        raise SearchError("not_live")
    return found


def _subject(found: Page) -> Subject:
    if found.subject is None:
        raise SearchError("missing")
    return found.subject


def _moved(session: Session, outline: Outline, place: LastSeen | None) -> Outline:
    """The outline as it will read once the last-seen place has been changed."""
    if place is None or place.seen_at is None:
        return outline
    kana = session.scalar(select(Town.kana).where(Town.name == place.town).limit(1))
    return replace(
        outline,
        seen_at=place.seen_at,
        town=place.town,
        town_en=romaji(kana) if kana else None,
        place=place.place,
        heading=None,
    )


def _quiet(found: Page) -> tuple[str, ...]:
    """When texts leave, in the quiet hours."""
    until = preview.quiet_until()
    if until is None or found.search.quiet_reason:
        return ()
    return (_("いまは夜間のため、%(time)s に送ります。", time=moment_word(until)),)


def _texts(stored: Mapping[str, Any]) -> tuple[Sms, ...]:
    writer = wording.writer()
    return tuple(
        Sms(
            language=language,
            text=text["sms"],
            parts=writer.parts(text["sms"]),
            mail_subject=text["mail_subject"],
            mail=text["mail"],
        )
        for language, text in stored.items()
    )

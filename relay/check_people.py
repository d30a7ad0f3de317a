"""For ``relay check``: who would be told of an alert now, and in the coming days."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import city, clock
from relay.check_line import Line, fine, named, trouble
from relay.clock import local
from relay.duty import rota
from relay.duty.models import Officer
from relay.imports import cells
from relay.outbox.models import OptOut
from relay.places.models import Centre
from relay.settings import Settings

#: So many gaps of the rota are listed.
GAPS_SHOWN = 10
_RANKS = {1: ("当番", "duty officer"), 2: ("バックアップ", "backup")}
#: Without one of these an alert at a centre starts a step late or ends a step early.
_STEPS = {"duty": ("当番", "duty officer"), "head": ("センター長", "head")}


def people(session: Session, own: Settings) -> Iterator[Line]:
    """Officers on duty and heads of every centre, the last phone, and officers whom no alert reaches."""
    all_centres = session.scalars(select(Centre).order_by(Centre.id)).all()
    if not all_centres:
        yield trouble(
            "センター：ありません。city.toml に [[centre]] を書いて relay import towns",
            "centres: none: write [[centre]] blocks into city.toml, then relay import towns",
        )
    for centre in all_centres:
        missing = [
            word for step, word in _STEPS.items() if not rota.who(session, step, centre.id, clock.now())
        ]
        if missing:
            yield trouble(
                f"{centre.name}：いま{'と'.join(ja for ja, _ in missing)}がいません。"
                "relay import officers と relay import rota で登録してください",
                f"{centre.name}: no {' and no '.join(en for _, en in missing)} now: use relay import officers and"
                " relay import rota",
            )
        else:
            yield fine(
                f"{centre.name}：当番とセンター長がいます", f"{centre.name}: has a duty officer and a head"
            )
    yield _last_phone(own)
    yield from _silent(session, own)


def _last_phone(own: Settings) -> Line:
    phone = city.current().fallback_phone
    shown = cells.national(phone)
    if phone.startswith(cells.SAMPLE_NUMBERS) and not own.simulated:
        return trouble(
            f"最後の連絡先：{shown} は見本の番号です。relay.toml の fallback_phone に市の当直の番号を書いてください",
            f"last phone: {shown} is a sample number: write the city's night duty into fallback_phone of relay.toml",
        )
    if not cells.MOBILE.fullmatch(phone):
        return trouble(
            f"最後の連絡先：{shown} ではSMSを受け取れません。relay.toml の fallback_phone に携帯番号を書いてください",
            f"last phone: {shown} can't get an SMS: write a mobile number into fallback_phone of relay.toml",
        )
    return fine(f"最後の連絡先：{shown}", f"last phone: {shown}")


def _silent(session: Session, own: Settings) -> Iterator[Line]:
    """Officers whom no alert reaches: they opted out, or their number is one of the sample's."""
    officers = session.scalars(select(Officer).where(Officer.active).order_by(Officer.id)).all()
    stopped = set(session.scalars(select(OptOut.phone)))
    out = [officer.name for officer in officers if officer.phone in stopped]
    if out:
        yield trouble(
            f"SMS停止：{named(out)}さんの電話がSMSを止めています。START と送ってもらってください",
            f"opted out: {named(out)} stopped our SMS: have them send START",
        )
    invented = [officer.name for officer in officers if officer.phone.startswith(cells.SAMPLE_NUMBERS)]
    if invented and not own.simulated:
        yield trouble(
            f"見本の番号：{named(invented)}さんの番号は見本のままです。relay import officers で直してください",
            f"sample numbers: {named(invented)} still have one: mend it with relay import officers",
        )


def gaps(session: Session) -> Iterator[Line]:
    """Empty slots of the rota in the coming days."""
    days = city.current().gap_warning_days
    found = rota.gaps(session, days=days)
    if not found:
        yield fine(f"当番表：{days}日先まで空きがありません", f"rota: no gaps in the next {days} days")
    for gap in found[:GAPS_SHOWN]:
        ja, en = _RANKS[gap.rank]
        span = f"{local(gap.starts_at):%Y-%m-%d %H:%M}〜{local(gap.ends_at):%Y-%m-%d %H:%M}"
        yield trouble(
            f"当番表：{gap.centre or '市'}の{ja}が {span} にいません。relay import rota で埋めてください",
            f"rota: {gap.centre or 'the city'} has no {en} {span}: fill it with relay import rota",
        )
    if (more := len(found) - GAPS_SHOWN) > 0:
        yield trouble(f"当番表：空きがほかに{more}件あります", f"rota: {more} more gaps")

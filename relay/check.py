"""``relay check``: is everything there that an alert needs on its way? One line each, with what to do next."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import redis
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from relay import city, clock, config_files, db, messages, settings
from relay.clock import local
from relay.config_files import ConfigError
from relay.duty import rota
from relay.duty.models import Officer
from relay.imports import cells, centres
from relay.outbox.models import OptOut
from relay.places import areas, polygons
from relay.places import readiness as places_readiness
from relay.places.models import Centre, Town
from relay.search import readiness as search_readiness
from relay.settings import Settings, SettingsError
from relay.triage import lexicon
from relay.triage.lexicon import LexiconError

#: So many names are listed in one line.
NAMED = 5
#: Seconds that a server may take to answer.
PATIENCE = 5
#: So many gaps of the rota are listed.
GAPS_SHOWN = 10
WHY_LENGTH = 120
_RANKS = {1: ("当番", "duty officer"), 2: ("バックアップ", "backup")}
#: Without one of these an alert at a centre starts a step late or ends a step early.
_STEPS = {"duty": ("当番", "duty officer"), "head": ("センター長", "head")}


@dataclass(frozen=True)
class Line:
    """One thing looked at: fine or not, in both languages."""

    ok: bool
    ja: str
    en: str

    def text(self, language: str) -> str:
        return f"{'✓' if self.ok else '✗'} {self.ja if language == 'ja' else self.en}"


def fine(ja: str, en: str) -> Line:
    return Line(True, ja, en)


def trouble(ja: str, en: str) -> Line:
    return Line(False, ja, en)


def look() -> Iterator[Line]:
    """All lines, in the order in which one would mend things. Never raises for what it looks at."""
    try:
        own = settings.current()
    except SettingsError as error:
        yield trouble(
            f"設定：{error}（直してからもう一度 relay check）",
            f"settings: {error} (then run relay check again)",
        )
        return
    yield fine("設定：そろっています", "settings: complete")
    files = list(_config(own))
    yield from files
    yield _address(own)
    yield _broker(own)
    yield from _provider(own)
    found = _database()
    yield found
    # Without relay.toml, the first of the files, no rota can be judged.
    if found.ok and files[0].ok:
        with db.transaction() as session:
            yield from _places(session)
            yield from _people(session, own)
            yield from _gaps(session)
            for room in (places_readiness, search_readiness):
                yield from (Line(*said) for said in room.lines(session))


def _config(own: Settings) -> Iterator[Line]:
    readers: dict[str, Callable[[], object]] = {
        "relay.toml": lambda: city.load(own.config),
        "messages.ja.toml / messages.en.toml": lambda: messages.load(own.config),
        "triage.toml": lambda: lexicon.load(config_files.path_of(own.config, "triage.toml")),
        "city.toml": lambda: centres.read(own.config),
    }
    if (own.config / polygons.FILE).exists():
        readers[polygons.FILE] = lambda: areas.load(own.config)
    for name, read in readers.items():
        try:
            read()
        except (ConfigError, LexiconError) as error:
            for fault in str(error).splitlines():
                yield trouble(f"設定ファイル：{fault}", f"config file: {fault}")
        else:
            yield fine(f"設定ファイル：{name} は正しく読めます", f"config file: {name} is right")


def _address(own: Settings) -> Line:
    if own.public_url.startswith("https://"):
        return fine(f"公開アドレス：{own.public_url}", f"public address: {own.public_url}")
    if own.simulated:
        return fine(
            f"公開アドレス：{own.public_url}（見本の電話なので https でなくても動きます）",
            f"public address: {own.public_url} (simulated phones need no https)",
        )
    return trouble(
        f"公開アドレス：{own.public_url} はTwilioと電話から開けません。"
        "RELAY_PUBLIC_URL に https:// の住所を入れてください",
        f"public address: {own.public_url} can't be opened by Twilio or phones: let RELAY_PUBLIC_URL be https://…",
    )


def _broker(own: Settings) -> Line:
    try:
        with redis.Redis.from_url(
            own.redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        ) as server:
            server.ping()
    except (redis.RedisError, OSError) as error:
        why = type(error).__name__
        return trouble(
            f"Redis：つながりません（{why}）。REDIS_URL と、Redisが動いているかを確かめてください",
            f"Redis: no connection ({why}): check REDIS_URL and that Redis runs",
        )
    return fine("Redis：つながります", "Redis: connected")


def _provider(own: Settings) -> Iterator[Line]:
    """Asks for the account, and in simulation for its messages: the simulated phones keep no account record."""
    import requests
    from twilio.base.exceptions import TwilioException

    from relay.channels.twilio_sms import client

    name = "見本の電話", "simulated phones"
    try:
        if own.simulated:
            client().messages.list(limit=1)
        else:
            name = "Twilio", "Twilio"
            status = client().api.v2010.accounts(own.twilio_account_sid).fetch().status
            if status != "active":
                yield trouble(
                    f"Twilio：アカウントが {status} です。Twilioの画面で確かめてください",
                    f"Twilio: the account is {status}: look into the Twilio console",
                )
                return
    except (TwilioException, requests.RequestException) as error:
        why = f"{getattr(error, 'status', '')} {getattr(error, 'code', '') or type(error).__name__}".strip()
        yield trouble(
            f"{name[0]}：答えがありません（{why}）。TWILIO_ACCOUNT_SID と TWILIO_AUTH_TOKEN、"
            "見本なら TWILIO_API_BASE を確かめてください",
            f"{name[1]}: no answer ({why}): check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN,"
            " or TWILIO_API_BASE for the simulated phones",
        )
        return
    yield fine(f"{name[0]}：つながります", f"{name[1]}: connected")


def _database() -> Line:
    try:
        with db.engine().connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())[:WHY_LENGTH]
        return trouble(
            f"データベース：つながりません（{why}）。DATABASE_URL と、PostgreSQLが動いているか確かめてください",
            f"database: no connection ({why}): check DATABASE_URL and that PostgreSQL runs",
        )
    newest = ScriptDirectory(str(Path(db.__file__).with_name("migrations"))).get_current_head()
    if current != newest:
        return trouble(
            f"データベース：形が古いままです（{current or 'なし'} → {newest}）。relay migrate で新しくしてください",
            f"database: its schema is old ({current or 'none'} → {newest}): renew it with relay migrate",
        )
    return fine("データベース：つながり、形も最新です", "database: connected, schema up to date")


def _places(session: Session) -> Iterator[Line]:
    towns = session.scalar(select(func.count(Town.name.distinct()))) or 0
    if not towns:
        yield trouble(
            "町の表：空です。relay towns 県名 市名 > towns.csv で作り、地区を書き足して relay import towns towns.csv",
            "town table: empty: make it with relay towns PREFECTURE CITY > towns.csv, add districts, then relay import"
            " towns towns.csv",
        )
        return
    yield fine(f"町の表：{towns}町", f"town table: {towns} towns")
    lost = session.scalars(
        select(Town.name).where(Town.district_id.is_(None)).distinct().order_by(Town.name)
    ).all()
    if lost:
        yield trouble(
            f"地区：{_named(lost)}に地区がなく、通報が市の窓口に届きます。地区を書いて relay import towns",
            f"districts: none for {_named(lost)}, so reports go to the city desk: add them with relay import towns",
        )
    else:
        yield fine("地区：すべての町にあります", "districts: every town has one")


def _people(session: Session, own: Settings) -> Iterator[Line]:
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
            f"SMS停止：{_named(out)}さんの電話がSMSを止めています。START と送ってもらってください",
            f"opted out: {_named(out)} stopped our SMS: have them send START",
        )
    invented = [officer.name for officer in officers if officer.phone.startswith(cells.SAMPLE_NUMBERS)]
    if invented and not own.simulated:
        yield trouble(
            f"見本の番号：{_named(invented)}さんの番号は見本のままです。relay import officers で直してください",
            f"sample numbers: {_named(invented)} still have one: mend it with relay import officers",
        )


def _gaps(session: Session) -> Iterator[Line]:
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


def _named(names: Sequence[str]) -> str:
    more = f"…（{len(names)}）" if len(names) > NAMED else ""
    return "、".join(names[:NAMED]) + more


@click.command()
@click.option("--lang", type=click.Choice(("ja", "en")), default="ja", show_default=True)
def check(lang: str) -> None:
    """Look whether all that an alert needs is there; exit 1 when something is not."""
    troubles = 0
    for line in look():
        click.echo(line.text(lang))
        troubles += not line.ok
    if troubles:
        word = f"{troubles}件直してください" if lang == "ja" else f"{troubles} to mend"
        click.echo(word, err=True)
        raise click.exceptions.Exit(1)

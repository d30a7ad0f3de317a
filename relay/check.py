"""``relay check``: is everything there that an alert needs on its way? One line each, with what to do next."""

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import redis
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from relay import check_people, city, config_files, db, messages, settings
from relay.check_line import Line, fine, named, trouble
from relay.config_files import ConfigError
from relay.imports import centres
from relay.places import areas, polygons
from relay.places import readiness as places_readiness
from relay.places.models import Town
from relay.search import readiness as search_readiness
from relay.settings import Settings, SettingsError
from relay.triage import lexicon
from relay.triage.lexicon import LexiconError

#: Seconds that a server may take to answer.
PATIENCE = 5
WHY_LENGTH = 120


def look() -> Iterator[Line]:
    """All lines, in the order in which one would mend things. Never raises for what it looks at."""
    try:
        own = settings.current()
    except SettingsError as error:
        for fault in error.faults:
            yield trouble(
                f"設定：{fault}（直してからもう一度 relay check）",
                f"settings: {fault} (then run relay check again)",
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
            yield from check_people.people(session, own)
            yield from check_people.gaps(session)
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
            f"地区：{named(lost)}に地区がなく、通報が市の窓口に届きます。地区を書いて relay import towns",
            f"districts: none for {named(lost)}, so reports go to the city desk: add them with relay import towns",
        )
    else:
        yield fine("地区：すべての町にあります", "districts: every town has one")


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

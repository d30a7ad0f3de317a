"""Which processes make up a relay on one machine, for ``relay demo`` and ``relay up`` alike."""

import fcntl
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from relay import alive, nudge, settings
from relay.embedded import postgres, redis
from relay.embedded.child import EmbeddedError
from relay.embedded.processes import Process, Supervisor
from relay.settings import DEFAULT_CONFIG

#: A process that ended so often while the relay starts will not come up any more.
MOST_DEATHS = 3


@contextmanager
def reserved(data: Path) -> Iterator[None]:
    """The data folder, for this process alone while the block runs.

    Raises ``EmbeddedError`` when it can't be written or another relay runs on it.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "lock").open("a+", encoding="ascii")
    except OSError as error:
        raise EmbeddedError(
            f"the data folder {data} can't be used ({error.strerror}): "
            "make it writable for this user, or choose another with RELAY_DATA or --data"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "?"
            raise EmbeddedError(
                f"a relay already runs on {data} (process {holder}): stop it, or choose another data folder"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def check(env: Mapping[str, str]) -> None:
    """Raises ``SettingsError`` for settings that would stop the start later, before anything is started."""
    embedded = {"DATABASE_URL": "postgresql://embedded", "REDIS_URL": "redis://embedded"}
    settings.load({**env, **{name: env.get(name) or url for name, url in embedded.items()}})


def start_services(supervisor: Supervisor, data: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Start the embedded PostgreSQL and Redis, each unless the environment names another one.

    Returns ``DATABASE_URL`` and ``REDIS_URL`` once both answer. Raises ``EmbeddedError`` when one does not.
    """
    found = {name: environ[name] for name in ("DATABASE_URL", "REDIS_URL") if environ.get(name)}
    if "REDIS_URL" not in found:
        broker = redis.prepare(data / "redis")
        supervisor.start(Process(name="redis", command=broker.command, service=True))
    if "DATABASE_URL" not in found:
        server = postgres.prepare(data / "postgres")
        supervisor.start(
            Process(
                name="postgres",
                command=server.command,
                account=server.account,
                service=True,
                stop_signal=signal.SIGINT,
                death_signal=signal.SIGINT,
            )
        )
        with _told(supervisor, "postgres"):
            server.wait(lambda: supervisor.alive("postgres"))
            found["DATABASE_URL"] = server.create()
    if "REDIS_URL" not in found:
        with _told(supervisor, "redis"):
            broker.wait(lambda: supervisor.alive("redis"))
        found["REDIS_URL"] = broker.url()
    return found


@contextmanager
def _told(supervisor: Supervisor, name: str) -> Iterator[None]:
    """Add to an error what the service itself said last."""
    try:
        yield
    except EmbeddedError as error:
        raise EmbeddedError(f"{error}: {supervisor.last_words(name)}") from error


def web_command(*, bind: str, workers: int, threads: int) -> tuple[str, ...]:
    """Gunicorn with the relay's web application."""
    return (
        *(sys.executable, "-m", "gunicorn", "--config", str(DEFAULT_CONFIG / "gunicorn.conf.py")),
        *("--bind", bind, "--workers", str(workers), "--threads", str(threads)),
        "relay.app:create_app()",
    )


def relay_processes(
    env: Mapping[str, str], *, bind: str, web_workers: int, web_threads: int
) -> list[Process]:
    """The web, a worker for every lane and the beat."""
    relay = (sys.executable, "-m", "relay.cli")
    web = web_command(bind=bind, workers=web_workers, threads=web_threads)
    env = {**env, "PYTHONUNBUFFERED": "1"}
    return [
        Process(name="web", command=web, env=env),
        *(
            Process(name=f"worker-{lane}", command=(*relay, "worker", "--lane", lane), env=env)
            for lane in nudge.LANES
        ),
        Process(name="beat", command=(*relay, "beat"), env=env),
    ]


def await_ready(supervisor: Supervisor, addresses: list[str], data: Path) -> None:
    """Wait until every address answers and every lane's worker has had a tick.

    Raises ``EmbeddedError`` when a process ends again and again, or when a minute is over.
    """
    waiting: list[Callable[[], bool]] = [partial(_answers, address) for address in addresses]
    waiting += [partial(_ticked, data, lane, time.time()) for lane in nudge.LANES]

    def all_there() -> bool:
        for name, deaths in supervisor.deaths().items():
            if deaths >= MOST_DEATHS:
                raise EmbeddedError(f"{name} does not start: {supervisor.last_words(name)}")
        waiting[:] = [not_yet for not_yet in waiting if not not_yet()]
        return not waiting

    if not supervisor.wait_for(all_there, seconds=60):
        raise EmbeddedError("the relay did not get ready within a minute: look into the logs")


def _ticked(data: Path, lane: str, since: float) -> bool:
    return alive.age(data, lane) < time.time() - since


def _answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - our own
        return bool(answer.status == 200)  # noqa: PLR2004
    return False

"""``relay demo``: everything on this machine, with a sample city and simulated phones. Nothing real is touched."""

import json
import os
import re
import secrets
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from relay import nudge
from relay.embedded import fleet
from relay.embedded.child import EmbeddedError
from relay.embedded.console import Console
from relay.embedded.demo_texts import TEXTS, overview
from relay.embedded.processes import Process, Supervisor, until_stopped
from relay.embedded.texts import LANGUAGES, language_of
from relay.settings import DEFAULT_CONFIG

HOST = "127.0.0.1"
#: Invented: no number in Japan begins with 050-0000.
RELAY_NUMBER = "+815000000000"
KEYS = "demo-keys.json"
FACTS = "demo.json"
#: One process is enough for a demo and takes half the memory of two.
WEB_WORKERS, WEB_THREADS = 1, 16
#: The shape of a token that Twilio gives out. Another text is somebody's own choice for the simulated phones.
REAL_TOKEN = re.compile("[0-9a-f]{32}")
#: How long the ports of a demo that was just killed may take to become free.
LEAVING_SECONDS = 2.0
#: Settings of a real relay that must not leak into the sample city, the way to real mailboxes above all.
NOT_PASSED_ON = ("SMTP_URL", "TWILIO_MESSAGING_SERVICE_SID", "TWILIO_AUTH_TOKEN_NEXT")


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65534),
    default=8000,
    show_default=True,
    help="Port of the web pages; the simulated phones take the next one.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="RELAY_DATA",
    default=Path("data"),
    show_default=True,
    help="Folder that keeps the demo's data.",
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of this terminal (from LANG if not given)."
)
def demo(port: int, data: Path, lang: str | None) -> None:
    """Run everything here, with a sample city and simulated phones."""
    language = lang or language_of(os.environ)
    refuse(port, os.environ, language)
    data = data.absolute()
    with fleet.reserved(data):
        Demo(port, data, language).run()


def refuse(port: int, environ: Mapping[str, str], language: str) -> None:
    """Raises ``EmbeddedError`` with a line for each thing that stands in the way."""
    say = TEXTS[language]
    trouble = [
        say["port"].format(port=one, other=port + 100 if port + 101 < 65536 else 8000)  # noqa: PLR2004
        for one in (port, port + 1)
        if not _free(one)
    ]
    if REAL_TOKEN.fullmatch(environ.get("TWILIO_AUTH_TOKEN", "")) and not environ.get("TWILIO_API_BASE"):
        trouble.append(say["real"])
    if trouble:
        raise EmbeddedError("\n".join(trouble))


def _free(port: int) -> bool:
    patience = time.monotonic() + LEAVING_SECONDS
    while True:
        try:
            socket.create_server((HOST, port)).close()
        except OSError:
            if time.monotonic() > patience:
                return False
            time.sleep(0.1)
        else:
            return True


class Demo:
    """One run of the demo."""

    def __init__(self, port: int, data: Path, language: str) -> None:
        self.web, self.phones = f"http://{HOST}:{port}", f"http://{HOST}:{port + 1}"
        self._port = port
        self._data = data
        self._language = language
        self._began = time.monotonic()
        names = ["web", *(f"worker-{lane}" for lane in nudge.LANES), "beat", "phones", "postgres", "redis"]
        self._console = Console(sys.stdout, names)
        self._supervisor = Supervisor(
            self._console, logs=data / "logs", changed=self._tell_tools, language=language
        )
        self._facts: dict[str, Any] = {}

    def run(self) -> None:
        """Start everything, keep it running, stop it when asked to."""
        self._console.say(TEXTS[self._language]["starting"])
        facts = self._data / FACTS
        facts.unlink(missing_ok=True)  # it says that the demo is ready, which it is not yet
        try:
            with until_stopped(self._supervisor):
                self._start()
                while True:
                    self._supervisor.poll()
        finally:
            facts.unlink(missing_ok=True)

    def _start(self) -> None:
        env = environment(os.environ, port=self._port, data=self._data, secret=keys(self._data / KEYS))
        services = fleet.start_services(self._supervisor, self._data, env)
        env.update(services)
        # What runs inside this process reads the same settings as the children.
        os.environ.clear()
        os.environ.update(env)
        # Loaded while the database starts up, and only now, when nothing stands in the way any more.
        from relay import db, settings
        from relay.embedded import sample

        own = settings.current()
        db.migrate(own.database_url)
        processes = fleet.relay_processes(
            env, bind=f"{HOST}:{self._port}", web_workers=WEB_WORKERS, web_threads=WEB_THREADS
        )
        labels = self._data / "phones.json"
        labels.write_text(json.dumps(sample.labels(own), ensure_ascii=False), encoding="utf-8")
        for process in (*processes, self._phones(env, labels)):
            self._supervisor.start(process)
        facts = sample.load(own, web_url=self.web, phones_url=self.phones)
        addresses = [f"{self.web}/healthz", f"{self.phones}/healthz"]
        fleet.await_ready(self._supervisor, addresses, self._data)
        self._facts = {**facts, "database_url": services["DATABASE_URL"], "redis_url": services["REDIS_URL"]}
        self._tell_tools()
        seconds = time.monotonic() - self._began
        scale = env["RELAY_TIME_SCALE"]
        self._console.say(
            overview(facts, language=self._language, seconds=seconds, data=str(self._data), scale=scale)
        )

    def _phones(self, env: Mapping[str, str], labels: Path) -> Process:
        options = {
            "--port": str(self._port + 1),
            "--relay": self.web,
            "--account-sid": env["TWILIO_ACCOUNT_SID"],
            "--auth-token": env["TWILIO_AUTH_TOKEN"],
            "--number": env["TWILIO_FROM"],
            "--labels": str(labels),
        }
        arguments = [part for option in options.items() for part in option]
        return Process(
            name="phones", command=(sys.executable, "-m", "relay.embedded.phones", *arguments), env=env
        )

    def _tell_tools(self) -> None:
        """Write ``demo.json``: whole or not at all, and again when a restart has changed a process id."""
        if not self._facts:
            return
        path = self._data / FACTS
        fresh = path.with_suffix(".new")
        content = {**self._facts, "pids": self._supervisor.pids()}
        fresh.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        fresh.replace(path)


def keys(path: Path) -> dict[str, str]:
    """The demo's own secrets, made at its first start and kept readable for this user alone."""
    if not path.exists():
        made = {
            "RELAY_SECRET_KEY": secrets.token_urlsafe(32),
            "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        }
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(made), encoding="ascii")
        fresh.replace(path)
    try:
        kept = json.loads(path.read_text(encoding="ascii"))
        return {
            name: str(kept[name]) for name in ("RELAY_SECRET_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
        }
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddedError(f"{path} is damaged: delete it, the next start makes a new one") from error


def environment(
    environ: Mapping[str, str], *, port: int, data: Path, secret: Mapping[str, str]
) -> dict[str, str]:
    """The settings of the sample city, for all its processes. Raises ``SettingsError`` for a wrong one."""
    env = {name: value for name, value in environ.items() if name not in NOT_PASSED_ON}
    # A proxy for the internet must not be asked for this machine's own ports.
    local = ",".join(filter(None, (env.get("NO_PROXY") or env.get("no_proxy"), HOST, "localhost")))
    own = {name: env[name] for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN") if env.get(name)}
    env |= {
        **secret,
        **own,
        "RELAY_PUBLIC_URL": f"http://{HOST}:{port}",
        "RELAY_CONFIG": str(DEFAULT_CONFIG / "sample"),
        "RELAY_DATA": str(data),
        "RELAY_TIME_SCALE": env.get("RELAY_TIME_SCALE") or "1",
        "TWILIO_API_BASE": f"http://{HOST}:{port + 1}",
        "TWILIO_FROM": RELAY_NUMBER,
        "NO_PROXY": local,
        "no_proxy": local,
    }
    fleet.check(env)
    return env

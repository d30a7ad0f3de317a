"""The data folder of the embedded PostgreSQL: who owns it, is it whole, does another server work on it."""

import os
import pwd
import shutil
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from relay.embedded.child import Account, EmbeddedError

MAJOR_VERSION = "18"
SERVER_USER = "pgserver"
#: How long a server that is already shutting down (its supervisor was killed) may take to leave the folder.
LEAVING_SECONDS = 10.0


def ready(folder: Path, binaries: Path) -> Account | None:
    """Make the data folder if there is none, and check it.

    Returns who the server must run as; ``None`` is this process's own user. Raises ``EmbeddedError`` with one
    line when the folder can't be used.
    """
    try:
        account = _account(folder)
        if account is not None:
            _let_in(folder, binaries)
        if not (folder / "PG_VERSION").exists():
            _initialise(folder, binaries / "initdb", account)
        _check(folder)
    except OSError as error:
        raise EmbeddedError(
            f"the data folder {folder} can't be used ({error.strerror}): "
            "make it writable for this user, or choose another with RELAY_DATA or --data"
        ) from error
    return account


def _account(folder: Path) -> Account | None:
    """Who the server must run as when this process is root; ``None`` is this process's own user."""
    if os.geteuid() != 0:
        return None
    if (folder / "PG_VERSION").exists() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    entry = _entry()
    if entry is None:
        with suppress(OSError):  # no such tool here; the message below says what to do
            subprocess.run(  # noqa: S603
                ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER],  # noqa: S607
                check=False,
                capture_output=True,
            )
        entry = _entry()
    if entry is None:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root and the user {SERVER_USER} can't be made: "
            "start as an ordinary user, or set DATABASE_URL"
        )
    return Account(entry.pw_uid, entry.pw_gid)


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        return None


def _let_in(folder: Path, binaries: Path) -> None:
    """As root: let the server's user pass through the folders above its data and its program, no more."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for passage in (*folder.parents, *binaries.parents):
        mode = passage.stat().st_mode
        if not mode & stat.S_IXOTH:
            passage.chmod(mode | stat.S_IXOTH)
    if not (binaries / "postgres").stat().st_mode & stat.S_IXOTH:  # installed under a tight umask
        for path in binaries.parent.rglob("*"):
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _initialise(folder: Path, initdb: Path, account: Account | None) -> None:
    # Made beside its place and moved there when complete: a start cut short leaves nothing half-made behind.
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists() and any(folder.iterdir()):
        raise EmbeddedError(f"{folder} holds something else than a database: choose another data folder")
    fresh = folder.with_name(folder.name + ".new")
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    if account is not None:
        os.chown(fresh, account.user, account.group)
    # The built-in locale sorts alike on every machine; a locale that is not installed can't spoil the start.
    locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    done = subprocess.run(  # noqa: S603
        [str(initdb), "--username=postgres", "--auth=trust", *locale, "-D", str(fresh)],
        env={**os.environ, "LC_ALL": "C"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        user=account.user if account else None,
        group=account.group if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode != 0:
        shutil.rmtree(fresh)
        complaint = (done.stderr.strip().splitlines() or ["no word why"])[-1]
        raise EmbeddedError(f"the database folder {folder} can't be made: {complaint}")
    fresh.replace(folder)


def _check(folder: Path) -> None:
    version = (folder / "PG_VERSION").read_text(encoding="ascii").strip()
    if version != MAJOR_VERSION:
        raise EmbeddedError(
            f"{folder} was made by PostgreSQL {version}, this is {MAJOR_VERSION}: choose another data folder"
        )
    patience = time.monotonic() + LEAVING_SECONDS
    while (running := _running(folder)) is not None:
        if time.monotonic() > patience:
            raise EmbeddedError(
                f"{folder} is in use by process {running}: stop that one first, or choose another data folder"
            )
        time.sleep(0.1)


def _running(folder: Path) -> int | None:
    """The process id of a server that works on the folder.

    After a power cut the number in ``postmaster.pid`` may be that of some other program by now, which would
    keep PostgreSQL from starting: such a file goes. That of a dead process stays: PostgreSQL finds in it what
    shared memory was left behind.
    """
    file = folder / "postmaster.pid"
    try:
        process = int(file.read_text(encoding="utf-8").split("\n", 1)[0])
        os.kill(process, 0)
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    except PermissionError:
        pass  # someone else's process: looked at below
    try:
        works_in = Path(f"/proc/{process}/cwd").readlink()
    except FileNotFoundError:  # it has just ended, or there is no /proc here
        return process if not Path("/proc/self").exists() else None
    except PermissionError:
        works_in = Path()  # another user's process, so not this folder's server
    if works_in == folder.resolve():
        return process
    file.unlink()
    return None

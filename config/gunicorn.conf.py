"""Gunicorn for the relay's web processes. Options of ``relay web`` come on the command line and win over these."""

import signal
from pathlib import Path
from typing import Any

from relay.embedded.launch import die_with_parent

bind = "127.0.0.1:8000"
workers = 2
threads = 8
worker_class = "gthread"

# A request waits for the database at most 15 s and a webhook's sender gives up after 15 s.
timeout = 30
# The live board keeps connections open for long; at a stop they are cut, browsers come back by themselves.
graceful_timeout = 5
keepalive = 5

# Addresses hold the tokens of signed links: no access log. The relay's own log tells what happened.
accesslog = None
errorlog = "-"
loglevel = "warning"

# Signs of life between its processes go to memory where there is some: a busy disk must not look like a hang.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes a private file
# No steering through a socket in somebody's home.
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """Gunicorn's workers notice a killed master within a second; to free the port at once, the kernel tells them."""
    del worker
    die_with_parent(server.pid, signal.SIGKILL)

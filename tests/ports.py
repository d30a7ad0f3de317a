"""Free ports for programs that are started as users start them."""

import socket


def free_pair() -> int:
    """A port that is free together with the next one: a demo takes both."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port

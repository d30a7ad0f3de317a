"""``python -m relay.embedded.phones``: the simulated phones as a process of the demo."""

import argparse
import asyncio
import sys
from pathlib import Path

from relay.embedded.phones.config import Config, ConfigError, load_labels
from relay.embedded.phones.numbers import InvalidNumber, normalise
from relay.embedded.phones.server import build_app, serve_until_signal


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT. Returns the exit status; trouble is one line on standard error."""
    options = _parser().parse_args(arguments)
    try:
        config = Config(
            relay=options.relay.rstrip("/"),
            account_sid=options.account_sid,
            auth_token=options.auth_token,
            number=normalise(options.number),
            labels=load_labels(options.labels) if options.labels else {},
        )
        asyncio.run(
            serve_until_signal(
                build_app(config),
                host=options.host,
                port=options.port,
                ready=lambda port: print(f"Simulated phones: http://{options.host}:{port}/", flush=True),
            )
        )
    except (ConfigError, InvalidNumber) as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(
            f"port {options.port} on {options.host} can't be used ({error.strerror}): give another --port"
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m relay.embedded.phones",
        description="Simulated phones in place of Twilio. Nothing real is sent.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8001, help="port to listen on (default: 8001)")
    parser.add_argument(
        "--relay", required=True, help="base address of the relay, such as http://127.0.0.1:8000"
    )
    parser.add_argument("--account-sid", required=True, help="the account SID that the relay uses")
    parser.add_argument(
        "--auth-token", required=True, help="the auth token that the relay uses; signs webhooks"
    )
    parser.add_argument("--number", required=True, help="the relay's own number in E.164")
    parser.add_argument("--labels", type=Path, help='JSON file {"+81…": "name"} with the names of phones')
    return parser


def _complain(message: str) -> int:
    print(f"Simulated phones: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""How long from a worker's SMS to the duty officer's phone, beside the bare SDK sending one SMS to the same phone.

    python bench/alert_path.py [--runs 20]

starts a demo on free ports with a fresh data folder, sends reports of different homes one after the other, and after
each report one SMS by the SDK alone: what the relay adds is the difference, what the machine costs is in both. Medians
and their ratio are printed and kept in ``bench/alert_path.json``.
"""

import argparse
import json
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

HERE = Path(__file__).resolve().parent
PATIENCE = 60.0


def free_pair() -> int:
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            with socket.socket() as two:
                try:
                    two.bind(("127.0.0.1", port + 1))
                except OSError:
                    continue
                return port


class Phones:
    """The control API of the simulated phones, and the bare SDK pointed at them."""

    def __init__(self, city: dict[str, str], keys: dict[str, str]) -> None:
        self.base = city["phones"]
        self.number = city["relay_number"]
        base = self.base

        class Http(TwilioHttpClient):  # type: ignore[misc]
            def request(self, method, url, *args, **kwargs):  # type: ignore[no-untyped-def]
                return super().request(method, url.replace("https://api.twilio.com", base), *args, **kwargs)

        self.sdk = Client(keys["TWILIO_ACCOUNT_SID"], keys["TWILIO_AUTH_TOKEN"], http_client=Http())

    def arrived(self, to: str, holding: str, since: float) -> float:
        """Seconds from ``since`` until a text that holds ``holding`` is at the phone ``to``."""
        while time.perf_counter() - since < PATIENCE:
            found = requests.get(f"{self.base}/control/messages", params={"to": to}, timeout=5).json()
            if any(holding in message["body"] for message in found):
                return time.perf_counter() - since
            time.sleep(0.005)
        raise SystemExit(f"nothing with {holding!r} arrived at {to}")

    def report(self, sender: str, body: str) -> None:
        """One report from a worker's phone."""
        requests.post(f"{self.base}/control/inbound", json={"from": sender, "body": body}, timeout=5)


def measure(folder: Path, runs: int) -> dict[str, object]:
    """Both ways, in turn, ``runs`` times after one warm-up."""
    city = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    phones = Phones(city, json.loads((folder / "demo-keys.json").read_text(encoding="utf-8")))
    relay, sdk = [], []
    for n in range(runs + 1):
        place = f"{city['centre']['town']}{n + 1}-77-{n + 1}"
        began = time.perf_counter()
        phones.report(city["worker"], f"{place} 新聞が4日分たまっています")
        relay.append(phones.arrived(city["centre"]["duty"], place, began))
        began = time.perf_counter()
        phones.sdk.messages.create(to=city["centre"]["head"], from_=phones.number, body=f"bare {n}-")
        sdk.append(phones.arrived(city["centre"]["head"], f"bare {n}-", began))
    a, b = statistics.median(relay[1:]), statistics.median(sdk[1:])
    return {
        "runs": runs,
        "report_to_duty_phone_seconds": {"median": round(a, 3), "max": round(max(relay[1:]), 3)},
        "bare_sdk_seconds": {"median": round(b, 3), "max": round(max(sdk[1:]), 3)},
        "ratio_of_medians": round(a / b, 1),
    }


@contextmanager
def demo() -> Iterator[Path]:
    """A demo on free ports with a fresh data folder, which is yielded; stopped at the end."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="relay-bench-") as name:
        folder, port = Path(name), free_pair()
        relay = Path(sys.executable).with_name("relay")
        running = subprocess.Popen(
            [relay, "demo", "--port", str(port), "--data", name],
            stdout=subprocess.DEVNULL,
        )
        try:
            began = time.monotonic()
            while not (folder / "demo.json").exists():
                if running.poll() is not None or time.monotonic() - began > PATIENCE:
                    raise SystemExit("the demo did not start")
                time.sleep(0.1)
            yield folder
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(20)


def keep(name: str, found: dict[str, object]) -> None:
    """Print what was found, and keep it beside the benchmark."""
    text = json.dumps(found, indent=2, ensure_ascii=False)
    HERE.joinpath(f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def main() -> None:
    """Start the demo, measure, stop it."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=20)
    runs = arguments.parse_args().runs
    with demo() as folder:
        keep("alert_path", measure(folder, runs))


if __name__ == "__main__":
    main()

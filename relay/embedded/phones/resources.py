"""Messages and calls as the REST API shows them: the fields that the official SDK parses."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlencode

from relay.embedded.phones import errors
from relay.embedded.phones.calls import duration
from relay.embedded.phones.delivery import API_VERSION
from relay.embedded.phones.errors import Refusal
from relay.embedded.phones.state import Call, Message

DEFAULT_PAGE, LARGEST_PAGE = 50, 1000
Params = Sequence[tuple[str, str]]
Entry = TypeVar("Entry", bound=Message | Call)
Show = Callable[[Entry], dict[str, object]]


def encode(body: object) -> bytes:
    """JSON bytes."""
    return json.dumps(body, separators=(",", ":")).encode("ascii")


def message_json(message: Message, account: str) -> dict[str, object]:
    """A message. A blanked body is empty here, though the phone still shows it."""
    uri = f"/{API_VERSION}/Accounts/{account}/Messages/{message.sid}"
    return {
        "body": "" if message.blanked else message.body,
        "num_segments": str(message.segments),
        "direction": message.direction,
        "from": message.sender,
        "to": message.to,
        "date_updated": rfc2822(message.updated_at),
        "price": None,
        "error_message": errors.sentence(message.error_code),
        "uri": f"{uri}.json",
        "account_sid": account,
        "num_media": "0",
        "status": message.status,
        "messaging_service_sid": message.service_sid,
        "sid": message.sid,
        "date_sent": rfc2822(message.sent_at),
        "date_created": rfc2822(message.created_at),
        "error_code": message.error_code,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def call_json(call: Call, account: str) -> dict[str, object]:
    """A call."""
    seconds = duration(call)
    return {
        "sid": call.sid,
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.ended_at or call.started_at or call.created_at),
        "parent_call_sid": None,
        "account_sid": account,
        "to": call.to,
        "to_formatted": call.to,
        "from": call.sender,
        "from_formatted": call.sender,
        "phone_number_sid": None,
        "status": call.status,
        "start_time": rfc2822(call.started_at),
        "end_time": rfc2822(call.ended_at),
        "duration": None if seconds is None else str(seconds),
        "price": None,
        "price_unit": "USD",
        "direction": "outbound-api",
        "answered_by": "human" if call.detect_machine and call.started_at else None,
        "api_version": API_VERSION,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"/{API_VERSION}/Accounts/{account}/Calls/{call.sid}.json",
        "subresource_uris": {},
    }


def rfc2822(moment: datetime | None) -> str | None:
    """A moment as the API writes it, to the second."""
    return None if moment is None else _rfc2822_second(int(moment.timestamp()))


@lru_cache(maxsize=1024)
def _rfc2822_second(seconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC))


def page_json(
    name: str, path: str, params: Params, entries: Sequence[Entry], show: Show[Entry]
) -> dict[str, object]:
    """One page of ``entries`` (newest first) under ``name``.

    The token of the next page is the last entry shown, so that nothing is skipped or doubled when more come
    in. Raises ``Refusal`` for a wrong ``PageSize``.
    """
    wanted = dict(params)
    size, number = _whole(wanted, "PageSize", DEFAULT_PAGE), _whole(wanted, "Page", 0)
    size = max(1, min(size, LARGEST_PAGE))
    token = wanted.get("PageToken", "").removeprefix("PA")
    begin = 0
    if token:
        begin = next((place + 1 for place, entry in enumerate(entries) if entry.sid == token), len(entries))
    shown = entries[begin : begin + size]
    filters = [(key, value) for key, value in params if key not in ("Page", "PageToken", "PageSize")]
    query = [*filters, ("PageSize", str(size))]

    def uri(*position: tuple[str, str]) -> str:
        return f"{path}?{urlencode([*query, *position])}"

    following = None
    if begin + size < len(entries):
        following = uri(("Page", str(number + 1)), ("PageToken", f"PA{shown[-1].sid}"))
    return {
        name: [show(entry) for entry in shown],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(0, len(shown) - 1),
        "uri": uri(("Page", str(number))),
        "first_page_uri": uri(("Page", "0")),
        "next_page_uri": following,
        "previous_page_uri": None,
    }


def _whole(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, "")
    if text and not text.isdecimal():
        raise Refusal(20001, f"{name} must be a whole number")
    return int(text) if text else default


def date_range(params: Mapping[str, str], name: str) -> tuple[datetime | None, datetime | None]:
    """First moment included and first one excluded by ``name``, ``name>`` and ``name<``.

    A date means its whole day in UTC, a time its whole second; ``>`` and ``<`` both include what they name.
    Raises ``Refusal`` for anything that is neither.
    """
    begin = end = None
    if params.get(name):
        begin, end = _span(name, params[name])
    if params.get(f"{name}>"):
        begin = _span(name, params[f"{name}>"])[0]
    if params.get(f"{name}<"):
        end = _span(name, params[f"{name}<"])[1]
    return begin, end


def _span(name: str, text: str) -> tuple[datetime, datetime]:
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError as error:
        raise Refusal(20001, f"{name} must look like 2026-01-31 or 2026-01-31T09:00:00Z") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    length = timedelta(days=1) if len(text.strip()) == len("2026-01-31") else timedelta(seconds=1)
    return moment, moment + length
